// The metrics of the kubelets under Kubernetes' own names and buckets, as far as this version
// measures them. Left out: the label `image_size_in_bytes`.
// Source: Kubernetes v1.36 pkg/kubelet/metrics (reference: nodes-controllers §8).
import { SilentObserver } from '../client/observer.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const PULL = 'kubelet_image_pull_duration_seconds';

const families: readonly MetricFamily[] = [
  {
    name: PULL,
    help: 'Time of one image pull, without waiting for its turn.',
    type: 'histogram',
    labels: [],
    buckets: [1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600],
  },
];

export class KubeletMetrics extends SilentObserver {
  readonly #registry = new MetricRegistry(families);

  override imagePulled(_node: string, _image: string, _bytes: number, durationUs: number): void {
    this.#registry.histogram(PULL).observe(durationUs / 1_000_000);
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
