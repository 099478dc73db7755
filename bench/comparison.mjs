// Measured figures against stored ones, whatever the machines: a figure is a multiple of what the
// calibration loop yields in the same process. A figure is `{ name, value, unit, spread,
// calibration }`; the value of a failed one is null.

/** Worse by more than this is told as a regression; more, where the measurements spread more. */
const TOLERANCE = 0.2;

/** By how much two figures may differ before it is told. */
const allowance = (now, then) =>
  Math.max(TOLERANCE, 3 * Math.max(now.spread ?? 0, then.spread ?? 0));

/** How a figure of a unit changes on a machine twice as fast: rates double, times halve. */
function powerOf(unit) {
  if (unit.endsWith('/s') || unit === 'x real time') return 1;
  return /^(s|ms|µs)(\/|$)/.test(unit) ? -1 : 0;
}

/** Whether more of a unit is better. */
const isMoreBetter = (unit) => powerOf(unit) === 1 || unit === 'x';

/** How many times as good a result is as a stored one; above 1 is better. */
export function timesAsGood(now, then) {
  const power = powerOf(now.unit);
  const machine = now.calibration / then.calibration;
  const ratio = now.value / then.value / (power === 0 ? 1 : machine ** power);
  return isMoreBetter(now.unit) ? ratio : 1 / ratio;
}

/** Whether a figure has failed, or is worse than the stored one by more than is allowed. */
export function isWorse(now, then) {
  if (now.value === null) return true;
  return then !== undefined && timesAsGood(now, then) < 1 - allowance(now, then);
}

/** A line of the table: stored, now, how many times as good, and what to make of it. */
export function comparedLine(now, then) {
  const [value, before] = [now, then].map((each) => String(each?.value ?? '-').padStart(9));
  const head = `${now.name.padEnd(44)} ${before} ${value} ${now.unit.padEnd(14)}`;
  if (now.value === null) return `${head} failed`;
  if (then === undefined) return `${head} new`;
  const ratio = timesAsGood(now, then);
  const isBetter = ratio > 1 / (1 - allowance(now, then));
  const verdict = isWorse(now, then) ? 'WORSE' : isBetter ? 'better' : '';
  return `${head} ${ratio.toFixed(2).padStart(6)} x ${verdict}`.trimEnd();
}
