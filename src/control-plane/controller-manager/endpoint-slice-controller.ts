// Keeps the EndpointSlices of every Service with a selector at the addresses of its pods. One
// worker a Service, writes one after the other; a sync that finds its own last write not yet in the
// cache is tried again later. Left out: the legacy Endpoints object, topology hints. Source:
// Kubernetes v1.36 pkg/controller/endpointslice (reference: nodes-controllers 3.9).
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import { compileEqualitySelector, type LabelMatcher } from '../../api/label-selector.js';
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
import { controllerManagerConstants as constants } from './constants.js';
import {
  endpointOf,
  endpointPorts,
  reconcileSlices,
  type SliceChanges,
} from './endpoint-slice-reconciler.js';
import { OwnerIndex } from './owner-index.js';
import { isPodReady } from './pod-state.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

/** In `written`: the slice was deleted; no revision of it satisfies, only its disappearance. */
const DELETED = Number.POSITIVE_INFINITY;

/** A Service with its selector and the pods that it selects. */
interface Membership {
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReady: boolean;
  readonly matches: LabelMatcher;
  readonly namespace: string;
  /** By name. */
  readonly pods: Map<string, Pod>;
  /** Of those pods that have one, by name: made anew when the pod changes, not at each sync. */
  readonly endpoints: Map<string, Endpoint>;
  /** Revision of the last own write of each slice, by name, until the cache has it; see DELETED. */
  readonly written: Map<string, number>;
}

/** One sync under way: requests still to send. */
interface Sync {
  readonly worker: number;
  readonly service: Service;
  readonly membership: Membership;
  readonly requests: ApiRequest[];
  failed: boolean;
}

export class EndpointSliceController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #services: Informer<Service>;
  readonly #slices: OwnerIndex<EndpointSlice>;
  readonly #loop: SyncLoop;
  readonly #memberships = new Map<string, Membership>();
  /** Keys of Services with a selector, and pods by name, by namespace. */
  readonly #keysOfNamespace = new Map<string, Set<string>>();
  readonly #podsOfNamespace = new Map<string, Map<string, Pod>>();

  constructor(
    options: ControllerOptions,
    services: Informer<Service>,
    pods: Informer<Pod>,
    slices: Informer<EndpointSlice>,
  ) {
    const { client } = options;
    this.#client = client;
    this.#services = services;
    this.#slices = new OwnerIndex(slices);
    this.#loop = new SyncLoop(options, {
      name: 'endpointslice',
      workers: constants.concurrentEndpointSliceSyncs,
      retryLimits: {
        baseDelayUs: constants.endpointSliceRetryBaseUs,
        maxDelayUs: clientConstants.retryMaxDelayUs,
      },
      cpuUs: (key) =>
        constants.syncCpuUs +
        constants.endpointCpuUs * (this.#memberships.get(key)?.pods.size ?? 0),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    services.addHandler({
      added: (service) => this.#serviceChanged(service),
      updated: (_, service) => this.#serviceChanged(service),
      deleted: (service) => this.#serviceGone(service),
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podGone(pod),
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

  #serviceChanged(service: Service): void {
    const key = keyOf(service);
    const { selector, type } = service.spec;
    if (selector === undefined || type === 'ExternalName') return this.#serviceGone(service);
    const publishNotReady = service.spec.publishNotReadyAddresses === true;
    const known = this.#memberships.get(key);
    if (known?.selector !== selector || known.publishNotReady !== publishNotReady)
      this.#select(service, selector, known?.written ?? new Map());
    this.queue.add(key);
  }

  /** Finds the pods of a Service that is new or has a new selector. O(pods of the namespace). */
  #select(service: Service, selector: Membership['selector'], written: Map<string, number>): void {
    const key = keyOf(service);
    const { namespace = '' } = service.metadata;
    const membership: Membership = {
      selector,
      publishNotReady: service.spec.publishNotReadyAddresses === true,
      matches: compileEqualitySelector(selector),
      namespace,
      pods: new Map(),
      endpoints: new Map(),
      written,
    };
    for (const pod of this.#podsOfNamespace.get(namespace)?.values() ?? []) {
      if (membership.matches(pod.metadata.labels)) join(membership, pod);
    }
    this.#memberships.set(key, membership);
    const keys = this.#keysOfNamespace.get(namespace) ?? new Set();
    this.#keysOfNamespace.set(namespace, keys.add(key));
  }

  #serviceGone(service: Service): void {
    const key = keyOf(service);
    this.#memberships.delete(key);
    this.#keysOfNamespace.get(service.metadata.namespace ?? '')?.delete(key);
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const { namespace = '', name, labels } = pod.metadata;
    const pods = this.#podsOfNamespace.get(namespace) ?? new Map<string, Pod>();
    this.#podsOfNamespace.set(namespace, pods.set(name, pod));
    const isConcerned = previous === undefined || concernsEndpoints(previous, pod);
    for (const key of this.#keysOfNamespace.get(namespace) ?? []) {
      const membership = this.#memberships.get(key) as Membership;
      if (!membership.matches(labels)) {
        if (leave(membership, name)) this.queue.add(key);
      } else if (isConcerned) {
        join(membership, pod);
        this.queue.add(key);
      }
    }
  }

  #podGone(pod: Pod): void {
    const { namespace = '', name } = pod.metadata;
    this.#podsOfNamespace.get(namespace)?.delete(name);
    for (const key of this.#keysOfNamespace.get(namespace) ?? []) {
      if (leave(this.#memberships.get(key) as Membership, name)) this.queue.add(key);
    }
  }

  /** The cache has caught up with an own write. */
  #sliceSeen(slice: EndpointSlice): void {
    const written = this.#memberships.get(serviceKeyOf(slice))?.written;
    const expected = written?.get(slice.metadata.name);
    if (expected !== undefined && (slice.metadata.resourceVersion ?? 0) >= expected) {
      written?.delete(slice.metadata.name);
    }
  }

  /** A slice that somebody else has deleted is replaced, a second later. */
  #sliceGone(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    const written = this.#memberships.get(key)?.written;
    const isOwn = written?.get(slice.metadata.name) === DELETED;
    written?.delete(slice.metadata.name);
    if (!isOwn) this.queue.addAfter(key, constants.endpointSliceChangeDelayUs);
  }

  #sync(key: string, worker: number): void {
    const service = this.#services.get(key);
    const membership = this.#memberships.get(key);
    if (service === undefined || membership === undefined) return this.#loop.finish(worker, false);
    if (membership.written.size > 0) return this.#loop.finish(worker, true);
    const requests = requestsFor(this.#changes(service, membership));
    this.#sendNext({ worker, service, membership, requests, failed: false });
  }

  #changes(service: Service, { pods, endpoints }: Membership): SliceChanges {
    const [first = ''] = endpoints.keys();
    const existing = [...this.#slices.of(service.metadata.uid ?? '').values()];
    return reconcileSlices(service, endpoints, existing, endpointPorts(service, pods.get(first)));
  }

  #sendNext(sync: Sync): void {
    const request = sync.requests.shift();
    if (request === undefined) return this.#loop.finish(sync.worker, sync.failed);
    this.#client.send(request, this.#written, sync);
  }

  readonly #written = (call: ApiCall): void => {
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
  #expect({ service, membership }: Sync, name: string, revision: number): void {
    const { namespace, uid = '' } = service.metadata;
    const seen = this.#slices.of(uid).get(objectKey(namespace, name));
    const isSeen =
      revision === DELETED ? seen === undefined : (seen?.metadata.resourceVersion ?? 0) >= revision;
    if (!isSeen) membership.written.set(name, revision);
  }
}

/** Adds a pod, or its new state. */
function join({ pods, endpoints, publishNotReady }: Membership, pod: Pod): void {
  const { name } = pod.metadata;
  pods.set(name, pod);
  const endpoint = endpointOf(pod, publishNotReady);
  if (endpoint === undefined) endpoints.delete(name);
  else endpoints.set(name, endpoint);
}

/** Takes a pod out; false when it was not in. */
function leave({ pods, endpoints }: Membership, name: string): boolean {
  endpoints.delete(name);
  return pods.delete(name);
}

function serviceKeyOf({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
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

/** Only these changes of a pod touch its endpoint. */
function concernsEndpoints(a: Pod, b: Pod): boolean {
  return (
    a.status?.podIP !== b.status?.podIP ||
    a.spec.nodeName !== b.spec.nodeName ||
    isPodReady(a) !== isPodReady(b) ||
    a.metadata.labels !== b.metadata.labels ||
    a.metadata.deletionTimestamp !== b.metadata.deletionTimestamp ||
    a.status?.phase !== b.status?.phase
  );
}
