import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatBytes,
  formatMilliCpu,
  formatQuantity,
  isCountableQuantity,
  parseQuantity,
  QuantityError,
  quantityMilliValue,
  quantityProblem,
  quantityValue,
} from '../../src/api/quantity.js';

const wrongFormat =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";

describe('quantity values', () => {
  it.each<[string, number, number]>([
    // text, whole units, thousandths
    ['0', 0, 0],
    ['0m', 0, 0],
    ['-0', 0, 0],
    ['1', 1, 1_000],
    ['+1', 1, 1_000],
    ['-1', -1, -1_000],
    ['007', 7, 7_000],
    ['100m', 1, 100],
    ['1500m', 2, 1_500],
    ['-1500m', -2, -1_500],
    ['0.5', 1, 500],
    ['.5', 1, 500],
    ['1.', 1, 1_000],
    ['1.5', 2, 1_500],
    ['0.0001', 1, 1],
    ['-0.0001', -1, -1],
    ['1n', 1, 1],
    ['1u', 1, 1],
    ['1000u', 1, 1],
    ['1001u', 1, 2],
    ['999999999n', 1, 1_000],
    ['1000000001n', 2, 1_001],
    ['1k', 1_000, 1_000_000],
    ['1M', 1_000_000, 1_000_000_000],
    ['1G', 1_000_000_000, 1_000_000_000_000],
    ['1T', 1_000_000_000_000, 1_000_000_000_000_000],
    ['1Ki', 1_024, 1_024_000],
    ['1Mi', 1_048_576, 1_048_576_000],
    ['1Gi', 1_073_741_824, 1_073_741_824_000],
    ['1Ti', 1_099_511_627_776, 1_099_511_627_776_000],
    ['1.5Gi', 1_610_612_736, 1_610_612_736_000],
    ['0.1Ki', 103, 102_400],
    ['0.1Gi', 107_374_183, 107_374_182_400],
    ['1e3', 1_000, 1_000_000],
    ['1E3', 1_000, 1_000_000],
    ['1e+3', 1_000, 1_000_000],
    ['1e-3', 1, 1],
    ['1.5e3', 1_500, 1_500_000],
    ['12e0', 12, 12_000],
    ['200Mi', 209_715_200, 209_715_200_000],
    ['0.3', 1, 300],
    ['4.7', 5, 4_700],
    ['8.2', 9, 8_200],
  ])('%s is %d units and %d thousandths', (text, value, milli) => {
    expect(quantityValue(text)).toBe(value + 0);
    expect(quantityMilliValue(text)).toBe(milli + 0);
  });

  it('is exact where floating point is not', () => {
    expect(quantityMilliValue('1.005')).toBe(1_005);
    expect(quantityMilliValue('0.1')).toBe(100);
    expect(quantityMilliValue('64.1')).toBe(64_100);
    expect(quantityValue('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('rounds precision finer than nano away from zero', () => {
    expect(parseQuantity('0.0000000001').nano).toBe(1n);
    expect(parseQuantity('1.0000000001').nano).toBe(1_000_000_001n);
    expect(parseQuantity('-0.1n').nano).toBe(-1n);
    expect(parseQuantity('1e-400').nano).toBe(1n);
    expect(parseQuantity('0e-400').nano).toBe(0n);
  });

  it('caps binary amounts at the largest int64', () => {
    expect(parseQuantity('8Ei').nano).toBe(9_223_372_036_854_775_807n * 1_000_000_000n);
    expect(parseQuantity('100Ei').nano).toBe(parseQuantity('8Ei').nano);
  });
});

describe('refused quantities', () => {
  it.each<[string, string]>([
    ['', wrongFormat],
    [' ', wrongFormat],
    ['1 ', wrongFormat],
    [' 1', wrongFormat],
    ['1 Gi', wrongFormat],
    ['0x10', wrongFormat],
    ['1Gib', wrongFormat],
    ['1GB', wrongFormat],
    ['4x', wrongFormat],
    ['1.1.1', wrongFormat],
    ['1+1', wrongSuffix],
    ['1_000', wrongFormat],
    ['one', wrongFormat],
    ['--1', wrongSuffix],
    ['1i', wrongSuffix],
    ['1mi', wrongSuffix],
    ['1K', wrongSuffix],
    ['1ki', wrongSuffix],
    ['1KI', wrongFormat],
    ['1e', wrongSuffix],
    ['1e3m', wrongFormat],
    ['1m3', wrongSuffix],
    ['.5i', wrongSuffix],
    ['1e1000', 'unable to parse numeric part of quantity'],
  ])('%j: %s', (text, message) => {
    expect(quantityProblem(text)).toBe(message);
    expect(() => parseQuantity(text)).toThrow(new QuantityError(message));
    expect(() => quantityValue(text)).toThrow(QuantityError);
    expect(() => quantityMilliValue(text)).toThrow(QuantityError);
  });

  it('names the text that cannot be used', () => {
    expect(() => quantityValue('4x')).toThrow(`"4x": ${wrongFormat}`);
  });
});

describe('amounts beyond the safe integers', () => {
  const most = Number.MAX_SAFE_INTEGER;

  it.each(['9007199254740991', '9007199254740992', '8Pi', '7Ei', '1E', '9223372036854775807'])(
    '%s units count as 2^53 - 1',
    (text) => {
      expect(quantityValue(text)).toBe(most);
      expect(quantityValue(`-${text}`)).toBe(-most);
    },
  );

  it('count in thousandths where a thousandth of the bound is reached', () => {
    expect(quantityMilliValue('9007199254740.991')).toBe(most);
    expect(quantityMilliValue('10T')).toBe(most);
    expect(quantityMilliValue('9223372036854775')).toBe(most);
    expect(quantityMilliValue('-10T')).toBe(-most);
    expect(quantityValue('10T')).toBe(10_000_000_000_000);
  });

  it('are quantities, compared exactly and printed in full', () => {
    expect(quantityProblem('1E')).toBeUndefined();
    expect(compareQuantities('1E', '2E')).toBe(-1);
    expect(canonicalQuantity('9223372036854775807')).toBe('9223372036854775807');
  });

  it.each<[string, boolean, boolean]>([
    ['1', true, true],
    ['9007199254740991', true, false],
    ['9007199254740992', false, false],
    ['9007199254740.991', true, true],
    ['9007199254740.992', true, false],
    ['4x', false, false],
  ])('%s is countable in units: %s, in thousandths: %s', (text, inUnits, inThousandths) => {
    expect(isCountableQuantity(text, 'units')).toBe(inUnits);
    expect(isCountableQuantity(text, 'thousandths')).toBe(inThousandths);
  });
});

describe('canonical text', () => {
  it.each<[string, string]>([
    ['0', '0'],
    ['0Gi', '0'],
    ['-0.0', '0'],
    ['1500m', '1500m'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['2', '2'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1234000', '1234k'],
    ['100k', '100k'],
    ['1000k', '1M'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['1024Ki', '1Mi'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['0.5Mi', '512Ki'],
    ['0.1Ki', '102400m'],
    ['-1Gi', '-1Gi'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['1000e0', '1e3'],
    ['100e3', '100e3'],
    ['1e1', '10'],
    ['15e-1', '1500e-3'],
    ['1u', '1u'],
    ['1000n', '1u'],
    ['1E', '1E'],
    ['1000E', '1000E'],
    ['128974848', '128974848'],
    ['129e6', '129e6'],
    ['123Mi', '123Mi'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it('writes numbers of milli-CPU and of bytes', () => {
    expect(formatMilliCpu(1_500)).toBe('1500m');
    expect(formatMilliCpu(2_000)).toBe('2');
    expect(formatMilliCpu(0)).toBe('0');
    expect(formatBytes(1_073_741_824)).toBe('1Gi');
    expect(formatBytes(1_000)).toBe('1k');
    expect(formatBytes(209_715_200)).toBe('200Mi');
  });
});

describe('arithmetic', () => {
  it.each<[string, string, string]>([
    ['1', '500m', '1500m'],
    ['1Gi', '1Gi', '2Gi'],
    ['0', '1Gi', '1Gi'],
    ['100m', '200m', '300m'],
    ['1Gi', '1M', '1074741824'],
    ['1e3', '1', '1001'],
  ])('%s and %s are %s', (left, right, sum) => {
    expect(addQuantities(left, right)).toBe(sum);
  });

  it.each<[string, string, number]>([
    ['1', '1000m', 0],
    ['1Gi', '1G', 1],
    ['999m', '1', -1],
    ['-1', '0', -1],
    ['1e3', '1k', 0],
    ['0.1', '100m', 0],
  ])('%s against %s is %d', (left, right, order) => {
    expect(compareQuantities(left, right)).toBe(order);
  });
});

/** An amount as a fraction, computed without the code under test. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function power(base: bigint, exponent: number): bigint {
  return exponent === 0 ? 1n : base * power(base, exponent - 1);
}

const factors: Readonly<Record<string, Fraction>> = {
  n: { numerator: 1n, denominator: power(10n, 9) },
  u: { numerator: 1n, denominator: power(10n, 6) },
  m: { numerator: 1n, denominator: 1000n },
  '': { numerator: 1n, denominator: 1n },
  k: { numerator: power(10n, 3), denominator: 1n },
  M: { numerator: power(10n, 6), denominator: 1n },
  G: { numerator: power(10n, 9), denominator: 1n },
  T: { numerator: power(10n, 12), denominator: 1n },
  Ki: { numerator: power(2n, 10), denominator: 1n },
  Mi: { numerator: power(2n, 20), denominator: 1n },
  Gi: { numerator: power(2n, 30), denominator: 1n },
  Ti: { numerator: power(2n, 40), denominator: 1n },
  e2: { numerator: 100n, denominator: 1n },
  'E-2': { numerator: 1n, denominator: 100n },
};

function fractionOf(negative: boolean, whole: bigint, decimals: string, suffix: string): Fraction {
  const factor = factors[suffix] ?? { numerator: 1n, denominator: 1n };
  const scale = power(10n, decimals.length);
  const digits = whole * scale + BigInt(decimals === '' ? '0' : decimals);
  return {
    numerator: (negative ? -digits : digits) * factor.numerator,
    denominator: scale * factor.denominator,
  };
}

/** The integer nearest to `fraction * scale` that is not nearer to zero. */
function ceilAway({ numerator, denominator }: Fraction, scale: bigint): bigint {
  const scaled = numerator * scale;
  const magnitude = scaled < 0n ? -scaled : scaled;
  const rounded = (magnitude + denominator - 1n) / denominator;
  return scaled < 0n ? -rounded : rounded;
}

const written = fc
  .record({
    negative: fc.boolean(),
    whole: fc.bigInt(0n, 99_999n),
    decimals: fc.stringMatching(/^[0-9]{0,9}$/),
    suffix: fc.constantFrom(...Object.keys(factors)),
  })
  .map(({ negative, whole, decimals, suffix }) => ({
    text: `${negative ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}${suffix}`,
    fraction: fractionOf(negative, whole, decimals, suffix),
  }));

describe('quantity laws', () => {
  it('agrees with rational arithmetic in nano-units, units and thousandths', () => {
    fc.assert(
      fc.property(written, ({ text, fraction }) => {
        expect(parseQuantity(text).nano).toBe(ceilAway(fraction, power(10n, 9)));
        const most = BigInt(Number.MAX_SAFE_INTEGER);
        const bounded = (value: bigint) => (value > most ? most : value < -most ? -most : value);
        expect(BigInt(quantityValue(text))).toBe(bounded(ceilAway(fraction, 1n)));
        expect(BigInt(quantityMilliValue(text))).toBe(bounded(ceilAway(fraction, 1000n)));
      }),
      { numRuns: 500 },
    );
  });

  it('reads its own canonical text back as the same amount, and that text is stable', () => {
    fc.assert(
      fc.property(written, ({ text }) => {
        const parsed = parseQuantity(text);
        const canonical = formatQuantity(parsed);
        expect(parseQuantity(canonical).nano).toBe(parsed.nano);
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
      { numRuns: 500 },
    );
  });

  it('adds in any order', () => {
    fc.assert(
      fc.property(written, written, (left, right) => {
        const sum = addQuantities(left.text, right.text);
        expect(compareQuantities(sum, addQuantities(right.text, left.text))).toBe(0);
      }),
    );
  });

  it('orders totally and antisymmetrically', () => {
    fc.assert(
      fc.property(written, written, (left, right) => {
        const order = compareQuantities(left.text, right.text);
        expect(compareQuantities(right.text, left.text) + order).toBe(0);
        const difference = parseQuantity(left.text).nano - parseQuantity(right.text).nano;
        expect(order).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });

  it('never throws for any text except a QuantityError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (quantityProblem(text) === undefined)
          expect(formatQuantity(parseQuantity(text))).toMatch(/./);
        else expect(() => parseQuantity(text)).toThrow(QuantityError);
      }),
      { numRuns: 500 },
    );
  });
});
