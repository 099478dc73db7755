// What requests are worth, at the points that are known.
import { describe, expect, test } from 'vitest';
import { cpuShares, cpuWeight } from '../../src/node/cpu-weight.js';

describe('the weight of a request', () => {
  test.each([
    [0, 2, 1],
    [1, 2, 1],
    [100, 102, 17],
    [1_000, 1_024, 100],
    [256_000, 262_144, 10_000],
    [1_000_000, 262_144, 10_000],
  ])('of %i milli-CPU is %i shares and a weight of %i', (milli, shares, weight) => {
    expect(cpuShares(milli)).toBe(shares);
    expect(cpuWeight(milli)).toBe(weight);
  });

  test('grows with the request', () => {
    const weights = [0, 10, 50, 100, 250, 500, 1_000, 2_000, 4_000, 64_000].map(cpuWeight);
    expect(weights).toEqual([...weights].sort((a, b) => a - b));
    expect(new Set(weights).size).toBe(weights.length);
  });
});
