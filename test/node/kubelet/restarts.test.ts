// Containers that end and start again, and the backoff between.

import { describe, expect, test } from 'vitest';
import { BackOff } from '../../../src/node/kubelet/back-off.js';
import { KubeletBench, secondUs, sinceOrigin } from './kubelet-bench.js';

const limits = { initialUs: 10 * secondUs, maxUs: 300 * secondUs, resetUs: 600 * secondUs };

/** Times in s at which a container starts that always runs for `runUs`, by the rule alone. */
function starts(runUs: number, untilUs: number): number[] {
  const backOff = new BackOff();
  const times: number[] = [];
  for (let now = 0; now <= untilUs; ) {
    times.push(now / secondUs);
    const finishedUs = now + runUs;
    now = backOff.readyUs(limits, finishedUs);
    backOff.next(limits, finishedUs, now);
  }
  return times;
}

describe('crash loop back-off (reference vector 1)', () => {
  test('delays restarts by 0, 10, 20, 40, 80, 160, 300, 300 s', () => {
    const times = starts(0, 1300 * secondUs);
    const delays = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('of a container that always runs 10 s allows exactly 10 restarts in 1800 s', () => {
    expect(starts(10 * secondUs, 1800 * secondUs)).toHaveLength(1 + 10);
  });

  test('begins anew for a container that ran for more than 10 minutes', () => {
    const times = starts(601 * secondUs, 4000 * secondUs);
    expect(times).toEqual([0, 601, 1202, 1803, 2404, 3005, 3606]);
  });
});

describe('a container that exits', () => {
  const annotations = { 'kubeclock.dev/run-time': '1s' };

  test('is restarted at once, then after 10 and 20 s', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web', {}, { annotations });
    bench.run(60 * secondUs);
    const runs = bench
      .podHistory((pod) => {
        const [status] = pod.status?.containerStatuses ?? [];
        const startedUs = status?.state?.running?.startedAt;
        return startedUs === undefined ? '' : `${sinceOrigin(startedUs)}`;
      })
      .map(([, , what]) => what)
      .filter((what) => what !== '');
    // started 211, exits 1211, created and started in 50; then exits 2261, waits 10 s; and so on
    expect(runs).toEqual(['211', '1261', '12311', '33361']);
  });

  test('is shown in CrashLoopBackOff, with its count and its last end', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web', {}, { annotations });
    bench.run(5 * secondUs);
    const [status] = bench.pod('web').status?.containerStatuses ?? [];
    expect(status).toMatchObject({
      ready: false,
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 0 } },
    });
    expect(bench.pod('web').status?.phase).toBe('Running');
  });

  test('is not restarted under OnFailure when it exits with 0', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web', { restartPolicy: 'OnFailure' }, { annotations });
    bench.run(60 * secondUs);
    expect(bench.pod('web').status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ restartCount: 0 }],
    });
  });

  test('counts one restart, however often its image is refused meanwhile', () => {
    const settings = { registryPullQps: 0.02, registryBurst: 1 };
    const bench = new KubeletBench({ settings });
    const containers = [{ name: 'app', image: 'app:1', imagePullPolicy: 'Always' as const }];
    bench.bind(0, 'web', { containers }, { annotations });
    bench.run(45 * secondUs);
    // one token every 50 s: the restart of 1.3 s is still waiting for its image
    const [refused] = bench.pod('web').status?.containerStatuses ?? [];
    expect(refused?.state?.waiting?.reason).toMatch(/^(?:ErrImagePull|ImagePullBackOff)$/);
    expect(refused?.restartCount).toBe(1);
  });

  test('comes again no earlier than the tick of the sync loop', () => {
    const settings = { syncTickUs: secondUs, syncBackoffJitter: 0.5 };
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web', {}, { annotations });
    bench.run(30 * secondUs);
    const [status] = bench.pod('web').status?.containerStatuses ?? [];
    const startedMs = sinceOrigin(
      status?.lastState?.terminated?.startedAt ?? status?.state?.running?.startedAt,
    );
    // exits at 2261; after 10-15 s, on a whole second, and 50 ms to start
    expect(startedMs).toBeGreaterThanOrEqual(12_311);
    expect(startedMs).toBeLessThanOrEqual(2_261 + 15_000 + 1_000 + 50);
  });
});

describe('containers of one pod', () => {
  test('end and start again each for itself', () => {
    const bench = new KubeletBench();
    const probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 1 };
    const containers = [
      { name: 'steady', image: 'app:1' },
      { name: 'sick', image: 'app:1', livenessProbe: probe },
    ];
    const annotations = { 'kubeclock.dev/ready-after': 'never' };
    bench.bind(0, 'web', { containers }, { annotations });
    bench.run(20 * secondUs);
    const [steady, sick] = bench.pod('web').status?.containerStatuses ?? [];
    expect(steady).toMatchObject({ restartCount: 0, ready: true });
    expect(sinceOrigin(steady?.state?.running?.startedAt)).toBe(211);
    expect(sick?.restartCount).toBeGreaterThan(0);
    expect(sick?.lastState?.terminated?.exitCode).toBe(137);
  });

  test('that a probe has killed start again under OnFailure, and not under Never', () => {
    const probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 1 };
    const containers = [{ name: 'sick', image: 'app:1', livenessProbe: probe }];
    const annotations = { 'kubeclock.dev/ready-after': 'never' };
    const run = (restartPolicy: 'OnFailure' | 'Never') => {
      const bench = new KubeletBench();
      bench.bind(0, 'web', { containers, restartPolicy }, { annotations });
      bench.run(12 * secondUs);
      const { phase, containerStatuses } = bench.pod('web').status ?? {};
      return [phase, containerStatuses?.[0]?.restartCount];
    };
    expect(run('OnFailure')[1]).toBe(1);
    expect(run('Never')).toEqual(['Failed', 0]);
  });

  test('are left alone by a probe that condemns them while the pod is stopped', () => {
    const bench = new KubeletBench();
    const probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 1 };
    const containers = [{ name: 'sick', image: 'app:1', livenessProbe: probe }];
    const annotations = {
      'kubeclock.dev/ready-after': 'never',
      'kubeclock.dev/ignores-sigterm': 'true',
    };
    bench.bind(0, 'web', { containers }, { annotations });
    bench.delete(4 * secondUs, 'web', 10); // the probe would fail at 5011
    bench.run(30 * secondUs);
    expect(bench.podHistory().at(-1)).toEqual([14_001 + 40 + 60 + 5, 'web', 'gone']);
  });

  test('that are being killed by a probe when the pod is deleted are waited for', () => {
    const bench = new KubeletBench();
    const probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 1 };
    const containers = [{ name: 'sick', image: 'app:1', livenessProbe: probe }];
    const annotations = {
      'kubeclock.dev/ready-after': 'never',
      'kubeclock.dev/ignores-sigterm': 'true',
    };
    const spec = { containers, terminationGracePeriodSeconds: 8 };
    bench.bind(0, 'web', spec, { annotations });
    bench.delete(6 * secondUs, 'web', 30); // the kill of 5011 ends at 13011
    bench.run(30 * secondUs);
    expect(bench.podHistory().at(-1)?.[2]).toBe('gone');
    expect(bench.podHistory().at(-1)?.[0]).toBe(13_011 + 40 + 60 + 5);
    expect(bench.fleet.podCount).toBe(0);
  });
});
