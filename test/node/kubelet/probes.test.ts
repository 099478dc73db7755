// Probes as instants: the arithmetic against a probe that is asked question by question, and what
// kubelets make of it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Probe } from '../../../src/api/probe.js';
import { failureUs, type ProbeTarget, successUs } from '../../../src/node/kubelet/probe-times.js';
import { KubeletBench, secondUs, sinceOrigin } from './kubelet-bench.js';

/** Asks one question after the other, as the worker does. */
function asked(probe: Probe, target: ProbeTarget): { success: number; failure: number } {
  const periodUs = (probe.periodSeconds ?? 10) * secondUs;
  let [good, bad] = [0, 0];
  const result = { success: Number.POSITIVE_INFINITY, failure: Number.POSITIVE_INFINITY };
  for (let k = -200; k < 400; k++) {
    const now = target.tickUs + k * periodUs;
    if (now < target.fromUs || now < target.startedUs) continue;
    const runsSeconds = Math.floor((now - target.startedUs) / secondUs);
    if (runsSeconds < (probe.initialDelaySeconds ?? 0)) continue;
    if (now >= target.ableUs) {
      good++;
      bad = 0;
    } else {
      bad++;
      good = 0;
    }
    if (good === (probe.successThreshold ?? 1)) result.success = Math.min(result.success, now);
    if (bad === (probe.failureThreshold ?? 3)) result.failure = Math.min(result.failure, now);
  }
  return result;
}

describe('probe times', () => {
  test('are those of a worker that asks question by question', () => {
    const probes = fc.record({
      initialDelaySeconds: fc.integer({ min: 0, max: 20 }),
      periodSeconds: fc.integer({ min: 1, max: 15 }),
      successThreshold: fc.integer({ min: 1, max: 4 }),
      failureThreshold: fc.integer({ min: 1, max: 4 }),
    });
    const times = fc.integer({ min: 0, max: 60 * secondUs });
    fc.assert(
      fc.property(probes, times, times, times, times, (probe, tickUs, fromUs, startedUs, able) => {
        const target = { tickUs, fromUs, startedUs, ableUs: startedUs + able };
        const expected = asked(probe, target);
        expect(successUs(probe, target)).toBe(expected.success);
        expect(failureUs(probe, target)).toBe(expected.failure);
      }),
    );
  });

  test('never come for an application that is never able', () => {
    const target = { tickUs: 0, fromUs: 0, startedUs: 0, ableUs: Number.POSITIVE_INFINITY };
    expect(successUs({ periodSeconds: 1 }, target)).toBe(Number.POSITIVE_INFINITY);
    expect(failureUs({ periodSeconds: 1 }, target)).toBe(2 * secondUs);
  });
});

const readinessProbe: Probe = { httpGet: { port: 80 }, periodSeconds: 10 };

/** When `web` was first reported ready, ms. */
function readyAt(bench: KubeletBench): number | undefined {
  return bench.podHistory().find(([, , what]) => what.includes('ready'))?.[0];
}

function probed(
  probes: { readinessProbe?: Probe; livenessProbe?: Probe; startupProbe?: Probe },
  readyAfter: string,
): KubeletBench {
  const bench = new KubeletBench();
  const containers = [{ name: 'app', image: 'app:1', ...probes }];
  const annotations = { 'kubeclock.dev/ready-after': readyAfter };
  bench.bind(0, 'web', { containers }, { annotations });
  bench.run(100 * secondUs);
  return bench;
}

describe('a readiness probe', () => {
  test('is asked at once when its container is seen to run', () => {
    // started 211, seen 216; the answer is good at once, and goes into the same status
    expect(readyAt(probed({ readinessProbe }, '0s'))).toBe(219);
  });

  test('is asked again every period from then on', () => {
    // able at 211 + 3000: the questions are at 216, 10216
    expect(readyAt(probed({ readinessProbe }, '3s'))).toBe(10_219);
  });

  test('waits for its initial delay', () => {
    const delayed = { ...readinessProbe, initialDelaySeconds: 15 };
    expect(readyAt(probed({ readinessProbe: delayed }, '0s'))).toBe(20_219);
  });

  test('that never succeeds leaves the pod running and not ready', () => {
    const bench = probed({ readinessProbe }, 'never');
    expect(readyAt(bench)).toBeUndefined();
    expect(bench.pod('web').status?.phase).toBe('Running');
  });

  test('of a healthy container makes no events', () => {
    const bench = probed({ readinessProbe, livenessProbe: readinessProbe }, '0s');
    const before = bench.simulation.events;
    bench.run(10_000 * secondUs);
    const heartbeats = bench.requests('leases').length + bench.requests('nodes').length;
    expect(bench.simulation.events - before).toBeLessThan(heartbeats * 6);
  });
});

describe('a liveness probe', () => {
  const livenessProbe: Probe = { httpGet: { port: 80 }, periodSeconds: 10, failureThreshold: 3 };

  test('kills a container that is not able in time, and it starts again', () => {
    const bench = probed({ livenessProbe }, 'never');
    const [status] = bench.pod('web').status?.containerStatuses ?? [];
    // the worker ticks at 11, 10011, 20011, 30011; the container runs from 211 on
    const first = bench.podHistory().find(([, , what]) => what.includes('x1'));
    expect(first?.[0]).toBe(30_011 + 40 + 5 + 50 + 5 + 3);
    expect(status?.lastState?.terminated?.exitCode).toBe(137);
  });

  test('lets a container alone that is able before the last allowed failure', () => {
    const bench = probed({ livenessProbe }, '29s');
    expect(bench.pod('web').status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});

describe('a startup probe', () => {
  const startupProbe: Probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 6 };

  test('holds back readiness until it has succeeded', () => {
    const bench = probed({ startupProbe, readinessProbe }, '12s');
    const running = bench.podHistory().find(([, , what]) => what.startsWith('Running'));
    expect(running).toEqual([219, 'web', 'Running app:running']);
    // it ticks from 11 ms on, every 5 s: able at 12211, asked at 15011; readiness is asked at once
    expect(readyAt(bench)).toBe(15_014);
  });

  test('kills a container that does not come up within its failures', () => {
    const bench = probed({ startupProbe }, '60s');
    const killed = bench.podHistory().find(([, , what]) => what.includes('x1'));
    // asked at 5011 for the first time, the sixth failure is at 30011
    expect(killed?.[0]).toBe(30_011 + 40 + 5 + 50 + 5 + 3);
  });

  test('begins somewhere in its period on a kubelet that has just started', () => {
    const bench = new KubeletBench({ node: { isRegistered: false } });
    const containers = [{ name: 'app', image: 'app:1', startupProbe }];
    bench.bind(0, 'web', { containers });
    bench.run(30 * secondUs);
    const ready = readyAt(bench) ?? 0;
    expect(ready).toBeGreaterThan(219);
    expect((ready - 14) % 5_000).not.toBe(0);
    expect(sinceOrigin(bench.pod('web').status?.startTime)).toBe(1);
  });
});
