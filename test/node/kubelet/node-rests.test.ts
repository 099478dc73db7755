// When heartbeats that are not sent would have been.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LazyHeartbeats } from '../../../src/client/lazy-heartbeats.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { kubeletConstants } from '../../../src/node/kubelet/constants.js';
import { leasePeriodUs, NodeRests, statusPeriodUs } from '../../../src/node/kubelet/node-rests.js';

const S = 1_000_000;
const NEVER = Number.NEGATIVE_INFINITY;

function resting(seed = 'rests'): { heartbeats: LazyHeartbeats; rests: NodeRests } {
  const simulation = new Simulation(seed);
  const heartbeats = new LazyHeartbeats(simulation);
  const stream = simulation.random.stream('a/heartbeat');
  const rests = new NodeRests(heartbeats, kubeletConstants, [stream]);
  rests.add(0, 'a');
  return { heartbeats, rests };
}

describe('renewals that rest', () => {
  test('are due every 10 s to 10.4 s after the answer to the one before', () => {
    const { heartbeats, rests } = resting();
    rests.restLease(0, 1_000, 10 * S);
    expect(heartbeats.latestSignUs('a', 9 * S)).toBe(NEVER);
    let previousUs = heartbeats.latestSignUs('a', 11 * S);
    expect(previousUs).toBe(10 * S);
    for (let now = 12 * S; now < 200 * S; now += S) {
      const renewedUs = heartbeats.latestSignUs('a', now);
      expect(now - renewedUs).toBeLessThanOrEqual(10.401 * S + S);
      if (renewedUs === previousUs) continue;
      expect(renewedUs - previousUs).toBeGreaterThanOrEqual(10.001 * S);
      expect(renewedUs - previousUs).toBeLessThanOrEqual(10.401 * S + 1);
      previousUs = renewedUs;
    }
  });

  test('are known when they would have been answered, not before', () => {
    const { heartbeats, rests } = resting();
    rests.restLease(0, 5_000, 10 * S);
    expect(heartbeats.latestSignUs('a', 10 * S + 4_999)).toBe(NEVER);
    expect(heartbeats.latestSignUs('a', 10 * S + 5_000)).toBe(10 * S);
  });

  test('of a kubelet that has ended stay the last ones, also of the next kubelet', () => {
    const { heartbeats, rests } = resting();
    rests.restLease(0, 0, 10 * S);
    rests.end(0, 15 * S);
    expect(heartbeats.latestSignUs('a', 1_000 * S)).toBe(10 * S);
    rests.add(0, 'a');
    expect(heartbeats.latestSignUs('a', 1_000 * S)).toBe(10 * S);
    expect([rests.takeLease(0), rests.takeStatus(0)]).toEqual([undefined, undefined]);
  });

  test('of a node that nobody knows were never made', () => {
    expect(resting().heartbeats.latestSignUs('b', S)).toBe(NEVER);
  });
});

test('a report of status is as good a sign as a renewal', () => {
  const { heartbeats, rests } = resting();
  rests.restLease(0, 0, 10 * S);
  rests.restStatus(0, 2_000, 13 * S);
  expect(heartbeats.latestSignUs('a', 13 * S)).toBe(10 * S);
  expect(heartbeats.latestSignUs('a', 13 * S + 2_000)).toBe(13 * S);
});

describe('a rest that ends', () => {
  test('says when the next ones are due, once', () => {
    const { rests } = resting();
    rests.restLease(0, 0, 10 * S);
    rests.restStatus(0, 0, 300 * S);
    rests.catchUp(0, 400 * S);
    const leaseUs = rests.takeLease(0) ?? 0;
    const statusUs = rests.takeStatus(0) ?? 0;
    expect(leaseUs).toBeGreaterThan(400 * S);
    expect(leaseUs).toBeLessThanOrEqual(410.4 * S);
    expect(statusUs).toBeGreaterThanOrEqual(600 * S);
    expect(statusUs).toBeLessThan(620 * S);
    expect([rests.takeLease(0), rests.takeStatus(0)]).toEqual([undefined, undefined]);
  });

  test('is the same however often somebody has asked meanwhile', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 30 });
    const end = (times: readonly number[]): readonly (number | undefined)[] => {
      const { heartbeats, rests } = resting('looks');
      rests.restLease(0, 700, 3 * S);
      rests.restStatus(0, 900, 100 * S);
      for (const at of [...times].sort((a, b) => a - b)) heartbeats.latestSignUs('a', at * S);
      rests.catchUp(0, 2_000 * S);
      return [heartbeats.latestSignUs('a', 2_000 * S), rests.takeLease(0), rests.takeStatus(0)];
    };
    const expected = end([]);
    fc.assert(
      fc.property(looks, (times) => {
        expect(end(times)).toEqual(expected);
      }),
    );
  });
});

test('periods are those of heartbeats that are sent', () => {
  const stream = new Simulation('periods').random.stream('a');
  const leases = Array.from({ length: 200 }, () => leasePeriodUs(kubeletConstants, stream));
  expect(Math.min(...leases)).toBeGreaterThanOrEqual(10 * S);
  expect(Math.max(...leases)).toBeLessThanOrEqual(10.4 * S);
  const reports = Array.from({ length: 200 }, () => statusPeriodUs(kubeletConstants, stream));
  expect(Math.min(...reports)).toBeGreaterThanOrEqual(300 * S);
  expect(Math.max(...reports)).toBeLessThanOrEqual(310.2 * S);
});
