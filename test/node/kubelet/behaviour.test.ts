// What annotations make the containers of a pod do.

import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { KubeletBench, secondUs, summaryOf } from './kubelet-bench.js';

const terminatedOf = (pod: Pod, index = 0) =>
  pod.status?.containerStatuses?.[index]?.state?.terminated;

function runOnce(annotations: Record<string, string>, seconds: number, seed = 'kubelet'): Pod {
  const bench = new KubeletBench({ seed });
  const resources = { limits: { memory: '200Mi' } };
  const containers = [{ name: 'app', image: 'app:1', resources }];
  bench.bind(0, 'web', { restartPolicy: 'Never', containers }, { annotations });
  bench.run(seconds * secondUs);
  return bench.pod('web');
}

describe('a container', () => {
  test('exits after its run time with its exit code', () => {
    const annotations = { 'kubeclock.dev/run-time': '5s', 'kubeclock.dev/exit-code': '3' };
    const pod = runOnce(annotations, 10);
    expect(pod.status?.phase).toBe('Failed');
    const { exitCode, reason, startedAt = 0, finishedAt } = terminatedOf(pod) ?? {};
    expect([exitCode, reason, finishedAt]).toEqual([3, 'Error', startedAt + 5 * secondUs]);
  });

  test('of a drawn run time ends within its range, and another time for another seed', () => {
    const ran = (seed: string): number => {
      const ended = terminatedOf(runOnce({ 'kubeclock.dev/run-time': '5s..20s' }, 30, seed));
      return ((ended?.finishedAt ?? 0) - (ended?.startedAt ?? 0)) / secondUs;
    };
    const times = ['a', 'b', 'c'].map(ran);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...times)).toBeLessThanOrEqual(20);
    expect(new Set(times).size).toBe(3);
  });

  test('crashes with code 1 before its run time', () => {
    const annotations = { 'kubeclock.dev/run-time': '5s', 'kubeclock.dev/crash-after': '2s' };
    expect(terminatedOf(runOnce(annotations, 10))).toMatchObject({ exitCode: 1, reason: 'Error' });
  });

  test('crashes in the stated share of its runs', () => {
    const annotations = {
      'kubeclock.dev/run-time': '1s',
      'kubeclock.dev/crash-probability': '0.3',
    };
    const codes = Array.from({ length: 60 }, (_, i) => {
      return terminatedOf(runOnce(annotations, 5, `seed-${i}`))?.exitCode;
    });
    const crashes = codes.filter((code) => code === 1).length;
    expect(crashes).toBeGreaterThan(8);
    expect(crashes).toBeLessThan(30);
    expect(codes.filter((code) => code === 0)).toHaveLength(60 - crashes);
  });

  test('is OOMKilled when it grows beyond its limit, and not before', () => {
    const annotations = { 'kubeclock.dev/memory-use': '0s=100Mi,10s=300Mi' };
    const { startedAt = 0, ...ended } = terminatedOf(runOnce(annotations, 20)) ?? {};
    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(((ended as { finishedAt: number }).finishedAt - startedAt) / secondUs).toBeCloseTo(5);
    const below = runOnce({ 'kubeclock.dev/memory-use': '0s=100Mi,10s=200Mi' }, 20);
    expect(below.status?.phase).toBe('Running');
  });

  test('has what is said of it alone before what is said of all', () => {
    const bench = new KubeletBench();
    const containers = ['app', 'proxy'].map((name) => ({ name, image: 'app:1' }));
    const annotations = { 'kubeclock.dev/run-time': '2s', 'kubeclock.dev/run-time.proxy': 'never' };
    bench.bind(0, 'web', { restartPolicy: 'Never', containers }, { annotations });
    bench.run(10 * secondUs);
    expect(summaryOf(bench.pod('web'))).toBe('Running app:exit 0 proxy:running');
  });
});

describe('a container that is asked to stop', () => {
  function stopped(annotations: Record<string, string>, graceSeconds: number, again?: number) {
    const bench = new KubeletBench();
    bench.bind(0, 'web', {}, { annotations });
    bench.delete(10 * secondUs, 'web', graceSeconds);
    if (again !== undefined) bench.delete(11 * secondUs, 'web', again);
    bench.run(60 * secondUs);
    const history = bench.podHistory(
      (pod) => `${pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode}`,
    );
    const [ended] = history.filter(([, , what]) => /^\d+$/.test(what));
    return [Math.floor((ended?.[0] ?? 0) / 1_000), ended?.[2]];
  }

  test('takes its time, within the grace', () => {
    expect(stopped({ 'kubeclock.dev/stop-time': '4s' }, 30)).toEqual([14, '0']);
  });

  test('is killed when that takes longer than the grace', () => {
    expect(stopped({ 'kubeclock.dev/stop-time': '40s' }, 5)).toEqual([15, '137']);
  });

  test('is killed earlier when the grace is shortened, unless it is over before', () => {
    expect(stopped({ 'kubeclock.dev/stop-time': '20s' }, 30, 2)).toEqual([13, '137']);
    expect(stopped({ 'kubeclock.dev/stop-time': '2s' }, 30, 20)).toEqual([12, '0']);
  });
});
