import { expect, test } from 'vitest';
import { KubeletMetrics } from '../../src/metrics/kubelet-metrics.js';

test('image pulls are timed in the buckets of the kubelet', () => {
  const metrics = new KubeletMetrics();
  metrics.imagePulled('n', 'nginx:1', 70_000_000, 8_000_000);
  expect(metrics.samples).toHaveLength(1);
  expect(metrics.samples[0]).toMatchObject({
    name: 'kubelet_image_pull_duration_seconds',
    labels: [],
    sum: 8,
    count: 1,
  });
  expect(metrics.samples[0]?.buckets?.slice(0, 3)).toEqual([
    [1, 0],
    [5, 0],
    [10, 1],
  ]);
});
