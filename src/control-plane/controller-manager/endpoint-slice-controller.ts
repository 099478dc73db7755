// Keeps the EndpointSlices of every Service with a selector at the addresses of its pods. One
// worker a Service, writes one after the other; a sync that finds its own last write not yet in the
// cache is tried again later. Source: Kubernetes v1.36 pkg/controller/endpointslice (reference:
// nodes-controllers 3.9).
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { Service } from '../../api/service.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  keyOf,
  objectKey,
} from '../../client/api-request.js';
import { clientConstants } from '../../client/constants.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { SimTime } from '../../kernel/time.js';
import { controllerManagerConstants as constants } from './constants.js';
import { isTopologyAuto, withHints } from './endpoint-hints.js';
import {
  endpointOf,
  endpointPorts,
  reconcileSlices,
  type SliceChanges,
} from './endpoint-slice-reconciler.js';
import { OwnerIndex } from './owner-index.js';
import { type Members, ServiceMembers } from './service-members.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';
import { ZoneShares, zoneOf } from './zone-shares.js';

/** In `written`: the slice was deleted; no revision of it satisfies, only its disappearance. */
const DELETED = Number.POSITIVE_INFINITY;

/** One sync under way: requests still to send. */
interface Sync {
  readonly worker: number;
  readonly service: Service;
  readonly requests: ApiRequest[];
  failed: boolean;
}

export class EndpointSliceController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #services: Informer<Service>;
  readonly #slices: OwnerIndex<EndpointSlice>;
  readonly #loop: SyncLoop;
  readonly #members: ServiceMembers<Endpoint>;
  /**
   * By Service: revision of the last own write of each slice, by name, until the cache has it; see
   * DELETED.
   */
  readonly #written = new Map<string, Map<string, number>>();
  /** UIDs of Services that have been synced. */
  readonly #known = new Set<string>();
  /** Keys of Services whose endpoints are dealt out by the CPU of zones. */
  readonly #auto = new Set<string>();
  readonly #shares: ZoneShares;

  constructor(
    options: ControllerOptions,
    services: Informer<Service>,
    pods: Informer<Pod>,
    slices: Informer<EndpointSlice>,
    nodes: Informer<Node>,
  ) {
    const { client } = options;
    this.#client = client;
    this.#services = services;
    this.#slices = new OwnerIndex(slices);
    this.#loop = new SyncLoop(options, {
      name: 'endpointslice',
      metricName: 'endpoint_slice',
      workers: constants.concurrentEndpointSliceSyncs,
      retryLimits: {
        baseDelayUs: constants.endpointSliceRetryBaseUs,
        maxDelayUs: clientConstants.retryMaxDelayUs,
      },
      cpuUs: (key) =>
        constants.syncCpuUs + constants.endpointCpuUs * (this.#members.of(key)?.pods.size ?? 0),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    this.#members = new ServiceMembers({
      services,
      pods,
      entryOf: (pod, publishNotReady) =>
        endpointOf(pod, publishNotReady, zoneOf(nodes.get(pod.spec.nodeName ?? ''))),
      changed: (key) => this.queue.add(key),
    });
    this.#shares = new ZoneShares(nodes, () => {
      for (const key of this.#auto) this.queue.add(key);
    });
    services.addHandler({
      deleted: (service) => {
        this.#known.delete(service.metadata.uid ?? '');
        this.#auto.delete(keyOf(service));
      },
    });
    slices.addHandler({
      updated: (_, slice) => this.#sliceSeen(slice),
      added: (slice) => this.#sliceSeen(slice),
      deleted: (slice) => this.#sliceGone(slice),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  /** The cache has caught up with an own write. */
  #sliceSeen(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    const expected = this.#written.get(key)?.get(slice.metadata.name);
    if (expected !== undefined && (slice.metadata.resourceVersion ?? 0) >= expected) {
      this.#caughtUp(key, slice);
    }
  }

  /** A slice that somebody else has deleted is replaced, a second later. */
  #sliceGone(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    const isOwn = this.#written.get(key)?.get(slice.metadata.name) === DELETED;
    this.#caughtUp(key, slice);
    if (!isOwn) this.queue.addAfter(key, constants.endpointSliceChangeDelayUs);
  }

  #caughtUp(key: string, { metadata }: EndpointSlice): void {
    const written = this.#written.get(key);
    written?.delete(metadata.name);
    if (written?.size === 0) this.#written.delete(key);
  }

  #sync(key: string, worker: number): void {
    const service = this.#services.get(key);
    const members = this.#members.of(key);
    if (service === undefined || members === undefined) return this.#loop.finish(worker, false);
    if (this.#written.has(key)) return this.#loop.finish(worker, true);
    if (isTopologyAuto(service)) this.#auto.add(key);
    else this.#auto.delete(key);
    const triggerUs = this.#trigger(key, service);
    const requests = requestsFor(this.#changes(service, members, triggerUs));
    this.#sendNext({ worker, service, requests, failed: false });
  }

  /** What has led to a sync: the Service itself, at its first; then pods. */
  #trigger(key: string, { metadata }: Service): SimTime {
    const triggerUs = this.#members.takeTrigger(key);
    if (this.#known.has(metadata.uid ?? '')) return triggerUs;
    this.#known.add(metadata.uid ?? '');
    return metadata.creationTimestamp ?? triggerUs;
  }

  #changes(
    service: Service,
    { pods, entries }: Members<Endpoint>,
    triggerUs: SimTime,
  ): SliceChanges {
    const [first = ''] = entries.keys();
    const existing = [...this.#slices.of(service.metadata.uid ?? '').values()];
    const ports = endpointPorts(service, pods.get(first));
    const hinted = withHints(service, entries, () => this.#shares.shares);
    return reconcileSlices(service, hinted, existing, ports, triggerUs);
  }

  #sendNext(sync: Sync): void {
    const request = sync.requests.shift();
    if (request === undefined) return this.#loop.finish(sync.worker, sync.failed);
    this.#client.send(request, this.#answered, sync);
  }

  readonly #answered = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    const isDelete = call.request.verb === 'delete';
    if (!isSuccess(response)) {
      if (!isDelete || response.code !== 404) sync.failed = true;
    } else if (isDelete) {
      this.#expect(sync, call.request.name, DELETED);
    } else if (response.object !== undefined) {
      const { name, resourceVersion = 0 } = response.object.metadata;
      this.#expect(sync, name, resourceVersion);
    }
    this.#sendNext(sync);
  };

  /** Notes an own write, unless the cache has it already. */
  #expect({ service }: Sync, name: string, revision: number): void {
    const { namespace, uid = '' } = service.metadata;
    const seen = this.#slices.of(uid).get(objectKey(namespace, name));
    const isSeen =
      revision === DELETED ? seen === undefined : (seen?.metadata.resourceVersion ?? 0) >= revision;
    if (isSeen) return;
    const key = keyOf(service);
    const written = this.#written.get(key) ?? new Map<string, number>();
    this.#written.set(key, written.set(name, revision));
  }
}

function serviceKeyOf({ metadata }: EndpointSlice): string {
  return objectKey(metadata.namespace, metadata.labels?.['kubernetes.io/service-name'] ?? '');
}

/** Creates, then updates, then deletes. */
function requestsFor(changes: SliceChanges): ApiRequest[] {
  const resource = 'endpointslices';
  const of = (slice: EndpointSlice): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> => {
    const { namespace = '', name } = slice.metadata;
    return { resource, namespace, name };
  };
  return [
    ...changes.create.map((body): ApiRequest => ({ verb: 'create', ...of(body), body })),
    ...changes.update.map((body): ApiRequest => ({ verb: 'update', ...of(body), body })),
    ...changes.delete.map((slice): ApiRequest => ({ verb: 'delete', ...of(slice) })),
  ];
}
