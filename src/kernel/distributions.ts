// Durations drawn at random, as plain data in profiles and scenarios, compiled to samplers.
// Each draw is rounded once, to whole microseconds, and takes its randomness from the stream given.
import { assert } from './assert.js';
import { exp, log } from './math.js';
import type { RandomStream } from './random-stream.js';

/** A distribution of durations in µs. `quantiles`: [probability, value] ascending from 0 to 1. */
export type DistributionSpec =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'logNormal'; readonly p50: number; readonly p99: number }
  | { readonly kind: 'gamma'; readonly mean: number; readonly shape: number }
  | { readonly kind: 'quantiles'; readonly table: readonly (readonly [number, number])[] }
  | { readonly kind: 'mixture'; readonly parts: readonly MixturePart[] };

/** A part of a mixture, chosen with probability weight / sum of weights. */
export interface MixturePart {
  readonly weight: number;
  readonly of: DistributionSpec;
}

/** A compiled distribution. */
export interface Distribution {
  /** Expected value in microseconds, before rounding. */
  readonly mean: number;
  /** Whole microseconds, not negative. */
  sample(stream: RandomStream): number;
}

const NORMAL_P99 = 2.3263478740408408;

/** Compiles; throws an AssertionError naming the parameter that is out of range. */
export function distribution(spec: DistributionSpec): Distribution {
  const { mean, sample } = compile(spec);
  return { mean, sample: (stream) => Math.round(sample(stream)) };
}

/** The same without rounding. */
function compile(spec: DistributionSpec): Distribution {
  switch (spec.kind) {
    case 'constant':
      assert(spec.value >= 0, 'constant: value must not be negative');
      return { mean: spec.value, sample: () => spec.value };
    case 'uniform': {
      const width = spec.high - spec.low;
      assert(spec.low >= 0 && width >= 0, 'uniform: needs 0 <= low <= high');
      return { mean: spec.low + width / 2, sample: (s) => spec.low + width * s.uniform() };
    }
    case 'exponential':
      assert(spec.mean >= 0, 'exponential: mean must not be negative');
      return { mean: spec.mean, sample: (s) => 0 - spec.mean * log(1 - s.uniform()) };
    case 'logNormal': {
      assert(spec.p50 > 0 && spec.p99 >= spec.p50, 'logNormal: needs 0 < p50 <= p99');
      const sigma = log(spec.p99 / spec.p50) / NORMAL_P99;
      return {
        mean: spec.p50 * exp((sigma * sigma) / 2),
        sample: (s) => spec.p50 * exp(sigma * normalQuantile(s.uniform())),
      };
    }
    case 'gamma':
      assert(spec.mean > 0 && spec.shape > 0, 'gamma: mean and shape must be positive');
      return { mean: spec.mean, sample: (s) => (spec.mean / spec.shape) * gamma(spec.shape, s) };
    case 'quantiles':
      return quantiles(spec.table);
    case 'mixture':
      return mixture(spec.parts);
  }
}

function quantiles(table: readonly (readonly [number, number])[]): Distribution {
  assert(
    table.length >= 2 && table[0]?.[0] === 0 && table.at(-1)?.[0] === 1,
    'quantiles: from 0 to 1',
  );
  let mean = 0;
  const pieces = table.slice(1).map(([p, value], index) => {
    const [p0, value0] = table[index] as readonly [number, number];
    assert(p > p0 && value >= value0 && value0 >= 0, `quantiles: entry ${index + 1} must ascend`);
    mean += ((p - p0) * (value0 + value)) / 2;
    return { p0, p, value0, value };
  });
  const at = (u: number): number => {
    const { p0, p, value0, value } = pieces.find((piece) => u < piece.p) as (typeof pieces)[number];
    return value0 + ((value - value0) * (u - p0)) / (p - p0);
  };
  return { mean, sample: (stream) => at(stream.uniform()) };
}

function mixture(parts: readonly MixturePart[]): Distribution {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  assert(total > 0 && parts.every((part) => part.weight >= 0), 'mixture: needs weights of sum > 0');
  const compiled = parts.map((part) => ({ weight: part.weight, ...compile(part.of) }));
  const sample = (stream: RandomStream): number => {
    let left = stream.uniform() * total;
    for (const part of compiled) {
      left -= part.weight;
      if (left < 0) return part.sample(stream);
    }
    return (compiled.at(-1) as Distribution).sample(stream);
  };
  return { mean: compiled.reduce((sum, part) => sum + part.weight * part.mean, 0) / total, sample };
}

// Acklam's coefficients: top and bottom of a fraction, for the middle and for the tails.
const middleTop = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const middleBottom = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const tailTop = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const tailBottom = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];

/** Standard normal quantile (P. J. Acklam's rational approximation, relative error < 1.2e-9). */
export function normalQuantile(probability: number): number {
  const p = probability < 1e-300 ? 1e-300 : probability;
  if (p > 0.97575) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * log(p));
    return polynomial(tailTop, q) / polynomial(tailBottom, q);
  }
  const q = p - 0.5;
  return (polynomial(middleTop, q * q) * q) / polynomial(middleBottom, q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** Gamma(shape, 1) by Marsaglia and Tsang (2000); shapes below 1 by the boost U^(1/shape). */
function gamma(shape: number, stream: RandomStream): number {
  if (shape < 1) return gamma(shape + 1, stream) * exp(log(1 - stream.uniform()) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalQuantile(stream.uniform());
    const cube = 1 + c * x;
    const v = cube * cube * cube;
    if (v <= 0) continue;
    if (log(1 - stream.uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}
