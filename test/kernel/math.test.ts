// log and exp: the same bits on every engine, special values, and errors below one unit in the last
// place (ulp) against logarithms and exponentials computed in 256-bit fixed point.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exp, log } from '../../src/kernel/math.js';

/** sfc32 by Chris Doty-Humphrey (PractRand), seeded with a constant: a fixed set of inputs. */
function words(seed: number): () => number {
  let [a, b, c, d] = [0, seed, 0, 1];
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
}

const view = new DataView(new ArrayBuffer(8));

/** Positive, finite, any bits: every exponent is equally frequent, subnormals included. */
function anyPositive(word: () => number): number {
  view.setUint32(0, word() % 0x7ff00000);
  view.setUint32(4, word());
  return view.getFloat64(0);
}

const uniform = (word: () => number): number => word() / 2 ** 32 + word() / 2 ** 64;

/** 200,000 inputs each: half over the whole range, half where draws of distributions lie. */
const inputs = {
  log: (count: number): number[] => {
    const word = words(1);
    return Array.from({ length: count }, (_, i) => (i % 2 ? anyPositive(word) : uniform(word) * 2));
  },
  exp: (count: number): number[] => {
    const word = words(2);
    return Array.from({ length: count }, (_, i) => (uniform(word) * 2 - 1) * (i % 2 ? 746 : 4));
  },
} as const;

function sha1OfBits(values: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => {
    bytes.setFloat64(index * 8, value);
  });
  return createHash('sha1').update(bytes).digest('hex');
}

describe('bits', () => {
  const golden = JSON.parse(
    readFileSync(new URL('../golden/kernel/math.json', import.meta.url), 'utf8'),
  );

  test.each(['log', 'exp'] as const)('%s of 200,000 inputs is as recorded', (name) => {
    const values = inputs[name](200_000);
    const results = values.map(name === 'log' ? log : exp);
    expect({ inputs: sha1OfBits(values), results: sha1OfBits(results) }).toEqual(golden[name]);
  });
});

describe('special values', () => {
  test.each([
    [0, Number.NEGATIVE_INFINITY],
    [-0, Number.NEGATIVE_INFINITY],
    [-1, Number.NaN],
    [Number.NEGATIVE_INFINITY, Number.NaN],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, 0],
    [2, Math.LN2],
    [10, Math.LN10],
    [Math.E, 1],
    [Number.MAX_VALUE, 709.782712893384],
    [Number.MIN_VALUE, -744.4400719213812],
    [2 ** -1022, -708.3964185322641],
  ])('log(%d) is %d', (value, expected) => {
    expect(log(value)).toBe(expected);
  });

  test.each([
    [0, 1],
    [-0, 1],
    [1, Math.E],
    [2 ** -30, 1 + 2 ** -30],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 0],
    [709.782712893384, 1.7976931348622732e308],
    [709.7827128933841, Number.POSITIVE_INFINITY],
    [-745.1332191019411, 5e-324],
    [-745.1332191019412, 0],
    [-710, 4.47628622567513e-309],
  ])('exp(%d) is %d', (value, expected) => {
    expect(exp(value)).toBe(expected);
  });

  test('log grows with its argument, exp stays between its neighbours', () => {
    const ascending = inputs.log(20_000).sort((a, b) => a - b);
    const logs = ascending.map(log);
    expect(logs.every((value, i) => i === 0 || value >= (logs[i - 1] as number))).toBe(true);
    const powers = inputs
      .exp(20_000)
      .sort((a, b) => a - b)
      .map(exp);
    expect(powers.every((value, i) => i === 0 || value >= (powers[i - 1] as number))).toBe(true);
  });
});

// Fixed point: a BigInt n stands for n / 2^256.
const BITS = 256n;
const ONE = 1n << BITS;

/** value = mantissa * 2^exponent, exactly. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n ? -size : size, exponent: Math.max(biased, 1) - 1075 };
}

/** value * 2^shift in fixed point; exact for the values used here. */
function fixed(value: number, shift = 0): bigint {
  const { mantissa, exponent } = parts(value);
  const left = BigInt(exponent + shift) + BITS;
  return left >= 0n ? mantissa << left : mantissa >> -left;
}

/** 2 atanh(z) = log((1 + z) / (1 - z)) by its series, for |z| <= 1/3. */
function twoAtanh(z: bigint): bigint {
  const square = (z * z) >> BITS;
  let [sum, power] = [0n, z];
  for (let k = 1n; power !== 0n; k += 2n, power = (power * square) >> BITS) sum += power / k;
  return 2n * sum;
}

const LN2 = twoAtanh(ONE / 3n);

function exactLog(value: number): bigint {
  let { mantissa, exponent } = parts(value);
  for (; mantissa < 1n << 52n; mantissa <<= 1n) exponent--;
  const m = mantissa << (BITS - 52n); // 1 <= m < 2
  return BigInt(exponent + 52) * LN2 + twoAtanh(((m - ONE) << BITS) / (m + ONE));
}

/** e^value / 2^k with k so that the result is near 1. */
function exactExp(value: number): { size: bigint; k: number } {
  const k = Math.round(value / Math.LN2);
  const rest = fixed(value) - BigInt(k) * LN2;
  let [sum, term] = [ONE, ONE];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * rest) >> BITS) / n;
    sum += term;
  }
  return { size: sum, k };
}

/** |result - exact| in units of the last place of the result, both times 2^shift. */
function ulps(result: number, exact: bigint, shift = 0): number {
  const unit = 1n << (BigInt(parts(result).exponent + shift) + BITS);
  const error = fixed(result, shift) - exact;
  return Number(((error < 0n ? -error : error) * 1_000n) / unit) / 1_000;
}

describe('errors', () => {
  test('the exact values are right: log 10 and e to 60 digits', () => {
    const digits = (value: bigint): string => ((value * 10n ** 60n) >> BITS).toString();
    expect(digits(exactLog(10))).toBe(
      '2302585092994045684017991454684364207601101488628772976033327',
    );
    const { size, k } = exactExp(1);
    expect(digits(size << BigInt(k))).toBe(
      '2718281828459045235360287471352662497757247093699959574966967',
    );
  });

  test('log is within one ulp of the exact logarithm', () => {
    const near = [1, 2, 0.5, Math.SQRT1_2, Math.SQRT2, 4 / 3].flatMap((x) => [
      x * (1 - 2 ** -20),
      x * (1 + 2 ** -52),
      x * (1 + 2 ** -30),
    ]);
    const values = [...inputs.log(400), ...near, Number.MIN_VALUE, 2 ** -1030];
    const worst = Math.max(...values.map((x) => ulps(log(x), exactLog(x))));
    expect(worst).toBeLessThan(1);
    expect(worst).toBeGreaterThan(0.25); // or the oracle measures nothing
  });

  test('exp is within one ulp of the exact power, also where the result is subnormal', () => {
    const edges = [1, -1, 0.34657, 0.34658, -1.0397, 709.78, -708.39, -708.4, -720, -744, -745.1];
    const values = [...inputs.exp(400), ...edges].filter((x) => x > -745.13 && x < 709.78);
    const errors = values.map((x) => {
      const { size, k } = exactExp(x);
      return ulps(exp(x), size, -k);
    });
    expect(Math.max(...errors)).toBeLessThan(1);
    expect(Math.max(...errors)).toBeGreaterThan(0.25);
  });
});
