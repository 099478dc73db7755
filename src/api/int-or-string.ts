/**
 * Fields that hold either a count or a percentage, and what they come to for a given total.
 *
 * Source: Kubernetes v1.36 apimachinery `util/intstr`.
 */

/** A whole number, or text: a percentage such as `25%`, or the name of a port. */
export type IntOrString = number | string;

const percentPattern = /^([0-9]+)%$/;

/**
 * The percentage a text states, or undefined when it is not one.
 *
 * @param text such as `25%`; no sign, no decimals.
 */
export function parsePercent(text: string): number | undefined {
  const digits = percentPattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * What a count-or-percentage field comes to.
 *
 * @param value a count, or a percentage of `total`.
 * @param total what 100 % is, an integer of at least 0.
 * @param rounding `up` as for `maxSurge`, `down` as for `maxUnavailable`.
 * @returns an integer, or undefined when `value` is text that is not a percentage.
 */
export function resolveIntOrPercent(
  value: IntOrString,
  total: number,
  rounding: 'up' | 'down',
): number | undefined {
  if (typeof value === 'number') return value;
  const percent = parsePercent(value);
  if (percent === undefined) return undefined;
  // Multiplying integers first keeps the quotient exact where Go's float division is exact too.
  const share = (percent * total) / 100;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}
