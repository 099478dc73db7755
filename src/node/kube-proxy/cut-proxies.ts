// Proxies that a partition cuts off from their apiserver: each goes on with the rules that it has,
// and tries to watch again over a connection of its own: from where all have been while its old
// connection may still come back, and after a list once that was given up. When both of its watches
// are open it has caught up, and follows with the others again.
// Left out: the watches of these proxies beside the one of all, for which the server charges
// anyway.
// Source: Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C1, C3).
import type { ApiCall } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, isWorthAnotherWatch } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import { ExponentialBackoff } from '../../client/backoff.js';
import { type Connection, endConnection } from '../../client/connection.js';
import { reflectorBackoff } from '../../client/reflector.js';
import { Slab } from '../../client/slab.js';
import type { EventKind } from '../../kernel/simulation.js';
import { feedUser, serviceResources } from './feed-requests.js';
import type { KubeProxyFleet } from './kube-proxy-fleet.js';

/** One proxy on its own. */
interface CutProxy {
  readonly member: number;
  readonly client: ApiClient;
  readonly connection: Connection;
  /** Resources that it does not watch again yet. */
  missing: number;
}

/** One resource that it tries to watch. */
interface Follower {
  readonly proxy: CutProxy;
  readonly resource: string;
  readonly backoff: ExponentialBackoff;
  revision: number;
  /** Everything is to be read before: the last try has failed. */
  isToList: boolean;
}

export class CutProxies {
  readonly #transport: ApiTransport;
  readonly #fleet: KubeProxyFleet;
  readonly #cut = new Map<number, CutProxy>();
  readonly #followers = new Slab<Follower>();
  readonly #retried: EventKind;
  readonly #arrived: EventKind;

  constructor(transport: ApiTransport, fleet: KubeProxyFleet) {
    const { simulation } = transport;
    this.#transport = transport;
    this.#fleet = fleet;
    this.#retried = simulation.defineEvent('kube-proxy.CutProxyRetried', (id) => this.#follow(id));
    this.#arrived = simulation.defineEvent('kube-proxy.CutProxyWatchEventArrived', () => {});
  }

  /**
   * A proxy is about to be cut off. `connection`: its own, from now on; `revisions`: how far the
   * proxies have read each resource.
   */
  cutOff(member: number, connection: Connection, revisions: readonly number[]): void {
    if (this.#cut.has(member)) return endConnection(connection);
    const { simulation } = this.#transport;
    const name = `kube-proxy/${member}`;
    const client = new ApiClient(this.#transport, { name, user: feedUser, connection });
    const proxy = { member, client, connection, missing: serviceResources.length };
    this.#cut.set(member, proxy);
    this.#fleet.setCutOff(member, true);
    for (const [index, resource] of serviceResources.entries()) {
      const stream = simulation.random.stream(`${name}/${resource}/backoff`);
      const backoff = new ExponentialBackoff(reflectorBackoff, stream);
      const revision = revisions[index] ?? 0;
      this.#follow(this.#followers.add({ proxy, resource, backoff, revision, isToList: false }));
    }
  }

  #follow(id: number): void {
    const { proxy, resource, revision, isToList } = this.#followers.get(id);
    const address = { resource, namespace: '', name: '' } as const;
    if (isToList) {
      const request = { ...address, verb: 'list', resourceVersion: revision } as const;
      return proxy.client.send(request, this.#listed, id);
    }
    const watcher = { kind: this.#arrived, target: id };
    const request = { ...address, verb: 'watch', resourceVersion: revision, watcher } as const;
    proxy.client.send(request, this.#watching, id);
  }

  readonly #listed = (call: ApiCall): void => {
    const id = call.context as number;
    const follower = this.#followers.get(id);
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#retryLater(id);
    follower.isToList = false;
    follower.revision = response.revision ?? 0;
    this.#follow(id);
  };

  readonly #watching = (call: ApiCall): void => {
    const id = call.context as number;
    const { proxy } = this.#followers.get(id);
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      this.#followers.get(id).isToList = !isWorthAnotherWatch(response);
      return this.#retryLater(id);
    }
    this.#followers.remove(id);
    proxy.missing--;
    if (proxy.missing > 0) return;
    this.#cut.delete(proxy.member);
    endConnection(proxy.connection);
    this.#fleet.setCutOff(proxy.member, false);
  };

  #retryLater(id: number): void {
    const { simulation } = this.#transport;
    const { backoff } = this.#followers.get(id);
    simulation.after(backoff.next(simulation.now), this.#retried, id);
  }
}
