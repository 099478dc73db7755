import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocateSeats,
  type SeatClaim,
} from '../../../../src/control-plane/apiserver/flow-control/concurrency-allocation.js';

const claim = (target: number, lowerBound: number, upperBound: number): SeatClaim => ({
  target,
  lowerBound,
  upperBound,
});

describe('an allocation', () => {
  test('gives all the same multiple of their targets when no bound is in the way', () => {
    const { allocations, fairFraction } = allocateSeats(60, [
      claim(10, 0, 100),
      claim(20, 0, 100),
    ]) ?? { allocations: [], fairFraction: 0 };
    expect(allocations[0]).toBeCloseTo(20, 9);
    expect(allocations[1]).toBeCloseTo(40, 9);
    expect(fairFraction).toBeCloseTo(2, 9);
  });

  test('lets bounds hold, and divides the rest', () => {
    const { allocations } = allocateSeats(
      60,
      [claim(10, 5, 12), claim(20, 0, 100), claim(1, 30, 40)].map((each) => ({
        ...each,
        target: Math.max(each.target, each.lowerBound),
      })),
    ) ?? {
      allocations: [],
    };
    // The third keeps 30; what is left is enough for the others to have what they want.
    expect(allocations.map((each) => Number(each.toFixed(6)))).toEqual([10, 20, 30]);
  });

  test('is none when the bounds leave no solution', () => {
    expect(allocateSeats(10, [claim(20, 20, 30)])).toBeUndefined();
    expect(allocateSeats(50, [claim(20, 20, 30)])).toBeUndefined();
  });

  test('gives a demand of nothing what nobody else may take', () => {
    const { allocations } = allocateSeats(20, [claim(0, 0, 100), claim(5, 0, 5)]) ?? {
      allocations: [],
    };
    expect(allocations[0]).toBeCloseTo(15, 6);
    expect(allocations[1]).toBe(5);
  });

  const claims = fc.array(
    fc
      .tuple(fc.integer({ max: 50, min: 0 }), fc.integer({ max: 100, min: 0 }), fc.nat(400))
      .map(([low, more, span]) => claim(low + more, low, low + span)),
    { minLength: 1, maxLength: 9 },
  );

  test('sums to the seats, keeps the bounds, and is the same multiple for all that are free', () => {
    fc.assert(
      fc.property(claims, fc.double({ min: 0, max: 1, noNaN: true }), (items, where) => {
        const least = items.reduce((sum, { lowerBound }) => sum + lowerBound, 0);
        const most = items.reduce((sum, { upperBound }) => sum + upperBound, 0);
        const seats = Math.round(least + where * (most - least));
        const found = allocateSeats(seats, items);
        expect(found).toBeDefined();
        const { allocations = [], fairFraction = 0 } = found ?? {};
        expect(allocations.reduce((sum, each) => sum + each, 0)).toBeCloseTo(seats, 5);
        for (const [i, { target, lowerBound, upperBound }] of items.entries()) {
          const wanted = fairFraction * Math.max(target, 0.001);
          const clipped = Math.max(lowerBound, Math.min(upperBound, wanted));
          expect(allocations[i]).toBeCloseTo(clipped, 9);
        }
      }),
      { seed: 3 },
    );
  });
});
