// Subnets from the Kubernetes API: a host's subnet is the podCIDR of its Node, which the controller
// manager gives out. flanneld polls for it, writes how the host is reached into annotations of the
// Node, and says that the network is there; all hosts follow all Nodes. Such subnets last as long
// as their Nodes.
// Left out: resync of the informers (they have what the watch has brought), hosts that are added
// later in the load of the open watch.
// Source: flannel pkg/subnet/kube/kube.go (reference: nodes-controllers §5.3).
import { type Cidr, parseCidr } from '../../api/cidr.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, NodeCondition } from '../../api/node.js';
import type { ApiCall } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, isWorthAnotherWatch } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import { clientConstants } from '../../client/constants.js';
import type { FleetWatchEvent, WatchStream } from '../../client/watch.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { BackendType } from './backend.js';
import { flannelConstants as constants } from './constants.js';
import type { Dispatch } from './route-tables.js';
import type { FlannelHost, LeaseListener, SubnetManager } from './subnet-manager.js';

const annotation = 'flannel.alpha.coreos.com/';

export interface KubeSubnetManagerOptions {
  readonly transport: ApiTransport;
  readonly backend: BackendType;
  readonly hosts: readonly FlannelHost[];
  /** Of hosts that are up when the run begins, by index. */
  readonly podCidrOf: (host: number) => string | undefined;
  /** A connection for a host, or for the watches of all. */
  readonly connect: (name: string) => Connection;
  readonly listener: LeaseListener;
}

/** The Node with what flanneld of its host says about it. */
export function withFlannel(node: Node, backend: BackendType, now: SimTime): Node {
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const { annotations } = node.metadata;
  const data = backend === 'vxlan' ? '{"VNI":1,"VtepMAC":"0e:00:00:00:00:00"}' : 'null';
  const condition: NodeCondition = {
    type: 'NetworkUnavailable',
    status: 'False',
    reason: 'FlannelIsUp',
    message: 'Flannel is running on this node',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return {
    ...node,
    metadata: {
      ...node.metadata,
      annotations: {
        ...annotations,
        [`${annotation}backend-data`]: data,
        [`${annotation}backend-type`]: backend,
        [`${annotation}kube-subnet-manager`]: 'true',
        [`${annotation}public-ip`]: address,
      },
    },
    status: { ...node.status, conditions: [...others, condition] },
  };
}

export class KubeSubnetManager implements SubnetManager {
  readonly #options: KubeSubnetManagerOptions;
  readonly #watcher: ApiClient;
  /** Clients of hosts, made when they are needed. */
  readonly #clients: (ApiClient | undefined)[] = [];
  /** Since when a host polls; undefined: it does not. */
  readonly #pollsSinceUs: (SimTime | undefined)[] = [];
  /** Hosts whose subnets are known, by name. */
  readonly #known = new Map<string, number>();
  readonly #arrived: EventKind;
  readonly #retried: EventKind;
  readonly #polled: EventKind;
  #watch: WatchStream | undefined;
  #revision = 0;
  #isWatchLost = false;

  constructor(options: KubeSubnetManagerOptions) {
    const { transport, connect } = options;
    const { simulation } = transport;
    this.#options = options;
    this.#watcher = this.#newClient('flanneld', connect('flanneld'));
    this.#arrived = simulation.defineEvent('flannel.NodeWatchEventDispatched', (_, __, now) =>
      this.#read(now),
    );
    this.#retried = simulation.defineEvent('flannel.NodeListRetried', () =>
      this.#isWatchLost ? this.#openWatch() : this.start(),
    );
    this.#polled = simulation.defineEvent('flannel.NodePolled', (host) => this.#poll(host));
  }

  /** One list tells where to begin: the hosts that are up have long been following. */
  start(): void {
    const where = { resource: 'nodes', namespace: '', name: '' } as const;
    this.#watcher.send({ ...where, verb: 'list', resourceVersion: 0 }, this.#onListed, undefined);
  }

  adopt(host: number): Cidr | undefined {
    const subnet = parseCidr(this.#options.podCidrOf(host) ?? '');
    if (subnet !== undefined) this.#known.set(this.#nameOf(host), host);
    return subnet;
  }

  acquire(host: number): void {
    const { transport, connect } = this.#options;
    const name = this.#nameOf(host);
    this.#clients[host] ??= this.#newClient(`flanneld/${name}`, connect(`flanneld/${name}`));
    this.#pollsSinceUs[host] = transport.simulation.now;
    this.#poll(host);
  }

  forget(host: number): void {
    this.#pollsSinceUs[host] = undefined;
  }

  #newClient(name: string, connection: Connection): ApiClient {
    const user = 'system:serviceaccount:kube-flannel:flannel';
    const limit = { qps: clientConstants.defaultQps, burst: clientConstants.defaultBurst };
    return new ApiClient(this.#options.transport, { name, user, connection, limit });
  }

  #nameOf(host: number): string {
    return this.#options.hosts[host]?.name ?? '';
  }

  #poll(host: number): void {
    if (this.#pollsSinceUs[host] === undefined) return;
    const request = { verb: 'get', resource: 'nodes', namespace: '', name: this.#nameOf(host) };
    this.#clients[host]?.send({ ...request, verb: 'get', resourceVersion: 0 }, this.#onGot, host);
  }

  readonly #onGot = (call: ApiCall): void => {
    const host = call.context as number;
    const { transport, listener, backend } = this.#options;
    const { now } = transport.simulation;
    const sinceUs = this.#pollsSinceUs[host];
    if (sinceUs === undefined) return;
    const response = call.response as ApiResponse;
    const node = response.object as Node | undefined;
    if (!isSuccess(response) || node?.spec.podCIDR === undefined) {
      if (now - sinceUs < constants.nodePollTimeoutUs) {
        transport.simulation.after(constants.nodePollUs, this.#polled, host);
        return;
      }
      const message = `node "${this.#nameOf(host)}" pod cidr not assigned`;
      return listener.refused(host, `failed to acquire lease: ${message}`);
    }
    const apply = (current: KubernetesObject): KubernetesObject =>
      withFlannel(current as Node, backend, now);
    const patch = { bytes: constants.nodePatchBytes, apply };
    const request = { verb: 'patch', resource: 'nodes', subresource: 'status' } as const;
    const where = { namespace: '', name: this.#nameOf(host) };
    this.#clients[host]?.send({ ...request, ...where, patch }, this.#onPatched, host);
  };

  readonly #onPatched = (call: ApiCall): void => {
    const host = call.context as number;
    const response = call.response as ApiResponse;
    if (this.#pollsSinceUs[host] === undefined) return;
    const subnet = parseCidr((response.object as Node | undefined)?.spec.podCIDR ?? '');
    if (isSuccess(response) && subnet !== undefined) {
      this.#pollsSinceUs[host] = undefined;
      return this.#options.listener.granted(host, subnet);
    }
    this.#options.transport.simulation.after(constants.nodePollUs, this.#polled, host);
  };

  readonly #onListed = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#retryLater();
    this.#revision = response.revision ?? 0;
    const { now } = this.#options.transport.simulation;
    const dispatch = { dispatchedAtUs: now, spacingUs: 0 };
    for (const object of response.items ?? []) this.#see(object as Node, false, dispatch);
    this.#openWatch();
  };

  #openWatch(): void {
    this.#isWatchLost = false;
    const watcher = { kind: this.#arrived, target: 0 };
    const fleetMembers = Math.max(1, this.#options.hosts.length);
    const where = { verb: 'watch', resource: 'nodes', namespace: '', name: '' } as const;
    const request = { ...where, resourceVersion: this.#revision, watcher, fleetMembers };
    this.#watcher.send(request, this.#onWatching, undefined);
  }

  readonly #onWatching = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      this.#isWatchLost = isWorthAnotherWatch(response);
      return this.#retryLater();
    }
    this.#watch = response.watch as WatchStream;
    this.#read(this.#options.transport.simulation.now);
  };

  #retryLater(): void {
    const { simulation } = this.#options.transport;
    simulation.after(clientConstants.reflectorBackoffInitialUs, this.#retried);
  }

  #read(now: SimTime): void {
    const watch = this.#watch;
    if (watch === undefined) return;
    for (let event = watch.next(now); event !== undefined; event = watch.next(now)) {
      this.#revision = event.revision;
      const { dispatchedAtUs = now, spacingUs = 0 } = event as Partial<FleetWatchEvent>;
      this.#see(event.object as Node, event.type === 'DELETED', { dispatchedAtUs, spacingUs });
    }
    if (!watch.isEnded) return;
    this.#watch = undefined;
    this.#openWatch();
  }

  /** A Node as it is now: its subnet is told once, and once that it has gone. */
  #see(node: Node, isDeleted: boolean, dispatch: Dispatch): void {
    const { hosts, listener } = this.#options;
    const { name, annotations = {} } = node.metadata;
    const known = this.#known.get(name);
    if (isDeleted) {
      if (known === undefined) return;
      this.#known.delete(name);
      return listener.removed(known, dispatch);
    }
    const isComplete =
      node.spec.podCIDR !== undefined && annotations[`${annotation}backend-type`] !== undefined;
    if (known !== undefined || !isComplete) return;
    const host = hosts.findLastIndex((each) => each.name === name);
    if (host < 0) return;
    this.#known.set(name, host);
    listener.added(host, dispatch);
  }
}
