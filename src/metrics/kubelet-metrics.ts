// The metrics of the kubelets under Kubernetes' own names and buckets, those of all nodes together.
// Left out: the label `image_size_in_bytes`; relists, calls to the runtime and probes, which are
// computed and not performed where they change nothing.
// Source: Kubernetes v1.36 pkg/kubelet/metrics (reference: nodes-controllers §8).
import { SilentObserver } from '../client/observer.js';
import { toSeconds } from '../kernel/time.js';
import type { KubeletMonitor } from '../node/kubelet/kubelet-monitor.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const PULL = 'kubelet_image_pull_duration_seconds';
const POD_START = 'kubelet_pod_start_duration_seconds';
const STATUS_SYNC = 'kubelet_pod_status_sync_duration_seconds';
const STARTED_PODS = 'kubelet_started_pods_total';
const STARTED_CONTAINERS = 'kubelet_started_containers_total';
const REJECTIONS = 'kubelet_admission_rejections_total';
const EVICTIONS = 'kubelet_evictions';
const PREEMPTIONS = 'kubelet_preemptions';

const startBuckets = [
  0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800,
  2700, 3600,
];

export const kubeletFamilies: readonly MetricFamily[] = [
  {
    name: PULL,
    help: 'Time of one image pull, without waiting for its turn.',
    type: 'histogram',
    labels: [],
    buckets: [1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600],
  },
  {
    name: POD_START,
    help: 'Time from the kubelet seeing a pod to all of its containers having been started.',
    type: 'histogram',
    labels: [],
    buckets: startBuckets,
  },
  {
    name: STATUS_SYNC,
    help: 'Time from the change of a status to its having been written.',
    type: 'histogram',
    labels: [],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20, 30, 45, 60],
  },
  { name: STARTED_PODS, help: 'Pods that have been started.', type: 'counter', labels: [] },
  {
    name: STARTED_CONTAINERS,
    help: 'Containers that have been started, restarts included.',
    type: 'counter',
    labels: ['container_type'],
  },
  {
    name: REJECTIONS,
    help: 'Pods that their node has refused.',
    type: 'counter',
    labels: ['reason'],
  },
  {
    name: EVICTIONS,
    help: 'Pods that were evicted because their node ran low.',
    type: 'counter',
    labels: ['eviction_signal'],
  },
  {
    name: PREEMPTIONS,
    help: 'Pods that were put out to admit a critical one.',
    type: 'counter',
    labels: ['preemption_signal'],
  },
];

export class KubeletMetrics extends SilentObserver implements KubeletMonitor {
  readonly #registry = new MetricRegistry(kubeletFamilies);

  override imagePulled(_node: string, _image: string, _bytes: number, durationUs: number): void {
    this.#registry.histogram(PULL).observe(toSeconds(durationUs));
  }

  podStarted(durationUs: number): void {
    this.#registry.histogram(POD_START).observe(toSeconds(durationUs));
    this.#registry.scalar(STARTED_PODS).value++;
  }

  containerStarted(type: 'container' | 'init_container'): void {
    this.#registry.scalar(STARTED_CONTAINERS, type).value++;
  }

  statusSynced(durationUs: number): void {
    this.#registry.histogram(STATUS_SYNC).observe(toSeconds(durationUs));
  }

  podRejected(reason: string): void {
    this.#registry.scalar(REJECTIONS, reason).value++;
  }

  podEvicted(signal: string): void {
    this.#registry.scalar(EVICTIONS, signal).value++;
  }

  podPreempted(signal: string): void {
    this.#registry.scalar(PREEMPTIONS, signal).value++;
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
