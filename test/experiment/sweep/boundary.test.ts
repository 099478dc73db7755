import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundaryOf, nextProbes } from '../../../src/experiment/sweep/boundary.js';

/** Looks until nothing is left to look at; returns what was looked at. */
function searched(count: number, holds: (place: number) => boolean): Map<number, boolean> {
  const verdicts = new Map<number, boolean>();
  for (;;) {
    const probes = nextProbes(count, verdicts);
    if (probes.length === 0) return verdicts;
    for (const place of probes) {
      expect(verdicts.has(place), `place ${place} is looked at once`).toBe(false);
      verdicts.set(place, holds(place));
    }
  }
}

const counts = fc.integer({ min: 1, max: 3000 });

describe('a search', () => {
  test('finds the boundary of what is monotone, wherever it is, in logarithmic effort', () => {
    fc.assert(
      fc.property(counts, fc.nat(3000), (count, edge) => {
        const verdicts = searched(count, (place) => place < edge);
        const { lastHolding, firstFailing, exceptions } = boundaryOf(verdicts);
        const holding = Math.min(edge, count);
        expect(lastHolding).toBe(holding === 0 ? undefined : holding - 1);
        expect(firstFailing).toBe(holding === count ? undefined : holding);
        expect(exceptions).toEqual([]);
        expect(verdicts.size).toBeLessThanOrEqual(5 + 3 * Math.ceil(Math.log2(count + 1) / 2));
      }),
    );
  });

  test('of anything at all ends between a value that holds and the next, which does not', () => {
    const anything = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(anything, (values) => {
        const verdicts = searched(values.length, (place) => values[place] === true);
        const { lastHolding, firstFailing, exceptions } = boundaryOf(verdicts);
        if (lastHolding !== undefined) expect(values[lastHolding]).toBe(true);
        if (firstFailing !== undefined) expect(values[firstFailing]).toBe(false);
        if (lastHolding !== undefined && firstFailing !== undefined) {
          expect(firstFailing).toBe(lastHolding + 1);
        }
        for (const place of exceptions) expect(values[place]).toBe(true);
      }),
    );
  });

  test('looks at the whole range first, and so sees that values hold beyond the boundary', () => {
    const verdicts = searched(41, (place) => place < 8 || place >= 30);
    expect([...verdicts.keys()].slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
    expect(boundaryOf(verdicts)).toEqual({ lastHolding: 7, firstFailing: 8, exceptions: [30, 40] });
  });

  test('knows nothing before it has looked', () => {
    expect(boundaryOf(new Map())).toEqual({
      lastHolding: undefined,
      firstFailing: undefined,
      exceptions: [],
    });
  });
});
