// Keeps the Endpoints object of every Service with a selector at the addresses of its pods: one
// object, written as a whole at every change and cut off at 1000 addresses. A sync that finds its
// own last write not yet in the cache is tried again. Left out: the annotation of the last change.
// Source: Kubernetes v1.36 pkg/controller/endpoint (reference: nodes-controllers 3.9).
import type { EndpointAddress, EndpointSubset, Endpoints } from '../../api/endpoints.js';
import { extended } from '../../api/extended.js';
import { isPodTerminal, type Pod } from '../../api/pod.js';
import type { Service } from '../../api/service.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  objectKey,
} from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import { controllerManagerConstants as constants } from './constants.js';
import { endpointPorts } from './endpoint-slice-reconciler.js';
import { isPodReady } from './pod-state.js';
import { type Members, ServiceMembers } from './service-members.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** The address of a pod, and whether it takes traffic. */
interface PodAddress {
  readonly address: EndpointAddress;
  readonly isReady: boolean;
}

export class EndpointsController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #services: Informer<Service>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #members: ServiceMembers<PodAddress>;
  readonly #loop: SyncLoop;
  /** Revision of the last own write, by key, until the cache has it. */
  readonly #written = new Map<string, number>();

  constructor(
    options: ControllerOptions,
    services: Informer<Service>,
    pods: Informer<Pod>,
    endpoints: Informer<Endpoints>,
  ) {
    this.#client = options.client;
    this.#services = services;
    this.#endpoints = endpoints;
    this.#loop = new SyncLoop(options, {
      name: 'endpoints',
      metricName: 'endpoint',
      workers: constants.concurrentEndpointSyncs,
      cpuUs: (key) => this.#cpuUs(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    this.#members = new ServiceMembers({
      services,
      pods,
      entryOf: addressOf,
      changed: (key) => this.queue.add(key),
    });
    endpoints.addHandler({ deleted: ({ metadata }) => this.#gone(metadata) });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  /** Its lister looks at all pods of the namespace; those that it selects cost more. */
  #cpuUs(key: string): number {
    const selected = this.#members.of(key)?.pods.size ?? 0;
    const all = this.#members.podCount(key.slice(0, key.indexOf('/')));
    const { syncCpuUs, endpointCpuUs, selectorCpuNanoseconds } = constants;
    return syncCpuUs + endpointCpuUs * selected + (selectorCpuNanoseconds * all) / 1000;
  }

  /** What somebody else has deleted is written anew. */
  #gone({ namespace, name }: { readonly namespace?: string; readonly name: string }): void {
    const key = objectKey(namespace, name);
    this.#written.delete(key);
    this.queue.add(key);
  }

  #sync(key: string, worker: number): void {
    const service = this.#services.get(key);
    const members = this.#members.of(key);
    const current = this.#endpoints.get(key);
    if (service === undefined) return this.#remove(key, worker);
    if (members === undefined) return this.#loop.finish(worker, false);
    const written = this.#written.get(key);
    if (written !== undefined) {
      if ((current?.metadata.resourceVersion ?? 0) < written)
        return this.#loop.finish(worker, true);
      this.#written.delete(key);
    }
    const subsets = subsetsOf(service, members);
    const isOver = members.entries.size > constants.maxEndpointsCapacity;
    if (current !== undefined && isSame(current, subsets, isOver)) {
      return this.#loop.finish(worker, false);
    }
    this.#write(worker, current, endpointsOf(service, subsets, isOver));
  }

  #write(worker: number, current: Endpoints | undefined, wanted: Endpoints): void {
    const { namespace = '', name } = wanted.metadata;
    const address = { resource: 'endpoints', namespace, name };
    const request: ApiRequest =
      current === undefined
        ? { verb: 'create', ...address, body: wanted }
        : { verb: 'update', ...address, body: updated(current, wanted) };
    this.#client.send(request, this.#answered, worker);
  }

  /** The Service is gone. */
  #remove(key: string, worker: number): void {
    this.#written.delete(key);
    const [namespace = '', name = ''] = key.split('/');
    this.#client.send(
      { verb: 'delete', resource: 'endpoints', namespace, name },
      this.#answered,
      worker,
    );
  }

  readonly #answered = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    const { verb, namespace, name } = call.request;
    if (isSuccess(response) && verb !== 'delete') {
      const revision = response.object?.metadata.resourceVersion ?? 0;
      this.#written.set(objectKey(namespace, name), revision);
    }
    const isGone = verb === 'delete' && response.code === 404;
    this.#loop.finish(worker, !isSuccess(response) && !isGone);
  };
}

/** Pods that end or have ended have none, unless the Service publishes them all the same. */
function addressOf(pod: Pod, publishNotReady: boolean): PodAddress | undefined {
  const ip = pod.status?.podIP;
  const isLeaving = pod.metadata.deletionTimestamp !== undefined && !publishNotReady;
  if (ip === undefined || isPodTerminal(pod) || isLeaving) return undefined;
  const { namespace = '', name, uid = '' } = pod.metadata;
  const { nodeName } = pod.spec;
  const targetRef = { kind: 'Pod', namespace, name, uid };
  return {
    address: nodeName === undefined ? { ip, targetRef } : { ip, nodeName, targetRef },
    isReady: publishNotReady || isPodReady(pod),
  };
}

/** The subsets that a Service should have. O(pods of the Service). */
export function subsetsOf(
  service: Service,
  { pods, entries }: Members<PodAddress>,
): readonly EndpointSubset[] {
  if (entries.size === 0) return [];
  const ready: EndpointAddress[] = [];
  const notReady: EndpointAddress[] = [];
  for (const { address, isReady } of entries.values()) (isReady ? ready : notReady).push(address);
  const { maxEndpointsCapacity } = constants;
  const addresses = atMost(ready, maxEndpointsCapacity);
  const notReadyAddresses = atMost(notReady, maxEndpointsCapacity - addresses.length);
  const [first = ''] = entries.keys();
  const ports = endpointPorts(service, pods.get(first));
  if (notReadyAddresses.length === 0) {
    return [addresses.length === 0 ? { ports } : { addresses, ports }];
  }
  if (addresses.length === 0) return [{ notReadyAddresses, ports }];
  return [{ addresses, notReadyAddresses, ports }];
}

function atMost<T>(list: readonly T[], limit: number): readonly T[] {
  return list.length <= limit ? list : list.slice(0, limit);
}

/** The Endpoints that a Service should have. */
function endpointsOf(
  { metadata }: Service,
  subsets: readonly EndpointSubset[],
  isOver: boolean,
): Endpoints {
  const { namespace = '', name, labels = {} } = metadata;
  const managed = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
  const own = { name, namespace, labels: extended(labels, managed) };
  const annotations = { [OVER_CAPACITY]: 'truncated' };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: isOver ? extended(own, { annotations }) : own,
    subsets,
  };
}

function updated(current: Endpoints, { metadata, subsets = [] }: Endpoints): Endpoints {
  const { annotations: _, ...kept } = current.metadata;
  const { labels, annotations } = metadata;
  const wanted = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return extended(current, { metadata: extended(kept, wanted), subsets });
}

/** True when nothing is worth a write; addresses are compared as objects first. */
function isSame(
  { metadata, subsets: one = [] }: Endpoints,
  other: readonly EndpointSubset[],
  isOver: boolean,
): boolean {
  const wasOver = metadata.annotations?.[OVER_CAPACITY] !== undefined;
  if (one.length !== other.length || wasOver !== isOver) return false;
  return one.every((subset, i) => {
    const { addresses, notReadyAddresses, ports = [] } = other[i] as EndpointSubset;
    return (
      isSameAddresses(subset.addresses, addresses) &&
      isSameAddresses(subset.notReadyAddresses, notReadyAddresses) &&
      ports.length === (subset.ports ?? []).length &&
      ports.every(({ name, port, protocol }, at) => {
        const had = subset.ports?.[at];
        return name === had?.name && port === had?.port && protocol === had.protocol;
      })
    );
  });
}

/** As sets: the order of a pod's address follows from when it became ready. */
function isSameAddresses(
  a: readonly EndpointAddress[] = [],
  b: readonly EndpointAddress[] = [],
): boolean {
  if (a.length !== b.length) return false;
  if (a.every((address, i) => address === b[i])) return true;
  const known = new Set(a.map(({ ip, targetRef }) => `${ip} ${targetRef?.uid}`));
  return b.every(({ ip, targetRef }) => known.has(`${ip} ${targetRef?.uid}`));
}
