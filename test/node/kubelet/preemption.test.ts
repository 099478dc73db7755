// Critical pods that need the place of others on a full node.

import { describe, expect, test } from 'vitest';
import { KubeletBench, nodeObject, secondUs, summaryOf } from './kubelet-bench.js';

const asking = (cpu: string, priority = 0) => ({
  priority,
  containers: [{ name: 'app', image: 'app:1', resources: { requests: { cpu } } }],
});
const critical = 2_000_001_000;

describe('a critical pod on a full node', () => {
  test('gets the place of the fewest and least important, as soon as they have stopped', () => {
    const bench = new KubeletBench({ settings: { recordEvents: true } });
    bench.bind(0, 'low', asking('2', 1), {
      annotations: { 'kubeclock.dev/stop-time': '10s' },
    });
    bench.bind(0, 'high', asking('2', 100));
    bench.bind(20 * secondUs, 'needed', asking('1500m', critical));
    bench.run(29 * secondUs);
    expect(summaryOf(bench.pod('needed'))).toBe('Pending');
    bench.run(60 * secondUs);
    expect(summaryOf(bench.pod('needed'))).toBe('Running ready app:running');
    expect(summaryOf(bench.pod('high'))).toBe('Running ready app:running');
    expect(bench.pod('low').status).toMatchObject({
      phase: 'Failed',
      reason: 'Preempting',
      message: 'Preempted in order to admit critical pod',
    });
  });

  test('leaves those alone that need not go after all', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'small', asking('100m', 1));
    bench.bind(0, 'large', asking('3900m', 2));
    bench.bind(20 * secondUs, 'needed', asking('3', critical));
    bench.run(60 * secondUs);
    expect(bench.pod('large').status?.reason).toBe('Preempting');
    expect(summaryOf(bench.pod('small'))).toBe('Running ready app:running');
    expect(summaryOf(bench.pod('needed'))).toBe('Running ready app:running');
  });

  test('is refused when only other critical pods could go', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'one', asking('4', critical));
    bench.bind(20 * secondUs, 'two', asking('1', critical));
    bench.run(60 * secondUs);
    expect(bench.pod('two').status?.reason).toBe('OutOfcpu');
    expect(summaryOf(bench.pod('one'))).toBe('Running ready app:running');
  });

  test('that is deleted while it waits is forgotten', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'slow', asking('4'), { annotations: { 'kubeclock.dev/stop-time': '20s' } });
    bench.bind(20 * secondUs, 'needed', asking('1', critical));
    bench.at(25 * secondUs, () => bench.server.remove('pods', 'default/needed'));
    bench.run(90 * secondUs);
    expect(bench.pod('slow').status?.reason).toBe('Preempting');
    expect(bench.fleet.podCount).toBe(1);
  });

  test('takes what runs without any request first', () => {
    const bench = new KubeletBench({ node: { node: nodeObject(0, 2) } });
    bench.bind(0, 'careful', asking('100m'));
    bench.bind(0, 'careless', { priority: 50 });
    bench.bind(20 * secondUs, 'needed', asking('100m', critical));
    bench.run(60 * secondUs);
    expect(bench.pod('careless').status?.reason).toBe('Preempting');
    expect(summaryOf(bench.pod('careful'))).toBe('Running ready app:running');
  });
});

test('a pod that is not critical puts nobody out', () => {
  const bench = new KubeletBench();
  bench.bind(0, 'one', asking('4'));
  bench.bind(20 * secondUs, 'two', asking('1', 1_000_000));
  bench.run(60 * secondUs);
  expect(bench.pod('two').status?.reason).toBe('OutOfcpu');
});
