// What every controller has: a queue of keys and workers that sync them one by one. A sync that has
// failed comes again after a backoff. Source: Kubernetes v1.36 pkg/controller (reference:
// nodes-controllers 0.3, 3.2).
import type { ApiClient } from '../../client/api-client.js';
import type { InformerMonitor } from '../../client/informer.js';
import { type RetryLimits, WorkQueue, type WorkQueueMonitor } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';

/** Measures what is done with volumes. */
export interface VolumeMonitor {
  /** `volume_attach` or `volume_detach` of a volume of `kubernetes.io/csi:DRIVER` has ended. */
  storageOperated(operation: string, plugin: string, isSuccess: boolean, durationUs: number): void;
  /** A volume is taken from a node that may have it mounted: `timeout` or `out-of-service`. */
  forcedDetach(reason: string): void;
  /** Volumes of a plugin that are attached, and that should be. */
  attachDetachCounted(plugin: string, actual: number, desired: number): void;
}

/** Measures what a controller manager does. */
export interface ControllerManagerMonitor {
  /** Of the queue that metrics know by that name. */
  queue(name: string): WorkQueueMonitor;
  /** Of a resource, plural. */
  informer(resource: string): InformerMonitor;
  readonly volumes?: VolumeMonitor;
}

/** What a controller of the controller manager is given. */
export interface ControllerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  /** The controller's own client, with its own bucket. */
  readonly client: ApiClient;
  readonly monitor?: ControllerManagerMonitor | undefined;
}

export interface SyncLoopOptions {
  /** `replicaset`: names the queue and the events. */
  readonly name: string;
  /** Of the queue in metrics, where that is another. */
  readonly metricName?: string;
  /** Concurrent syncs. */
  readonly workers: number;
  /** CPU time of one sync, µs. */
  readonly cpuUs: (key: string) => number;
  /** Ends with `finish(worker, failed)`, now or later. */
  readonly sync: (key: string, worker: number) => void;
  readonly retryLimits?: RetryLimits;
}

export class SyncLoop {
  readonly queue: WorkQueue;
  readonly #workers: Workers;

  constructor({ simulation, host, monitor }: ControllerOptions, options: SyncLoopOptions) {
    const name = `kube-controller-manager/${options.name}`;
    const { workers: count, cpuUs, sync, retryLimits, metricName = options.name } = options;
    this.queue = new WorkQueue(simulation, name, {
      limits: retryLimits,
      monitor: monitor?.queue(metricName),
    });
    this.#workers = new Workers(simulation, { name, queue: this.queue, count, host, cpuUs, sync });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#workers.start();
  }

  /** Ends the sync of a worker. */
  finish(worker: number, failed: boolean): void {
    this.#workers.finish(worker, failed ? 'retry' : 'done');
  }
}
