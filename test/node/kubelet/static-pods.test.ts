// Static pods and their mirrors.

import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { staticPod } from '../../../src/node/kubelet/static-pods.js';
import {
  type BenchOptions,
  KubeletBench,
  nodeObject,
  secondUs,
  summaryOf,
} from './kubelet-bench.js';

const manifest: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'etcd', namespace: 'kube-system' },
  spec: { containers: [{ name: 'etcd', image: 'app:1' }] },
};

const key = 'kube-system/etcd-node-0';

function benchWith(options: BenchOptions = {}): KubeletBench {
  const node = { staticPods: [manifest], ...options.node };
  return new KubeletBench({
    ...options,
    settings: { kubeletStartUs: secondUs, ...options.settings },
    node,
  });
}

const mirrorOf = (bench: KubeletBench) => bench.server.get<Pod>('pods', key);

describe('a static pod', () => {
  test('is named after its node, known by its manifest, and tolerates everything', () => {
    const pod = staticPod(manifest, 'node-0');
    expect(pod.metadata.name).toBe('etcd-node-0');
    expect(pod.metadata.uid).toMatch(/^[0-9a-f]{32}$/);
    expect(pod.metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
    expect(pod.spec.tolerations).toEqual([{ operator: 'Exists', effect: 'NoExecute' }]);
    expect(staticPod(manifest, 'node-0').metadata.uid).toBe(pod.metadata.uid);
    expect(staticPod(manifest, 'node-1').metadata.uid).not.toBe(pod.metadata.uid);
  });

  test('is shown by a mirror that says what has become of it', () => {
    const bench = benchWith();
    bench.run(5 * secondUs);
    const mirror = mirrorOf(bench);
    expect(summaryOf(mirror)).toBe('Running ready etcd:running');
    expect(mirror.metadata.annotations?.['kubernetes.io/config.mirror']).toBe(
      staticPod(manifest, 'node-0').metadata.uid,
    );
    expect(mirror.metadata.uid).not.toBe(staticPod(manifest, 'node-0').metadata.uid);
    expect(bench.fleet.podCount).toBe(1);
  });

  test('runs while the API refuses everything, and is mirrored when it does no more', () => {
    const bench = benchWith();
    bench.server.intercept = ({ resource, verb }) =>
      resource === 'pods' && verb === 'create'
        ? { code: 500, reason: 'InternalError', message: '', bytes: 100 }
        : undefined;
    bench.at(25 * secondUs, () => {
      bench.server.intercept = undefined;
    });
    bench.run(20 * secondUs);
    expect(bench.server.find('pods', key)).toBeUndefined();
    bench.run(60 * secondUs);
    const started = mirrorOf(bench).status?.containerStatuses?.[0]?.state?.running?.startedAt;
    expect(started).toBeLessThan(5 * secondUs);
  });

  test('goes on when its mirror is deleted, and has another', () => {
    const bench = benchWith();
    bench.run(5 * secondUs);
    const before = mirrorOf(bench);
    bench.at(10 * secondUs, () => {
      const metadata = { ...before.metadata, deletionTimestamp: 1, deletionGracePeriodSeconds: 30 };
      bench.server.update({ ...mirrorOf(bench), metadata });
    });
    bench.run(20 * secondUs);
    const after = mirrorOf(bench);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.status?.containerStatuses).toEqual(before.status?.containerStatuses);
  });

  test('has another mirror when the first is gone at once', () => {
    const bench = benchWith();
    bench.at(10 * secondUs, () => bench.server.remove('pods', key));
    bench.run(20 * secondUs);
    expect(summaryOf(mirrorOf(bench))).toBe('Running ready etcd:running');
  });

  test('outlives its kubelet, which finds both it and its mirror', () => {
    const bench = benchWith();
    bench.at(10 * secondUs, () => bench.fleet.stopKubelet(0));
    bench.at(20 * secondUs, () => bench.fleet.startKubelet(0));
    bench.run(9 * secondUs);
    const before = mirrorOf(bench);
    bench.run(40 * secondUs);
    expect(mirrorOf(bench).metadata.uid).toBe(before.metadata.uid);
    expect(mirrorOf(bench).status?.containerStatuses).toEqual(before.status?.containerStatuses);
    expect(bench.fleet.podCount).toBe(1);
  });

  test('starts again with its machine', () => {
    const bench = benchWith();
    bench.at(10 * secondUs, () => bench.fleet.crashNode(0));
    bench.at(20 * secondUs, () => bench.fleet.startKubelet(0));
    bench.run(40 * secondUs);
    expect(summaryOf(mirrorOf(bench))).toBe('Running ready etcd:running x1');
  });

  test('takes its place before others: what does not fit beside it is refused', () => {
    const bench = benchWith({ node: { node: nodeObject(0, 1) } });
    bench.bind(5 * secondUs, 'web');
    bench.run(20 * secondUs);
    expect(bench.pod('web').status?.reason).toBe('OutOfpods');
  });
});

test('a mirror that stands for nothing is removed', () => {
  const bench = new KubeletBench();
  const annotations = { 'kubernetes.io/config.mirror': 'of-old' };
  bench.bind(0, 'left', {}, { annotations });
  bench.run(10 * secondUs);
  expect(bench.server.find('pods', 'default/left')).toBeUndefined();
});
