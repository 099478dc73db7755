// The scheduler's logarithm: bits of Go's on amd64, by hand-picked values and by its neighbours.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalLog } from '../../../../src/control-plane/scheduler/framework/natural-log.js';
import { log } from '../../../../src/kernel/math.js';

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

describe('the natural logarithm', () => {
  it.each([
    [0, 'fff0000000000000'],
    [1, '0000000000000000'],
    [2, '3fe62e42fefa39ef'],
    [3, '3ff193ea7aad030a'],
    [4, '3ff62e42fefa39ef'],
    [5, '3ff9c041f7ed8d33'],
    [10, '40026bb1bbb55516'],
    [1024, '401bb9d3beb8c86b'],
  ])('of %d has the bits %s', (value, bits) => {
    expect(bitsOf(naturalLog(value)).toString(16).padStart(16, '0')).toBe(bits);
  });

  it('is within one unit in the last place of the kernel, and not always the same', () => {
    let differences = 0;
    for (let value = 2; value <= 20_000; value++) {
      const apart = bitsOf(naturalLog(value)) - bitsOf(log(value));
      expect(apart === 0n || apart === 1n || apart === -1n).toBe(true);
      if (apart !== 0n) differences++;
    }
    expect(differences).toBe(19);
  });

  it('rises with its argument', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (value) => {
        expect(naturalLog(value * 1.000001)).toBeGreaterThan(naturalLog(value));
      }),
    );
  });

  it('of a power of two is that multiple of ln 2', () => {
    for (let exponent = 1; exponent <= 40; exponent++) {
      expect(naturalLog(2 ** exponent)).toBeCloseTo(exponent * naturalLog(2), 12);
    }
  });
});
