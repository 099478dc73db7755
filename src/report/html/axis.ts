// The axis of bars: how far it reaches and where it has marks.

/** Four to ten round times between the two, in microseconds. */
export function ticks(fromUs: number, toUs: number): number[] {
  let step = 1;
  for (let factor = 0; (toUs - fromUs) / step > 8; factor++) step *= factor % 3 === 1 ? 2.5 : 2;
  const times: number[] = [];
  for (let us = Math.ceil(fromUs / step) * step; us <= toUs; us += step) times.push(us);
  return times;
}

/** The least of the values; infinity when there is none. */
export function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

/** The greatest of the values; 0 when none is positive. */
export function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
