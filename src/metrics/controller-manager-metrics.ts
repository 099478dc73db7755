// client-go's metrics of the workqueues and informers of kube-controller-manager. A process that
// starts again goes on counting here, where a real one begins at zero.
// Source: Kubernetes v1.36 client-go util/workqueue/metrics.go, component-base
// metrics/prometheus/workqueue and metrics/prometheus/clientgo; recorded scrapes.
import { groupAndVersion } from '../api/group.js';
import { resourceKindOfResource } from '../api/resource-kinds.js';
import type { InformerMonitor } from '../client/informer.js';
import type { WorkQueueMonitor } from '../client/work-queue.js';
import type {
  ControllerManagerMonitor,
  VolumeMonitor,
} from '../control-plane/controller-manager/sync-loop.js';
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { exponentialBuckets, type Histogram } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry, type Scalar } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const queueLabels = ['name'];
const queueBuckets = exponentialBuckets(1e-8, 10, 10);
const informerLabels = ['group', 'name', 'resource', 'version'];
const PROCESS = 'kube-controller-manager';

/** In the order of their names. */
export const controllerManagerFamilies: readonly MetricFamily[] = [
  {
    name: 'informer_processing_latency_seconds',
    help: 'Time that an informer needs for one change.',
    type: 'histogram',
    labels: informerLabels,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  {
    name: 'informer_queued_items',
    help: 'Changes that have arrived and are not taken over yet.',
    type: 'gauge',
    labels: informerLabels,
  },
  {
    name: 'workqueue_adds_total',
    help: 'Keys that were added to the queue.',
    type: 'counter',
    labels: queueLabels,
  },
  {
    name: 'workqueue_depth',
    help: 'Keys that wait in the queue.',
    type: 'gauge',
    labels: queueLabels,
  },
  {
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the oldest key in progress has been worked on.',
    type: 'gauge',
    labels: queueLabels,
  },
  {
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys waited in the queue.',
    type: 'histogram',
    labels: queueLabels,
    buckets: queueBuckets,
  },
  {
    name: 'workqueue_retries_total',
    help: 'Keys that were to come after a delay.',
    type: 'counter',
    labels: queueLabels,
  },
  {
    name: 'workqueue_unfinished_work_seconds',
    help: 'How long the keys in progress have been worked on, together.',
    type: 'gauge',
    labels: queueLabels,
  },
  {
    name: 'workqueue_work_duration_seconds',
    help: 'How long keys were worked on.',
    type: 'histogram',
    labels: queueLabels,
    buckets: queueBuckets,
  },
];

export class ControllerManagerMetrics implements ControllerManagerMonitor {
  readonly #simulation: Simulation;
  readonly #registry = new MetricRegistry(controllerManagerFamilies);
  readonly #queuedItems = new Map<string, { readonly gauge: Scalar; queued: () => number }>();
  readonly #queues = new Map<string, QueueMeasure>();

  /** Who measures what is done with volumes. */
  readonly volumes: VolumeMonitor;

  constructor(simulation: Simulation, volumes: VolumeMonitor) {
    this.#simulation = simulation;
    this.volumes = volumes;
  }

  /** Another call for the same name takes the place of the one before: a new process. */
  queue(name: string): WorkQueueMonitor {
    const measure = new QueueMeasure(this.#simulation, this.#registry, name);
    this.#queues.set(name, measure);
    return measure;
  }

  informer(resource: string): InformerMonitor {
    const { apiVersion = 'v1', kind = '' } = resourceKindOfResource(resource) ?? {};
    const [group, version] = groupAndVersion(apiVersion);
    // Upstream makes a plural of every kind by an "s".
    const values = [group, PROCESS, `${kind.toLowerCase()}s`, version];
    const latency = this.#registry.histogram('informer_processing_latency_seconds', ...values);
    const queuedItems = this.#registry.scalar('informer_queued_items', ...values);
    return {
      began: (queued) => {
        this.#queuedItems.set(resource, { gauge: queuedItems, queued });
      },
      processed: (cpuUs) => latency.observe(cpuUs / 1_000_000),
    };
  }

  /** As of now. */
  get samples(): readonly MetricSample[] {
    for (const { gauge, queued } of this.#queuedItems.values()) gauge.value = queued();
    for (const queue of this.#queues.values()) queue.update();
    return this.#registry.samples;
  }
}

/** One queue of one process. */
class QueueMeasure implements WorkQueueMonitor {
  readonly #simulation: Simulation;
  readonly #adds: Scalar;
  readonly #retries: Scalar;
  readonly #depth: Scalar;
  readonly #unfinished: Scalar;
  readonly #longest: Scalar;
  readonly #queueDuration: Histogram;
  readonly #workDuration: Histogram;
  /** When keys were added that have not been taken since. */
  readonly #addedUs = new Map<string, SimTime>();
  /** When keys in progress were taken. */
  readonly #takenUs = new Map<string, SimTime>();

  constructor(simulation: Simulation, registry: MetricRegistry, name: string) {
    this.#simulation = simulation;
    this.#adds = registry.scalar('workqueue_adds_total', name);
    this.#retries = registry.scalar('workqueue_retries_total', name);
    this.#depth = registry.scalar('workqueue_depth', name);
    this.#unfinished = registry.scalar('workqueue_unfinished_work_seconds', name);
    this.#longest = registry.scalar('workqueue_longest_running_processor_seconds', name);
    this.#queueDuration = registry.histogram('workqueue_queue_duration_seconds', name);
    this.#workDuration = registry.histogram('workqueue_work_duration_seconds', name);
  }

  added(key: string): void {
    this.#adds.value++;
    this.#addedUs.set(key, this.#simulation.now);
  }

  taken(key: string): void {
    const { now } = this.#simulation;
    const addedUs = this.#addedUs.get(key) ?? now;
    this.#addedUs.delete(key);
    this.#queueDuration.observe((now - addedUs) / 1_000_000);
    this.#takenUs.set(key, now);
  }

  done(key: string): void {
    const { now } = this.#simulation;
    const takenUs = this.#takenUs.get(key) ?? now;
    this.#takenUs.delete(key);
    this.#workDuration.observe((now - takenUs) / 1_000_000);
  }

  retried(): void {
    this.#retries.value++;
  }

  /** Sets the gauges to what they are now. */
  update(): void {
    const { now } = this.#simulation;
    const ages = [...this.#takenUs.values()].map((takenUs) => (now - takenUs) / 1_000_000);
    this.#depth.value = this.#addedUs.size;
    this.#unfinished.value = ages.reduce((sum, age) => sum + age, 0);
    this.#longest.value = Math.max(0, ...ages);
  }
}
