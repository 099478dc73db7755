// Every API request of a run with its time, for trace viewers. Watches are left out: they last.
import type { ApiCall } from '../client/api-call.js';
import { SilentObserver } from '../client/observer.js';
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { verbLabel } from './request-keys.js';

/** A request as the apiserver has served it. */
export interface RequestSpan {
  /** Its arrival at the apiserver. */
  readonly startUs: SimTime;
  readonly durationUs: number;
  /** `kube-controller-manager/replicaset-controller`. */
  readonly client: string;
  /** `POST pods/binding`. */
  readonly title: string;
  /** `shop/cart-abc`, `shop`, or empty for the cluster. */
  readonly object: string;
  /** HTTP status. */
  readonly code: number;
  /** Nodes that it stands for: those of a fleet ask together. */
  readonly members: number;
}

/** Requests that are kept; the others are counted. A trace viewer holds about as many. */
const REQUEST_SPANS_MOST = 200_000;

export class RequestSpans extends SilentObserver {
  readonly spans: RequestSpan[] = [];
  /** Requests beyond those that are kept. */
  leftOut = 0;
  readonly #simulation: Pick<Simulation, 'now'>;

  constructor(simulation: Pick<Simulation, 'now'>) {
    super();
    this.#simulation = simulation;
  }

  override requestServed({ caller, request }: ApiCall, code: number, latencyUs: number): void {
    if (request.verb === 'watch') return;
    if (this.spans.length === REQUEST_SPANS_MOST) {
      this.leftOut++;
      return;
    }
    const { verb, resource, subresource = '', namespace, name, fleetMembers = 1 } = request;
    const path = subresource === '' ? resource : `${resource}/${subresource}`;
    this.spans.push({
      startUs: this.#simulation.now - latencyUs,
      durationUs: latencyUs,
      client: caller.name,
      title: `${verbLabel(verb)} ${path}`,
      object: [namespace, name].filter((part) => part !== '').join('/'),
      code,
      members: fleetMembers,
    });
  }
}
