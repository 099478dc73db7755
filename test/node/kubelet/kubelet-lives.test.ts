// Kubelets that stop and start again, and machines that fail: what goes on without a kubelet, what
// the next one finds, and what it says.

import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { staticNetwork } from '../../../src/node/kubelet/pod-network.js';
import { KubeletBench, secondUs, summaryOf } from './kubelet-bench.js';

const settings = { kubeletStartUs: 2 * secondUs };

/** Stops the kubelet of node-0 at one time and starts it at another. */
function pause(bench: KubeletBench, stopUs: number, startUs: number): void {
  bench.at(stopUs, () => bench.fleet.stopKubelet(0));
  bench.at(startUs, () => bench.fleet.startKubelet(0));
}

function crash(bench: KubeletBench, crashUs: number, bootUs: number): void {
  bench.at(crashUs, () => bench.fleet.crashNode(0));
  bench.at(bootUs, () => bench.fleet.startKubelet(0));
}

const readyOf = (pod: Pod) => pod.status?.conditions?.find(({ type }) => type === 'Ready');

describe('a kubelet that is restarted', () => {
  test('leaves its containers running and says nothing new of them', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web');
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.run(9 * secondUs);
    const before = bench.pod('web');
    bench.run(60 * secondUs);
    expect(bench.pod('web').status?.containerStatuses).toEqual(before.status?.containerStatuses);
    expect(readyOf(bench.pod('web'))).toEqual(readyOf(before));
    expect(bench.fleet.podCount).toBe(1);
  });

  test('keeps a pod ready that has a readiness probe, without asking first', () => {
    const bench = new KubeletBench({ settings });
    const readinessProbe = { httpGet: { port: 80 }, periodSeconds: 5 };
    bench.bind(0, 'web', { containers: [{ name: 'app', image: 'app:1', readinessProbe }] });
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.run(60 * secondUs);
    const states = bench.podHistory().map(([, , what]) => what);
    expect(states.at(-1)).toBe('Running ready app:running');
    const sinceReady = states.slice(states.indexOf('Running ready app:running'));
    expect(new Set(sinceReady).size).toBe(1);
  });

  test('restarts what has ended meanwhile, at once', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web', {}, { annotations: { 'kubeclock.dev/run-time': '12s' } });
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.run(23 * secondUs);
    const [status] = bench.pod('web').status?.containerStatuses ?? [];
    expect(status?.restartCount).toBe(1);
    expect(status?.lastState?.terminated?.exitCode).toBe(0);
    // ended at 12.2 s, unseen; the next kubelet is up at 22 s
    expect(((status?.state?.running?.startedAt ?? 0) - secondUs) / secondUs).toBeCloseTo(22.07, 1);
  });

  test('sees an end that comes after its restart', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(
      0,
      'web',
      { restartPolicy: 'Never' },
      { annotations: { 'kubeclock.dev/run-time': '30s' } },
    );
    pause(bench, 10 * secondUs, 15 * secondUs);
    bench.run(40 * secondUs);
    expect(summaryOf(bench.pod('web'))).toBe('Succeeded app:exit 0');
  });

  test('finds pods that were bound while it was down', () => {
    const bench = new KubeletBench({ settings });
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.bind(15 * secondUs, 'late');
    bench.run(23 * secondUs);
    expect(summaryOf(bench.pod('late'))).toBe('Running ready app:running');
    const [first] = bench.podHistory().filter(([, , what]) => what !== 'Pending');
    expect(first?.[0]).toBeGreaterThan(22_000);
  });

  test('finishes a pod that was deleted while it was down', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web');
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.delete(12 * secondUs, 'web', 30);
    bench.run(30 * secondUs);
    expect(bench.podHistory().at(-1)?.[2]).toBe('gone');
    expect(bench.fleet.podCount).toBe(0);
  });

  test('stops what runs of a pod whose object went away while it was down', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web');
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.at(12 * secondUs, () => bench.server.remove('pods', 'default/web'));
    bench.run(15 * secondUs);
    expect(bench.fleet.podCount).toBe(1);
    bench.run(30 * secondUs);
    expect(bench.fleet.podCount).toBe(0);
  });

  test('goes on with a pod that was on its way up or down', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(9.9 * secondUs, 'rising');
    bench.bind(0, 'falling', {}, { annotations: { 'kubeclock.dev/ignores-sigterm': 'true' } });
    bench.delete(9 * secondUs, 'falling', 5);
    pause(bench, 10 * secondUs, 20 * secondUs);
    bench.run(40 * secondUs);
    expect(summaryOf(bench.pod('rising'))).toBe('Running ready app:running');
    expect(bench.podHistory().at(-1)?.slice(1)).toEqual(['falling', 'gone']);
    expect(bench.fleet.podCount).toBe(1);
  });

  test('lets the lease grow old while it is down, and renews it when it is up', () => {
    const bench = new KubeletBench({ settings });
    pause(bench, 10 * secondUs, 60 * secondUs);
    const renewals = (): number =>
      bench.server.requests.filter(({ resource }) => resource === 'leases').length;
    bench.run(10.1 * secondUs);
    const before = renewals();
    bench.run(59 * secondUs);
    expect(renewals()).toBe(before);
    bench.run(100 * secondUs);
    expect(renewals()).toBeGreaterThan(before + 3);
  });

  test('may be stopped before it is up, and again and again', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web');
    pause(bench, 10 * secondUs, 20 * secondUs);
    pause(bench, 21 * secondUs, 30 * secondUs);
    pause(bench, 50 * secondUs, 51 * secondUs);
    bench.run(31 * secondUs);
    expect(bench.fleet.isStopped(0)).toBe(true);
    bench.run(90 * secondUs);
    expect(bench.fleet.isStopped(0)).toBe(false);
    expect(summaryOf(bench.pod('web'))).toBe('Running ready app:running');
  });
});

describe('a machine that fails and boots', () => {
  test('starts its pods anew, each run counted as a restart', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web');
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(40 * secondUs);
    expect(summaryOf(bench.pod('web'))).toBe('Running ready app:running x1');
    const [status] = bench.pod('web').status?.containerStatuses ?? [];
    expect(status?.lastState?.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
  });

  test('gives them other addresses and has none left over', () => {
    const bench = new KubeletBench({
      settings,
      networkPlugin: staticNetwork(() => '10.244.0.0/29'),
    });
    for (let index = 0; index < 5; index++) bench.bind(0, `web-${index}`);
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(60 * secondUs);
    const addresses = [0, 1, 2, 3, 4].map((index) => bench.pod(`web-${index}`).status?.podIP);
    expect(new Set(addresses).size).toBe(5);
    expect(addresses).not.toContain(undefined);
  });

  test('runs init containers again', () => {
    const bench = new KubeletBench({ settings });
    const initContainers = [{ name: 'setup', image: 'app:1' }];
    bench.bind(
      0,
      'web',
      { initContainers },
      { annotations: { 'kubeclock.dev/init-run-time': '1s' } },
    );
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(60 * secondUs);
    const shown = summaryOf(bench.pod('web'));
    expect(shown).toBe('Running ready setup:exit 0 x1 app:running x1');
  });

  test('fails pods that are never restarted', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'job', { restartPolicy: 'Never' });
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(60 * secondUs);
    expect(summaryOf(bench.pod('job'))).toBe('Failed app:exit 255');
  });

  test('keeps its images, but not a pull that was under way', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'old', { containers: [{ name: 'app', image: 'first:1' }] });
    bench.bind(9.5 * secondUs, 'new', { containers: [{ name: 'app', image: 'second:1' }] });
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(60 * secondUs);
    expect(bench.recorder.pulls.map(([, image]) => image)).toEqual(['first:1', 'second:1']);
    expect(summaryOf(bench.pod('new'))).toBe('Running ready app:running');
  });

  test('reports itself ready again, at once when it is up', () => {
    const bench = new KubeletBench({ settings });
    crash(bench, 10 * secondUs, 20 * secondUs);
    bench.run(23 * secondUs);
    const node = bench.server.get<Node>('nodes', 'node-0');
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.status).toBe('True');
    expect(((ready?.lastHeartbeatTime ?? 0) - secondUs) / secondUs).toBeCloseTo(22.1, 1);
  });
});

describe('a pod that was marked as not ready because its node seemed lost', () => {
  test('is ready again as soon as its kubelet hears of it', () => {
    const bench = new KubeletBench({});
    bench.bind(0, 'web');
    bench.at(10 * secondUs, () => {
      const pod = bench.pod('web');
      const conditions = pod.status?.conditions?.map((condition) =>
        condition.type === 'Ready' ? { ...condition, status: 'False' as const } : condition,
      );
      bench.server.update({ ...pod, status: { ...pod.status, ...(conditions && { conditions }) } });
    });
    bench.run(9 * secondUs);
    const before = bench.requests('pods').length;
    bench.run(20 * secondUs);
    expect(summaryOf(bench.pod('web'))).toBe('Running ready app:running');
    expect(bench.requests('pods').slice(before)).toEqual(['get', 'patch/status']);
  });
});
