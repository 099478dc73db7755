/**
 * The small language of the annotations by which pods say what their programs do: durations, drawn
 * durations, and amounts that change over time.
 *
 *     30s   1m30s   never               a duration
 *     10s..30s                          uniform between the two
 *     p50=5s,p99=40s                    log-normal, by its median and 99th percentile
 *     mean=20s                          exponential
 *     200Mi   0s=50Mi,10m=2Gi           an amount, or points between which it changes steadily
 */

import type { DistributionSpec } from '../kernel/distributions.js';
import type { SimTime } from '../kernel/time.js';
import { quantityProblem, quantityValue } from './quantity.js';

const unitsUs: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
]);

/** Microseconds in a duration as Go writes it: `1m30s`, `250ms`, `0.5s`; `never` is Infinity. */
export function parseDuration(text: string): number | undefined {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/.test(text)) return undefined;
  let totalUs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) {
    totalUs += Number(amount) * (unitsUs.get(unit as string) as number);
  }
  return Math.round(totalUs);
}

/** A duration, or a distribution of durations, µs; undefined when the text is neither. */
export function parseDrawnDuration(text: string): DistributionSpec | undefined {
  const [low, high, ...rest] = text.split('..');
  if (high !== undefined) {
    const [lowUs, highUs] = [finite(low), finite(high)];
    if (rest.length > 0 || lowUs === undefined || highUs === undefined || highUs < lowUs) {
      return undefined;
    }
    return { kind: 'uniform', low: lowUs, high: highUs };
  }
  const quantiles = /^p50=([^,]+),\s*p99=([^,]+)$/.exec(text);
  if (quantiles !== null) {
    const [p50, p99] = [finite(quantiles[1]), finite(quantiles[2])];
    if (p50 === undefined || p99 === undefined || p50 === 0 || p99 < p50) return undefined;
    return { kind: 'logNormal', p50, p99 };
  }
  if (text.startsWith('mean=')) {
    const mean = finite(text.slice('mean='.length));
    return mean === undefined ? undefined : { kind: 'exponential', mean };
  }
  const value = parseDuration(text);
  return value === undefined ? undefined : { kind: 'constant', value };
}

function finite(text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : parseDuration(text.trim());
  return value === Number.POSITIVE_INFINITY ? undefined : value;
}

/** One point of a course. */
export interface CoursePoint {
  /** Since the start of the container, µs. */
  readonly atUs: SimTime;
  readonly value: number;
}

/** An amount over time: straight between its points, level before the first and after the last. */
export type Course = readonly CoursePoint[];

/** An amount over time as text has it; undefined when the times do not ascend. */
export function parseCourse(text: string): Course | undefined {
  const points: CoursePoint[] = [];
  for (const part of text.split(',')) {
    const [time, amount = time] = part.includes('=') ? part.split('=') : ['0s', part];
    const atUs = finite(time);
    const quantity = amount?.trim() ?? '';
    if (atUs === undefined || quantityProblem(quantity) !== undefined) return undefined;
    const value = quantityValue(quantity);
    const last = points.at(-1);
    if (value < 0 || (last !== undefined && last.atUs >= atUs)) return undefined;
    points.push({ atUs, value });
  }
  return points;
}

/** The amount at a time since the start. O(points). */
export function amountAt(course: Course, atUs: SimTime): number {
  let before = course[0];
  for (const point of course) {
    if (before === undefined || point.atUs <= atUs) {
      before = point;
      continue;
    }
    if (before.atUs > atUs) return before.value;
    const share = (atUs - before.atUs) / (point.atUs - before.atUs);
    return before.value + share * (point.value - before.value);
  }
  return before?.value ?? 0;
}

/** When the amount first exceeds a limit, µs since the start; Infinity for never. O(points). */
export function firstAbove(course: Course, limit: number): SimTime {
  let before: CoursePoint | undefined;
  for (const point of course) {
    if (point.value > limit) {
      if (before === undefined) return 0;
      const share = (limit - before.value) / (point.value - before.value);
      return before.atUs + Math.ceil(share * (point.atUs - before.atUs));
    }
    before = point;
  }
  return Number.POSITIVE_INFINITY;
}
