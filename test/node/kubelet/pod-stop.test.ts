// How a pod goes: signals, grace, sandbox, status, and the DELETE that ends it.

import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { staticNetwork } from '../../../src/node/kubelet/pod-network.js';
import { KubeletBench, originUs, secondUs, sinceOrigin } from './kubelet-bench.js';

/** A running pod, deleted 10 s after it was bound. */
function deleted(
  grace: number,
  spec: Parameters<KubeletBench['bind']>[2] = {},
  annotations: Readonly<Record<string, string>> = {},
): KubeletBench {
  const bench = new KubeletBench();
  bench.bind(0, 'web', spec, { annotations });
  bench.delete(10 * secondUs, 'web', grace);
  bench.run(120 * secondUs);
  return bench;
}

/** The time in ms at which the object of `web` was gone. */
function goneAt(bench: KubeletBench): number {
  return bench.podHistory().find(([, , what]) => what === 'gone')?.[0] ?? Number.NaN;
}

describe('a pod that stops on its signal', () => {
  const bench = deleted(30);

  test('is reported ended, then deleted, after its containers and its sandbox have stopped', () => {
    // seen 10001; container 40, sandbox 60; GET there and back, PATCH there: 10104; answer 10105
    expect(bench.podHistory().slice(3)).toEqual([
      [10_000, 'web', 'Running ready deleting app:running'],
      [10_104, 'web', 'Succeeded deleting app:exit 0'],
      [10_106, 'web', 'gone'],
    ]);
  });

  test('is deleted with grace 0 and only under its own uid', () => {
    const request = bench.server.requests.find(({ verb }) => verb === 'delete');
    expect(request).toMatchObject({ gracePeriodSeconds: 0, uidPrecondition: 'uid-web' });
  });

  test('leaves nothing behind in the kubelet', () => {
    expect(bench.fleet.podCount).toBe(0);
  });
});

describe('a pod with work to do that is stopped before it is done', () => {
  const working = { 'kubeclock.dev/run-time': '60s' };
  const endOf = (restartPolicy: 'Always' | 'Never'): string | undefined =>
    deleted(30, { restartPolicy }, working).podHistory().at(-2)?.[2];

  test('has failed by its signal: its Job must not count it as done', () => {
    expect(endOf('Never')).toBe('Failed deleting app:exit 143');
  });

  test('is taken for a server that stops in order when it would be started again', () => {
    expect(endOf('Always')).toBe('Succeeded deleting app:exit 0');
  });
});

describe('grace', () => {
  const ignoring = { 'kubeclock.dev/ignores-sigterm': 'true' };

  test('is used up by a container that ignores SIGTERM (reference vector 16)', () => {
    const bench = deleted(30, {}, ignoring);
    // 30 s from 10001, then the stop (40), the sandbox (60) and two writes
    expect(goneAt(bench)).toBe(40_106);
    const last = bench.podHistory().at(-2)?.[2];
    expect(last).toBe('Failed deleting app:exit 137');
  });

  test('is at least two seconds for a signal', () => {
    expect(goneAt(deleted(1, {}, ignoring))).toBe(12_106);
  });

  test('is shortened by a second deletion', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web', {}, { annotations: ignoring });
    bench.delete(10 * secondUs, 'web', 60);
    bench.delete(20 * secondUs, 'web', 5);
    bench.run(120 * secondUs);
    expect(goneAt(bench)).toBe(25_106);
  });

  test('includes the time of a preStop hook', () => {
    const lifecycle = { preStop: { sleep: { seconds: 10 } } };
    const containers = [{ name: 'app', image: 'app:1', lifecycle }];
    expect(goneAt(deleted(30, { containers }))).toBe(20_106);
    expect(goneAt(deleted(30, { containers }, ignoring))).toBe(40_106);
    expect(goneAt(deleted(4, { containers }))).toBe(14_106);
  });
});

describe('the order of stopping', () => {
  test('is all containers at once, then sidecars from the last to the first', () => {
    const sidecar = (name: string) => ({ name, image: 'app:1', restartPolicy: 'Always' as const });
    const bench = deleted(30, {
      initContainers: [sidecar('s1'), sidecar('s2')],
      containers: ['a', 'b'].map((name) => ({ name, image: 'app:1' })),
    });
    const pods = bench.recorder.commits.map(([, { object }]) => object);
    const { status } = pods.findLast((object) => object.kind === 'Pod') as Pod;
    const statuses = [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ];
    const ends = statuses.map(({ name, state }) => [
      name,
      sinceOrigin(state?.terminated?.finishedAt),
    ]);
    expect(ends).toEqual([
      ['s1', 10_121],
      ['s2', 10_081],
      ['a', 10_041],
      ['b', 10_041],
    ]);
  });
});

describe('a pod that is deleted while it starts', () => {
  test('gives up waiting for its image', () => {
    const bench = new KubeletBench({ network: { registryBytesPerSecond: 1_000 } });
    bench.bind(0, 'web', { containers: [{ name: 'app', image: 'huge:1' }] });
    bench.delete(5 * secondUs, 'web', 30);
    bench.run(20 * secondUs);
    expect(goneAt(bench)).toBe(5_066);
    expect(bench.fleet.podCount).toBe(0);
  });

  test('finishes the call to the runtime that is under way, then stops what it has made', () => {
    const bench = new KubeletBench({ settings: { reportPodSandbox: true } });
    bench.bind(0, 'web');
    bench.delete(100_000, 'web', 30); // RunPodSandbox is under way until 161
    bench.run(20 * secondUs);
    // nothing new to report: a GET, then the DELETE
    expect(goneAt(bench)).toBe(161 + 60 + 3);
  });

  test('is not started at all when it is seen with its deletion mark', () => {
    const bench = new KubeletBench({ settings: { syncLoopUs: 50_000 } });
    bench.bind(0, 'web');
    bench.delete(10_000, 'web', 30);
    bench.run(20 * secondUs);
    expect(bench.stages).toEqual([]);
    expect(bench.podHistory().at(-1)?.[2]).toBe('gone');
  });

  test('whose object vanishes is stopped without a word to the API', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web');
    bench.at(secondUs, () => bench.server.remove('pods', 'default/web'));
    bench.at(secondUs + 50_000, () => expect(bench.fleet.podCount).toBe(1));
    bench.run(31 * secondUs);
    const requests = bench.requests('pods').filter((request) => request !== 'get');
    expect(requests).toEqual(['list', 'watch', 'patch/status', 'patch/status']);
    expect(bench.fleet.podCount).toBe(0);
  });
});

describe('a pod that ends by itself', () => {
  const runOnce = { 'kubeclock.dev/run-time': '30s' };

  test('has succeeded when its containers exit with 0 and are not to run again', () => {
    const bench = new KubeletBench({ settings: { reportPodSandbox: true } });
    bench.bind(0, 'job', { restartPolicy: 'Never' }, { annotations: runOnce });
    bench.run(60 * secondUs);
    // started 211, ended 30211, seen at once here; then the sandbox goes
    expect(bench.podHistory().slice(4)).toEqual([
      [30_214, 'job', 'Succeeded app:exit 0'],
      [30_274, 'job', 'Succeeded app:exit 0'], // no sandbox any more
    ]);
    const conditions = bench.pod('job').status?.conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: 'PodCompleted' });
    expect(ready?.lastTransitionTime).toBe(originUs + 30_211_000);
  });

  test('frees its address and its share of the node', () => {
    const oneAddress = staticNetwork(() => '10.0.0.0/30');
    const bench = new KubeletBench({ networkPlugin: oneAddress });
    const spec = {
      restartPolicy: 'Never' as const,
      containers: [{ name: 'app', image: 'app:1', resources: { requests: { cpu: '4' } } }],
    };
    bench.bind(0, 'first', spec, { annotations: runOnce });
    bench.bind(40 * secondUs, 'second', spec, { annotations: runOnce });
    bench.run(41 * secondUs);
    expect(bench.pod('second').status).toMatchObject({ phase: 'Running', podIP: '10.0.0.2' });
  });

  test('is deleted at once when that is asked for later', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'job', { restartPolicy: 'Never' }, { annotations: runOnce });
    bench.delete(50 * secondUs, 'job', 30);
    bench.run(60 * secondUs);
    expect(bench.podHistory().at(-1)).toEqual([50_004, 'job', 'gone']);
    expect(bench.fleet.podCount).toBe(0);
  });
});
