// What the sidecars of a CSI driver have in common: a client with its own limit, informers, a queue
// whose failures come again after 1 s to 5 min, and workers that call the driver and wait for it up
// to a time. Source: kubernetes-csi/external-provisioner and external-attacher.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { ApiClient } from '../../client/api-client.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import { Informer } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import { WorkQueue } from '../../client/work-queue.js';
import { type SyncOutcome, Workers } from '../../client/workers.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { ControllerOperation, StorageBackEnd } from './back-end.js';
import { csiConstants as constants } from './constants.js';

/** What a sidecar runs on and talks to. */
export interface SidecarOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly observer: ClusterObserver;
  readonly host: CpuHost;
  readonly connection: Connection;
  readonly backEnd: StorageBackEnd;
  /** Of the driver. */
  readonly driver: string;
}

const methods: Readonly<Record<ControllerOperation, string>> = {
  provision: 'CreateVolume',
  delete: 'DeleteVolume',
  attach: 'ControllerPublishVolume',
  detach: 'ControllerUnpublishVolume',
};

/** One process. */
export class Sidecar {
  readonly client: ApiClient;
  readonly options: SidecarOptions;
  readonly #name: string;

  /** `name`: `csi-attacher`. */
  constructor(options: SidecarOptions, name: string) {
    const { transport, connection, host, driver } = options;
    this.options = options;
    this.#name = `${name}/${driver}`;
    const limit = { qps: constants.kubeApiQps, burst: constants.kubeApiBurst };
    const user = `system:serviceaccount:kube-system:${driver}-controller`;
    this.client = new ApiClient(transport, { name: this.#name, user, connection, limit, host });
  }

  informer<T extends KubernetesObject>(resource: string): Informer<T> {
    const { simulation, host } = this.options;
    const name = `${this.#name}/${resource}`;
    return new Informer<T>(simulation, { name, resource, client: this.client, host });
  }

  /** A queue with its workers; `sync` ends with `finish`, after at most one call to the driver. */
  loop<T>(options: LoopOptions): SidecarLoop<T> {
    return new SidecarLoop(this.options, { ...options, name: `${this.#name}/${options.name}` });
  }
}

export interface LoopOptions {
  /** `claims`: of the queue. */
  readonly name: string;
  readonly workers: number;
  readonly timeoutUs: number;
  readonly sync: (key: string, worker: number) => void;
}

/** A call of a worker to the driver. */
interface DriverCall<T> {
  readonly operation: ControllerOperation;
  readonly subject: string;
  readonly sinceUs: SimTime;
  readonly isInTime: boolean;
  readonly context: T;
  readonly onReturned: (context: T, isDone: boolean) => void;
}

/** `T`: what a sync carries with it. */
export class SidecarLoop<T> {
  readonly queue: WorkQueue;
  readonly #options: SidecarOptions;
  readonly #timeoutUs: number;
  readonly #workers: Workers;
  readonly #calls: (DriverCall<T> | undefined)[] = [];
  readonly #returned: EventKind;

  constructor(sidecar: SidecarOptions, { name, workers: count, timeoutUs, sync }: LoopOptions) {
    const { simulation, host } = sidecar;
    this.#options = sidecar;
    this.#timeoutUs = timeoutUs;
    const limits = { baseDelayUs: constants.retryInitialUs, maxDelayUs: constants.retryMaxUs };
    this.queue = new WorkQueue(simulation, name, { limits });
    const cpuUs = (): number => constants.syncCpuUs;
    const { queue } = this;
    this.#workers = new Workers(simulation, { name, queue, count, host, cpuUs, sync });
    this.#returned = simulation.defineEvent(`${name}.DriverCallReturned`, (worker) =>
      this.#onReturned(worker),
    );
  }

  start(): void {
    this.#workers.start();
  }

  finish(worker: number, outcome: SyncOutcome): void {
    this.#workers.finish(worker, outcome);
  }

  /** Asks the driver; `onReturned` hears whether it was done in time. */
  call(
    worker: number,
    operation: ControllerOperation,
    subject: string,
    context: T,
    onReturned: (context: T, isDone: boolean) => void,
  ): void {
    const { simulation, backEnd } = this.#options;
    const { now: sinceUs } = simulation;
    const end = backEnd.endOf(operation, subject);
    const isInTime = end <= sinceUs + this.#timeoutUs;
    this.#calls[worker] = { operation, subject, sinceUs, isInTime, context, onReturned };
    simulation.at(Math.min(end, sinceUs + this.#timeoutUs), this.#returned, worker);
  }

  #onReturned(worker: number): void {
    const { simulation, backEnd, observer, driver } = this.#options;
    const call = this.#calls[worker] as DriverCall<T>;
    const { operation, subject, sinceUs, isInTime, context, onReturned } = call;
    this.#calls[worker] = undefined;
    if (isInTime) backEnd.acknowledge(operation, subject);
    const code = isInTime ? 'OK' : 'DeadlineExceeded';
    const durationUs = simulation.now - sinceUs;
    observer.csiCalled('sidecar', driver, methods[operation], code, durationUs);
    onReturned(context, isInTime);
  }
}

/** A PATCH that sets or takes away a finalizer. */
export function finalizerPatch(
  resource: string,
  name: string,
  finalizer: string,
  wanted: boolean,
): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject => {
    const { metadata } = current;
    const { finalizers = [] } = metadata;
    if (finalizers.includes(finalizer) === wanted) return current;
    const others = finalizers.filter((each) => each !== finalizer);
    const changed = { ...metadata, finalizers: wanted ? [...others, finalizer] : others };
    return { ...current, metadata: changed } as KubernetesObject;
  };
  return {
    verb: 'patch',
    resource,
    namespace: '',
    name,
    patch: { bytes: constants.patchBytes, apply },
  };
}
