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

test('what kubelets tell is counted under their own names', () => {
  const metrics = new KubeletMetrics();
  metrics.podStarted(2_500_000);
  metrics.containerStarted('init_container');
  metrics.containerStarted('container');
  metrics.containerStarted('container');
  metrics.statusSynced(30_000);
  metrics.podRejected('OutOfcpu');
  metrics.podEvicted('memory.available');
  metrics.podPreempted('cpu');
  const told = metrics.samples.map(({ name, labels, value, sum }) => [
    [name, ...labels.map(([, label]) => label)].join(' '),
    value ?? sum,
  ]);
  expect(new Map(told as [string, number][])).toEqual(
    new Map([
      ['kubelet_pod_start_duration_seconds', 2.5],
      ['kubelet_pod_status_sync_duration_seconds', 0.03],
      ['kubelet_started_pods_total', 1],
      ['kubelet_started_containers_total init_container', 1],
      ['kubelet_started_containers_total container', 2],
      ['kubelet_admission_rejections_total OutOfcpu', 1],
      ['kubelet_evictions memory.available', 1],
      ['kubelet_preemptions cpu', 1],
    ]),
  );
});
