// Every distribution against its theory: with n draws from a fixed seed, means lie within four
// standard errors and so do the shares of draws below known quantiles.

import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/kernel/assert.js';
import {
  type Distribution,
  type DistributionSpec,
  distribution,
  normalQuantile,
} from '../../src/kernel/distributions.js';
import { RandomRoot, type RandomStream } from '../../src/kernel/random-stream.js';

interface Theory {
  readonly spec: DistributionSpec;
  readonly mean: number;
  /** [probability, value that a draw is below with that probability]. */
  readonly quantiles: readonly (readonly [number, number])[];
}

const pullTimes: DistributionSpec = {
  kind: 'quantiles',
  table: [
    [0, 100_000],
    [0.5, 200_000],
    [0.99, 900_000],
    [1, 5_000_000],
  ],
};

// Quantiles of gamma: half of those of chi-square with 2 * shape degrees of freedom (tabulated).
const theories: readonly Theory[] = [
  {
    spec: { kind: 'uniform', low: 100_000, high: 300_000 },
    mean: 200_000,
    quantiles: [
      [0.1, 120_000],
      [0.99, 298_000],
    ],
  },
  {
    spec: { kind: 'exponential', mean: 1_000_000 },
    mean: 1_000_000,
    quantiles: [
      [0.5, 1_000_000 * Math.LN2],
      [0.99, 1_000_000 * Math.log(100)],
    ],
  },
  {
    spec: { kind: 'logNormal', p50: 50_000, p99: 400_000 },
    mean: 50_000 * Math.exp((Math.log(8) / 2.3263478740408408) ** 2 / 2),
    quantiles: [
      [0.01, 6_250],
      [0.5, 50_000],
      [0.99, 400_000],
    ],
  },
  {
    spec: { kind: 'gamma', mean: 500_000, shape: 0.5 },
    mean: 500_000,
    quantiles: [
      [0.5, 227_468.2],
      [0.99, 3_317_448.3],
    ],
  },
  {
    spec: { kind: 'gamma', mean: 4_000_000, shape: 4 },
    mean: 4_000_000,
    quantiles: [
      [0.1, 1_744_769.6],
      [0.5, 3_672_060.8],
      [0.99, 10_045_117.5],
    ],
  },
  {
    spec: pullTimes,
    mean: 0.5 * 150_000 + 0.49 * 550_000 + 0.01 * 2_950_000,
    quantiles: [
      [0.25, 150_000],
      [0.5, 200_000],
      [0.745, 550_000],
      [0.99, 900_000],
    ],
  },
  {
    spec: {
      kind: 'mixture',
      parts: [
        { weight: 3, of: { kind: 'uniform', low: 0, high: 100_000 } },
        { weight: 1, of: { kind: 'exponential', mean: 8_000_000 } },
      ],
    },
    mean: 0.75 * 50_000 + 0.25 * 8_000_000,
    quantiles: [
      [0.75 * 0.5 + 0.25 * (1 - Math.exp(-50_000 / 8_000_000)), 50_000],
      [0.99, 8_000_000 * Math.log(25)],
    ],
  },
];

const COUNT = 100_000;

function draws(drawn: Distribution, name: string, count = COUNT): number[] {
  const stream = new RandomRoot('distributions').stream(name);
  return Array.from({ length: count }, () => drawn.sample(stream));
}

describe.each(theories)('$spec.kind with mean $mean', ({ spec, mean, quantiles }) => {
  const compiled = distribution(spec);
  const values = draws(compiled, JSON.stringify(spec));

  test('has the mean of the theory', () => {
    expect(compiled.mean).toBeCloseTo(mean, 4);
    const found = values.reduce((sum, value) => sum + value, 0) / COUNT;
    const square = values.reduce((sum, value) => sum + (value - found) * (value - found), 0);
    const standardError = Math.sqrt(square / COUNT / COUNT);
    expect(Math.abs(found - mean) / standardError).toBeLessThan(4);
  });

  test.each(quantiles)('has its quantile of %d', (probability, value) => {
    const share = values.filter((drawn) => drawn <= value).length / COUNT;
    const standardError = Math.sqrt((probability * (1 - probability)) / COUNT);
    expect(Math.abs(share - probability) / standardError).toBeLessThan(4);
  });

  test('gives whole microseconds, not negative', () => {
    expect(values.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
  });
});

/** A stream that always gives the same number. */
const stuck = (value: number): RandomStream => ({ uniform: () => value, below: () => 0 });

describe('single draws', () => {
  test('a constant is its value, rounded', () => {
    const { mean, sample } = distribution({ kind: 'constant', value: 2.6 });
    expect([mean, sample(stuck(0.3))]).toEqual([2.6, 3]);
  });

  // Not of gamma: it rejects numbers, and one that never changes for ever.
  const direct = theories.filter(({ spec }) => spec.kind !== 'gamma');
  test.each(direct)('the least and the greatest number make a time of $spec.kind', ({ spec }) => {
    for (const value of [0, 1 - 2 ** -53]) {
      const drawn = distribution(spec).sample(stuck(value));
      expect(Number.isSafeInteger(drawn) && Object.is(Math.abs(drawn), drawn)).toBe(true);
    }
  });

  test('a table of quantiles is followed piece by piece, from one number', () => {
    const { sample } = distribution(pullTimes);
    const at = [0, 0.25, 0.5, 0.745, 0.99, 0.995].map((value) => sample(stuck(value)));
    expect(at).toEqual([100_000, 150_000, 200_000, 550_000, 900_000, 2_950_000]);
  });

  test('a log-normal without spread is a constant', () => {
    const { mean, sample } = distribution({ kind: 'logNormal', p50: 700, p99: 700 });
    expect([mean, sample(stuck(0.01)), sample(stuck(0.99))]).toEqual([700, 700, 700]);
  });

  test('a part of a mixture without weight never comes', () => {
    const parts = [5, 6, 7].map((value, index) => ({
      weight: index === 1 ? 0 : 1,
      of: { kind: 'constant', value } as const,
    }));
    expect(new Set(draws(distribution({ kind: 'mixture', parts }), 'parts', 1_000))).toEqual(
      new Set([5, 7]),
    );
  });

  test('a mixture may hold a mixture', () => {
    const part = (of: DistributionSpec): { weight: number; of: DistributionSpec } => ({
      weight: 1,
      of,
    });
    const inner: DistributionSpec = {
      kind: 'mixture',
      parts: [part({ kind: 'constant', value: 0 }), part({ kind: 'constant', value: 4 })],
    };
    const outer: DistributionSpec = { kind: 'mixture', parts: [part(inner), part(pullTimes)] };
    expect(distribution(outer).mean).toBe((2 + distribution(pullTimes).mean) / 2);
  });
});

describe('parameters out of range are refused by name', () => {
  const wrong: readonly (readonly [DistributionSpec, string])[] = [
    [{ kind: 'constant', value: -1 }, 'constant'],
    [{ kind: 'constant', value: Number.NaN }, 'constant'],
    [{ kind: 'uniform', low: -1, high: 2 }, 'uniform'],
    [{ kind: 'uniform', low: 3, high: 2 }, 'uniform'],
    [{ kind: 'exponential', mean: -1 }, 'exponential'],
    [{ kind: 'logNormal', p50: 0, p99: 1 }, 'logNormal'],
    [{ kind: 'logNormal', p50: 2, p99: 1 }, 'logNormal'],
    [{ kind: 'gamma', mean: 0, shape: 1 }, 'gamma'],
    [{ kind: 'gamma', mean: 1, shape: 0 }, 'gamma'],
    [{ kind: 'quantiles', table: [] }, 'quantiles'],
    [{ kind: 'quantiles', table: [[0, 1]] }, 'quantiles'],
    [{ kind: 'mixture', parts: [] }, 'mixture'],
  ];
  test.each(wrong)('%j', (spec, name) => {
    expect(() => distribution(spec)).toThrow(AssertionError);
    expect(() => distribution(spec)).toThrow(name);
  });

  test.each([
    ['begins above 0', [0.1, 1], [1, 2]],
    ['ends below 1', [0, 1], [0.9, 2]],
    ['has falling values', [0, 2], [1, 1]],
    ['has a negative value', [0, -1], [1, 1]],
  ] as const)('a table that %s', (_, first, last) => {
    expect(() => distribution({ kind: 'quantiles', table: [first, last] })).toThrow('quantiles');
  });

  test('a table that names a probability twice', () => {
    const table = [
      [0, 1],
      [0.5, 2],
      [0.5, 3],
      [1, 4],
    ] as const;
    expect(() => distribution({ kind: 'quantiles', table })).toThrow('entry 2 must ascend');
  });

  test('a mixture with a negative weight, or with a part that is wrong', () => {
    const of = { kind: 'constant', value: 1 } as const;
    const mixture = (weight: number, value: number): DistributionSpec => ({
      kind: 'mixture',
      parts: [
        { weight: 2, of },
        { weight, of: { kind: 'constant', value } },
      ],
    });
    expect(() => distribution(mixture(-1, 1))).toThrow('mixture');
    expect(() => distribution(mixture(1, -1))).toThrow('constant');
  });
});

describe('normalQuantile', () => {
  // Tabulated to 16 digits; the approximation promises 1.15e-9 relative.
  test.each([
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.9772498680518208, 2],
    [0.9986501019683699, 3],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [1e-6, -4.753424308822899],
    [1e-10, -6.361340902404056],
  ])('of %d is %d', (probability, expected) => {
    const error = Math.abs(normalQuantile(probability) - expected);
    expect(error).toBeLessThanOrEqual(1.2e-9 * Math.abs(expected));
  });

  test('is odd around a half and finite at both ends', () => {
    for (const p of [0.01, 0.02425, 0.1, 0.3]) {
      expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 8);
    }
    expect([normalQuantile(0), normalQuantile(1)].every(Number.isFinite)).toBe(true);
  });

  test('ascends, also where two approximations meet', () => {
    const values = Array.from({ length: 9_999 }, (_, i) => normalQuantile((i + 1) / 10_000));
    expect(values.every((value, i) => i === 0 || value > (values[i - 1] as number))).toBe(true);
  });
});
