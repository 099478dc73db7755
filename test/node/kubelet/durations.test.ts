// Grids, drawn durations, and the waits for volumes and tokens.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/kernel/simulation.js';
import { durationOf, nextTick } from '../../../src/node/kubelet/durations.js';
import { pollUs } from '../../../src/node/kubelet/volume-manager.js';
import { KubeletBench, msUs, secondUs } from './kubelet-bench.js';

describe('the next tick of a grid', () => {
  test.each([
    [0, 0, 100, 0],
    [1, 0, 100, 100],
    [100, 0, 100, 100],
    [101, 30, 100, 130],
    [130, 30, 100, 130],
    [10, 30, 100, 30],
    [77, 5, 0, 77],
  ])('at %i with phase %i and period %i is %i', (at, phase, period, expected) => {
    expect(nextTick(at, phase, period)).toBe(expected);
  });

  test('is the first one of the grid that is not before', () => {
    const whole = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 1e6 }), fc.nat(), (at, period, seed) => {
        const phase = seed % period;
        const tick = nextTick(at, phase, period);
        expect(Math.abs((tick - phase) % period)).toBe(0);
        expect(tick).toBeGreaterThanOrEqual(at);
        expect(tick - at).toBeLessThan(period);
      }),
    );
  });
});

describe('the poll for volumes', () => {
  test('passes at once when they are there, else at the first poll after', () => {
    expect(pollUs(1_000, 900, 300)).toBe(1_000);
    expect(pollUs(1_000, 1_001, 300)).toBe(1_300);
    expect(pollUs(1_000, 1_300, 300)).toBe(1_300);
    expect(pollUs(1_000, 1_301, 300)).toBe(1_600);
  });
});

describe('a drawn duration', () => {
  test('is constant when median and 99th percentile are equal', () => {
    const stream = new Simulation('durations').random.stream('draws');
    expect(durationOf(0, 0).sample(stream)).toBe(0);
    expect(durationOf(500, 500).sample(stream)).toBe(500);
    expect(durationOf(500, 2_000).mean).toBeGreaterThan(500);
  });
});

describe('service account tokens', () => {
  const volumes = [
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
  ];
  const settings = { requestTokens: true, volumePollUs: 300 * msUs };

  /** Binds a pod with a token volume; answers the first `refusals` requests with an error. */
  function tokenBench(refusals: number): KubeletBench {
    const bench = new KubeletBench({ settings });
    let asked = 0;
    bench.server.intercept = ({ subresource }) => {
      if (subresource !== 'token') return undefined;
      const code = ++asked <= refusals ? 500 : 201;
      return { code, reason: '', message: '', bytes: 1_000 };
    };
    bench.bind(0, 'web', { volumes });
    bench.run(30 * secondUs);
    return bench;
  }

  test('are asked for once a pod, and its volumes wait for the answer', () => {
    const bench = tokenBench(0);
    const request = bench.server.requests.find(({ subresource }) => subresource === 'token');
    expect(request).toMatchObject({ verb: 'create', resource: 'serviceaccounts', name: 'default' });
    // the worker waits from 11 on; the answer is there at 13, the next poll is 300 later
    expect(bench.stages[0]).toEqual([11 + 300 + 150, 'uid-web', 'sandboxCreated']);
  });

  test('that are refused are asked for again with backoff: 0.5, 1, 2 s', () => {
    const bench = tokenBench(3);
    expect(bench.requests('serviceaccounts')).toHaveLength(4);
    // 11 and four round trips of 2, and 500 + 1000 + 2000: 3519; the poll after is at 3611
    expect(bench.stages[0]).toEqual([3_611 + 150, 'uid-web', 'sandboxCreated']);
  });

  test('are not waited for by a pod that is asked to go', () => {
    const bench = new KubeletBench({ settings });
    bench.server.intercept = ({ subresource }) =>
      subresource === 'token' ? { code: 500, reason: '', message: '', bytes: 0 } : undefined;
    bench.bind(0, 'web', { volumes });
    bench.delete(5 * secondUs, 'web', 30);
    bench.run(60 * secondUs);
    expect(bench.server.find('pods', 'default/web')).toBeUndefined();
    expect(bench.fleet.podCount).toBe(0);
  });
});
