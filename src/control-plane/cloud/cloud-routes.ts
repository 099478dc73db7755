// The routing table of a cloud's network.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { CloudCallback, CloudRoute, CloudRoutes } from '../cloud-provider.js';
import type { CloudCalls } from './cloud-calls.js';
import type { CloudProfile } from './cloud-profile.js';

export class RoutingTable implements CloudRoutes {
  readonly #calls: CloudCalls;
  readonly #latency: Distribution;
  /** By node, in order of creation. */
  readonly #routes = new Map<string, CloudRoute>();

  constructor(calls: CloudCalls, profile: CloudProfile) {
    this.#calls = calls;
    this.#latency = distribution(profile.route);
  }

  /** Routes that have been there since before the run. */
  preload(route: CloudRoute): void {
    this.#routes.set(route.nodeName, route);
  }

  list<C>(onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'ListRoutes',
      entity: '',
      isWrite: false,
      perform: () => ({ routes: [...this.#routes.values()] }),
      onDone,
      context,
    });
  }

  create<C>(route: CloudRoute, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'CreateRoute',
      entity: route.nodeName,
      isWrite: true,
      latency: this.#latency,
      perform: () => {
        this.#routes.set(route.nodeName, route);
        return {};
      },
      onDone,
      context,
    });
  }

  delete<C>(route: CloudRoute, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'DeleteRoute',
      entity: route.nodeName,
      isWrite: true,
      perform: () => (this.#routes.delete(route.nodeName) ? {} : { fault: 'NotFound' }),
      onDone,
      context,
    });
  }
}
