// Weighted max-min fairness: closed forms, and what holds of any division.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divide, type Sharer } from '../../src/stats/fair-division.js';

type Wish = readonly [weight: number, demand: number];

function shares(amount: number, wishes: readonly Wish[]): number[] {
  const sharers: Sharer[] = wishes.map(([weight, demand]) => ({ weight, demand, share: 0 }));
  divide(amount, sharers);
  return sharers.map(({ share }) => share);
}

describe('a fair division', () => {
  test.each<[string, number, readonly Wish[], readonly number[]]>([
    [
      'gives equal ones equal parts',
      6,
      [
        [1, 9],
        [1, 9],
        [1, 9],
      ],
      [2, 2, 2],
    ],
    [
      'gives twice the weight twice as much',
      6,
      [
        [2, 9],
        [1, 9],
      ],
      [4, 2],
    ],
    [
      'gives everybody what it asks for while there is enough',
      10,
      [
        [1, 3],
        [9, 4],
      ],
      [3, 4],
    ],
    [
      'gives what one leaves to the others by their weights',
      10,
      [
        [5, 1],
        [2, 9],
        [1, 9],
      ],
      [1, 6, 3],
    ],
    [
      'finds that one has enough only of what another leaves',
      12,
      [
        [1, 2],
        [1, 5],
        [1, 9],
      ],
      [2, 5, 5],
    ],
    [
      'gives nothing where there is nothing',
      0,
      [
        [1, 2],
        [3, 4],
      ],
      [0, 0],
    ],
    [
      'gives nothing to those who ask for nothing',
      4,
      [
        [100, 0],
        [1, 9],
      ],
      [0, 4],
    ],
    ['has nothing to do without anybody', 4, [], []],
  ])('%s', (_, amount, wishes, expected) => {
    expect(shares(amount, wishes)).toEqual(expected);
  });

  const wishes = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 64_000 })),
    { minLength: 1, maxLength: 12 },
  );

  test('is of all there is and no more, and nobody is below its demand and its fair part', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 128_000 }), wishes, (amount, wished) => {
        const found = shares(amount, wished);
        const asked = wished.reduce((sum, [, demand]) => sum + demand, 0);
        const weights = wished.reduce((sum, [weight]) => sum + weight, 0);
        const given = found.reduce((sum, share) => sum + share, 0);
        expect(given).toBeCloseTo(Math.min(amount, asked), 5);
        for (const [place, share] of found.entries()) {
          const [weight, demand] = wished[place] as Wish;
          expect(share).toBeLessThanOrEqual(demand);
          const fair = (amount * weight) / weights;
          expect(share).toBeGreaterThanOrEqual(Math.min(demand, fair) - 1e-6);
        }
      }),
    );
  });

  test('leaves nobody who wants more with less for its weight than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128_000 }), wishes, (amount, wished) => {
        const found = shares(amount, wished);
        const levels = found.map((share, place) => share / (wished[place] as Wish)[0]);
        const highest = Math.max(...levels);
        for (const [place, share] of found.entries()) {
          const [, demand] = wished[place] as Wish;
          if (share < demand - 1e-6) expect(levels[place]).toBeCloseTo(highest, 5);
        }
      }),
    );
  });
});
