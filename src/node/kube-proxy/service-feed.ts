// How all proxies follow Services and EndpointSlices: one list and one watch of each resource that
// stand for those of every proxy, but for those that a partition cuts off. The server charges for
// all of them; the watch yields each event once, with the times at which it is handed to the first
// proxy and to those after it.
// Left out: proxies that are added later are not counted in the load of the open watches; objects
// that were deleted while a watch was refused as too old stay.
// Source: Kubernetes v1.36 pkg/proxy/config (reference: nodes-controllers §2.2, §2.10).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ApiCall } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, isWorthAnotherWatch } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import { clientConstants } from '../../client/constants.js';
import type { FleetWatchEvent, WatchEvent, WatchStream } from '../../client/watch.js';
import type { EventKind } from '../../kernel/simulation.js';
import { CutProxies } from './cut-proxies.js';
import { feedUser, serviceResources } from './feed-requests.js';
import type { KubeProxyFleet } from './kube-proxy-fleet.js';

export class ServiceFeed {
  readonly #transport: ApiTransport;
  readonly #client: ApiClient;
  readonly #fleet: KubeProxyFleet;
  readonly #arrived: EventKind;
  readonly #retried: EventKind;
  readonly #watches: (WatchStream | undefined)[] = [];
  readonly #revisions: number[] = [];
  /** The watch is to be opened again where it was, not after a list. */
  readonly #isWatchLost: boolean[] = [];
  readonly #listed: KubernetesObject[] = [];
  readonly #cutProxies: CutProxies;
  #hasStarted = false;

  constructor(transport: ApiTransport, connection: Connection, fleet: KubeProxyFleet) {
    const { simulation } = transport;
    this.#transport = transport;
    this.#fleet = fleet;
    this.#cutProxies = new CutProxies(transport, fleet);
    this.#client = new ApiClient(transport, {
      name: 'kube-proxy',
      user: feedUser,
      connection,
    });
    this.#arrived = simulation.defineEvent('kube-proxy.WatchEventDispatched', (index, _, now) =>
      this.#read(index, now),
    );
    this.#retried = simulation.defineEvent('kube-proxy.ListRetried', (index) =>
      this.#isWatchLost[index] === true ? this.#watch(index) : this.#list(index),
    );
  }

  /** Lists and watches. */
  start(): void {
    for (const index of serviceResources.keys()) this.#list(index);
  }

  /** A proxy is about to be cut off; `connection`: its own, from now on. */
  cutOff(member: number, connection: Connection): void {
    this.#cutProxies.cutOff(member, connection, this.#revisions);
  }

  #list(index: number): void {
    this.#client.send(
      { ...this.#request(index), verb: 'list', resourceVersion: 0 },
      this.#onListed,
      index,
    );
  }

  #request(index: number) {
    const resource = serviceResources[index] as string;
    return { resource, namespace: '', name: '', fleetMembers: this.#fleet.nodeCount } as const;
  }

  readonly #onListed = (call: ApiCall): void => {
    const index = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#retryLater(index);
    const items = response.items ?? [];
    const revision = response.revision ?? 0;
    this.#revisions[index] = revision;
    if (this.#hasStarted) {
      for (const object of items) this.#relisted(object, revision);
      return this.#watch(index);
    }
    this.#listed.push(...items);
    const [services, slices] = this.#revisions;
    if (services === undefined || slices === undefined) return;
    this.#hasStarted = true;
    this.#fleet.listed(this.#listed.splice(0), Math.min(services, slices));
    for (const each of serviceResources.keys()) this.#watch(each);
  };

  /** After a watch that had become too old: what is listed is taken as changed now. */
  #relisted(object: KubernetesObject, revision: number): void {
    const dispatchedAtUs = this.#transport.simulation.now;
    const change = { type: 'MODIFIED', object, previous: object, revision, bytes: 0 } as const;
    this.#fleet.onFleetEvent(fleetEvent(change, dispatchedAtUs, 0));
  }

  #watch(index: number): void {
    this.#isWatchLost[index] = false;
    const resourceVersion = this.#revisions[index] as number;
    const watcher = { kind: this.#arrived, target: index };
    const request = { ...this.#request(index), verb: 'watch', resourceVersion, watcher } as const;
    this.#client.send(request, this.#onWatching, index);
  }

  readonly #onWatching = (call: ApiCall): void => {
    const index = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      this.#isWatchLost[index] = isWorthAnotherWatch(response);
      return this.#retryLater(index);
    }
    this.#watches[index] = response.watch as WatchStream;
    this.#read(index, this.#transport.simulation.now);
  };

  #retryLater(index: number): void {
    const delayUs = clientConstants.reflectorBackoffInitialUs;
    this.#transport.simulation.after(delayUs, this.#retried, index);
  }

  #read(index: number, now: number): void {
    const watch = this.#watches[index];
    if (watch === undefined) return;
    for (let event = watch.next(now); event !== undefined; event = watch.next(now)) {
      // A watch of a single client has been over its link already.
      const { dispatchedAtUs = now, spacingUs = 0 } = event as Partial<FleetWatchEvent>;
      this.#fleet.onFleetEvent(fleetEvent(event, dispatchedAtUs, spacingUs));
      this.#revisions[index] = event.revision;
    }
    if (!watch.isEnded) return;
    this.#watches[index] = undefined;
    this.#watch(index);
  }
}

function fleetEvent(
  { type, object, previous, revision, bytes }: WatchEvent,
  dispatchedAtUs: number,
  spacingUs: number,
): FleetWatchEvent {
  return { type, object, previous, revision, bytes, dispatchedAtUs, spacingUs };
}
