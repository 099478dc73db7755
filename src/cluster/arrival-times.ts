// Points in time at which something arrives: processes as plain data, drawn from one stream. A rate
// is a mean number a second.
// Sources: Poisson and renewal processes, Lewis and Shedler 1979 (thinning), Kuczura 1973 (the
// interrupted Poisson process).
import { assert } from '../kernel/assert.js';
import { exp, log } from '../kernel/math.js';
import type { RandomStream } from '../kernel/random-stream.js';

export type ArrivalSpec =
  /** Independent of each other. */
  | { readonly kind: 'poisson'; readonly perSecond: number }
  /** Gaps of a Weibull distribution: below shape 1 in clusters, above 1 more even than Poisson's. */
  | { readonly kind: 'weibull'; readonly perSecond: number; readonly shape: number }
  /** Poisson at that rate while on, nothing while off; exponential times of both. */
  | {
      readonly kind: 'bursts';
      readonly perSecond: number;
      readonly onUs: number;
      readonly offUs: number;
    }
  /**
   * Poisson whose rate swings around its mean by `amplitude` (0 to 1) of it, as two parabolas a
   * period, which a sine is within 6 % of; at its highest at `peakUs`.
   */
  | {
      readonly kind: 'diurnal';
      readonly perSecond: number;
      readonly amplitude: number;
      readonly periodUs: number;
      readonly peakUs: number;
    };

/** How far arrivals go: whichever comes first. Infinity: no end by this. */
export interface ArrivalLimits {
  readonly count: number;
  readonly durationUs: number;
}

/** More arrivals than this are a mistake, not a load. */
export const mostArrivals = 10_000_000;

/** What draws the arrival after the one at a time, µs, not rounded. */
type NextArrival = (afterUs: number, stream: RandomStream) => number;

/**
 * All arrivals, whole µs from 0, ascending; linear in their number.
 *
 * @throws AssertionError for parameters out of range, and for more than `mostArrivals`.
 */
export function arrivalTimes(
  spec: ArrivalSpec,
  { count, durationUs }: ArrivalLimits,
  stream: RandomStream,
): Float64Array {
  assert(spec.perSecond > 0, 'arrivals: the rate must be positive');
  const next = nextOf(spec);
  const times: number[] = [];
  for (let us = next(0, stream); us < durationUs && times.length < count; us = next(us, stream)) {
    assert(times.length < mostArrivals, `arrivals: more than ${mostArrivals}`);
    times.push(Math.round(us));
  }
  return Float64Array.from(times);
}

/** Mean arrivals a second over a long time. */
export function meanRate(spec: ArrivalSpec): number {
  if (spec.kind !== 'bursts') return spec.perSecond;
  return (spec.perSecond * spec.onUs) / (spec.onUs + spec.offUs);
}

function nextOf(spec: ArrivalSpec): NextArrival {
  const gapUs = 1_000_000 / spec.perSecond;
  switch (spec.kind) {
    case 'poisson':
      return (afterUs, stream) => afterUs + exponential(gapUs, stream);
    case 'weibull': {
      assert(spec.shape > 0, 'arrivals: the shape must be positive');
      const scaleUs = gapUs / gammaFunction(1 + 1 / spec.shape);
      return (afterUs, stream) => afterUs + scaleUs * exp(log(exponential(1, stream)) / spec.shape);
    }
    case 'bursts':
      return bursts(gapUs, spec.onUs, spec.offUs);
    case 'diurnal':
      return diurnal(gapUs, spec);
  }
}

function exponential(mean: number, stream: RandomStream): number {
  return 0 - mean * log(1 - stream.uniform());
}

/** Begins on or off as an observer would find it who comes at any time. */
function bursts(gapUs: number, onUs: number, offUs: number): NextArrival {
  assert(onUs > 0 && offUs >= 0, 'arrivals: bursts need a time on');
  let onFromUs = -1;
  let onUntilUs = -1;
  return (afterUs, stream) => {
    if (onFromUs < 0) {
      const isOn = stream.uniform() * (onUs + offUs) < onUs;
      onFromUs = isOn ? 0 : exponential(offUs, stream);
      onUntilUs = onFromUs + exponential(onUs, stream);
    }
    let us = Math.max(afterUs, onFromUs) + exponential(gapUs, stream);
    while (us > onUntilUs) {
      onFromUs = onUntilUs + exponential(offUs, stream);
      onUntilUs = onFromUs + exponential(onUs, stream);
      us = onFromUs + exponential(gapUs, stream); // what was left of the gap is exponential again
    }
    return us;
  };
}

function diurnal(
  gapUs: number,
  { amplitude, periodUs, peakUs }: Extract<ArrivalSpec, { readonly kind: 'diurnal' }>,
): NextArrival {
  assert(amplitude >= 0 && amplitude <= 1 && periodUs > 0, 'arrivals: amplitude is from 0 to 1');
  const highest = 1 + amplitude;
  return (afterUs, stream) => {
    for (let us = afterUs; ; ) {
      us += exponential(gapUs / highest, stream);
      const phase = (us - peakUs) / periodUs + 0.25;
      const rate = 1 + amplitude * swing(phase - Math.floor(phase));
      if (stream.uniform() * highest < rate) return us;
    }
  };
}

/** 0 at 0, 1 at 1/4, 0 at 1/2, -1 at 3/4: two parabolas. */
function swing(phase: number): number {
  const half = phase < 0.5 ? phase * 2 : phase * 2 - 1;
  const arc = 4 * half * (1 - half);
  return phase < 0.5 ? arc : -arc;
}

// Lanczos' approximation with g = 7 and nine coefficients (relative error below 1e-13).
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The gamma function for arguments from 1 up. */
export function gammaFunction(value: number): number {
  assert(value >= 1, 'the gamma function is wanted from 1 up');
  const x = value - 1;
  let sum = 0.9999999999998099;
  for (const [index, coefficient] of lanczos.entries()) sum += coefficient / (x + index + 1);
  const t = x + 7.5;
  const halfLogTwoPi = 0.9189385332046727;
  return exp(halfLogTwoPi + (x + 0.5) * log(t) - t + log(sum));
}
