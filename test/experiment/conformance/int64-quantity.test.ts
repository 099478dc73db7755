// What Go makes of quantities in 64 bits. The figures in the first table are recorded ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isCountableQuantity,
  QuantityError,
  quantityMilliValue,
  quantityValue,
} from '../../../src/api/quantity.js';
import { int64Quantity } from '../../../src/experiment/conformance/int64-quantity.js';

describe('an amount beyond 64 bits', () => {
  test.each<[string, string, bigint, bigint]>([
    ['0 where Go multiplies digit by digit', '1E', 1_000_000_000_000_000_000n, 0n],
    ['0 in units, too', '25157.740P', 0n, 0n],
    [
      'wrapped where Go multiplies at once',
      '951724801.000401T',
      -7_505_890_832_495_684_032n,
      1_934_005_504_103_475_712n,
    ],
    [
      'wrapped after an exact division of a big decimal',
      '7Ei',
      8_070_450_532_247_928_832n,
      -9_223_372_036_854_775_808n,
    ],
    ['the most when it is binary', '8Ei', 9_223_372_036_854_775_807n, -1000n],
    ['the least when it is binary and negative', '-56714596Ti', -9_223_372_036_854_775_807n, 1000n],
    [
      'wrapped before the division when it is negative',
      '-9800Ti',
      8_876_594_866n,
      8_876_594_865_548n,
    ],
  ])('is %s: %s', (_, text, value, milliValue) => {
    expect(int64Quantity(text)).toMatchObject({ value, milliValue });
  });
});

describe('a fraction of a negative amount', () => {
  test('is rounded away from zero where Go keeps an int64', () => {
    expect(int64Quantity('-0.5')).toMatchObject({ value: -1n, milliValue: -500n });
  });

  test('is rounded up, and once more, where it keeps a big decimal', () => {
    expect(int64Quantity('-57124.000357n')).toMatchObject({ value: 1n, milliValue: 1n });
    expect(int64Quantity('-0.3Ki')).toMatchObject({ value: -306n, milliValue: -307_200n });
  });
});

test.each<[string, boolean]>([
  ['1', true],
  ['+1', true],
  ['2.637', true],
  ['1.5', false],
  ['500m', true],
  ['1000m', false],
  ['0.500', false],
  ['1E3', true],
  ['7Gi', true],
  ['8Gi', false],
  ['1.5Gi', false],
  ['1234567890.123456789', false],
])('the text %s is kept: %s', (text, isKept) => {
  expect(int64Quantity(text).isTextKept).toBe(isKept);
});

test('what is no quantity is refused', () => {
  expect(() => int64Quantity('1K')).toThrow(QuantityError);
});

const written = fc
  .record({
    whole: fc.bigInt(0n, 10n ** 19n),
    decimals: fc.stringMatching(/^(\.[0-9]{0,12})?$/),
    suffix: fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e2', 'E-4'),
  })
  .map(({ whole, decimals, suffix }) => `${whole}${decimals}${suffix}`);

test('what the simulation counts it counts as Go does', () => {
  fc.assert(
    fc.property(written, (text) => {
      const { value, milliValue } = int64Quantity(text);
      if (isCountableQuantity(text, 'units')) expect(value).toBe(BigInt(quantityValue(text)));
      if (isCountableQuantity(text, 'thousandths')) {
        expect(milliValue).toBe(BigInt(quantityMilliValue(text)));
      }
    }),
    { numRuns: 500 },
  );
});
