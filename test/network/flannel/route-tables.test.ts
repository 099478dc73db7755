// When hosts have programmed the subnets of others: the log, worked out when asked, against every
// host working through every entry by itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RouteTables } from '../../../src/network/flannel/route-tables.js';

const now = 1_000_000_000;

describe('a host', () => {
  test('programs one entry after the other', () => {
    const tables = new RouteTables(300);
    tables.add(1_000);
    tables.join(0, 0, 0);
    tables.append({ dispatchedAtUs: 0, spacingUs: 0 });
    expect(tables.append({ dispatchedAtUs: 100, spacingUs: 0 }).lastUs).toBe(1_600);
    expect([1_299, 1_300].map((at) => tables.hasProgrammed(0, 0, at))).toEqual([false, true]);
    expect([1_599, 1_600].map((at) => tables.hasProgrammed(0, 1, at))).toEqual([false, true]);
  });

  test('that joins programs what is there first: 5,000 others take 1.5 s with vxlan', () => {
    const tables = new RouteTables(300);
    tables.add(0);
    tables.join(0, 5_000, 0);
    expect(tables.hasProgrammed(0, -1, 1_499_999)).toBe(false);
    expect(tables.hasProgrammed(0, -1, 1_500_000)).toBe(true);
  });

  test('that has not joined or has left programs nothing, and holds nobody up', () => {
    const tables = new RouteTables(300);
    tables.add(9_000_000);
    tables.add(1_000);
    tables.join(1, 0, 0);
    expect(tables.append({ dispatchedAtUs: 0, spacingUs: 0 })).toEqual({
      lastUs: 1_300,
      meanUs: 1_300,
    });
    tables.leave(1);
    expect(tables.append({ dispatchedAtUs: 5_000, spacingUs: 0 }).lastUs).toBe(5_000);
    expect(tables.hasProgrammed(0, 0, now)).toBe(false);
    expect(tables.hasProgrammed(1, 0, now)).toBe(false);
  });

  test('is reached later the further back it is in the fan-out', () => {
    const tables = new RouteTables(0);
    for (const host of [0, 1, 2]) {
      tables.add(10);
      tables.join(host, 0, 0);
    }
    const { lastUs, meanUs } = tables.append({ dispatchedAtUs: 100, spacingUs: 50 });
    expect([lastUs, meanUs]).toEqual([210, 160]);
  });
});

test('the log agrees with hosts that work through it by themselves', () => {
  const delays = fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 4 });
  const gaps = fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(delays, gaps, fc.nat({ max: 400 }), fc.nat({ max: 8_000 }), (of, all, cost, at) => {
      const tables = new RouteTables(cost);
      for (const [host, delay] of of.entries()) {
        tables.add(delay);
        tables.join(host, 0, 0);
      }
      const free = of.map(() => 0);
      let time = 0;
      for (const [entry, gap] of all.entries()) {
        time += gap;
        for (const [host, delay] of of.entries()) {
          free[host] = Math.max(free[host] ?? 0, time + delay) + cost;
        }
        const { lastUs } = tables.append({ dispatchedAtUs: time, spacingUs: 0 });
        expect(lastUs).toBe(Math.max(...free));
        if (entry < all.length - 1) continue;
        for (const host of of.keys()) {
          expect(tables.hasProgrammed(host, entry, at)).toBe((free[host] ?? 0) <= at);
        }
      }
    }),
  );
});
