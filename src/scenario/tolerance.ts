/**
 * Tolerances: by how much a figure of a run may differ from its baseline. `2%` of the baseline's
 * value, or a number in the unit of the metric.
 */

import { metricOf } from './figure-metrics.js';

/** How much a figure may differ. */
export interface Tolerance {
  /** A metric, a figure of one, or `all`. */
  readonly figure: string;
  /** As written: `2%`. */
  readonly text: string;
  /** Part of the baseline's value, or in the unit of the metric; not negative. */
  readonly bound: number;
  readonly isRelative: boolean;
}

/** What a tolerance looks like, for messages. */
export const toleranceExpected = 'a part of the baseline such as 2%, or a number such as 0.5';

/** Reads what is allowed; undefined for anything else. */
export function parseTolerance(figure: string, value: string | number): Tolerance | undefined {
  const text = String(value).trim();
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const isRelative = percent === '%';
  return { figure, text, isRelative, bound: isRelative ? Number(digits) / 100 : Number(digits) };
}

/** What holds for a figure: its own, else its metric's, else that of `all`. Later ones win. */
export function toleranceFor(
  figure: string,
  tolerances: readonly Tolerance[],
): Tolerance | undefined {
  const named = (name: string): Tolerance | undefined =>
    tolerances.findLast((each) => each.figure === name);
  return named(figure) ?? named(metricOf(figure)) ?? named('all');
}

/** Whether a value is near enough to that of the baseline; both have six places at most. */
export function isWithin(tolerance: Tolerance, before: number, after: number): boolean {
  const { bound, isRelative } = tolerance;
  const allowed = isRelative ? bound * Math.abs(before) : bound;
  return Math.round((Math.abs(after - before) - allowed) * 1_000_000) <= 0;
}
