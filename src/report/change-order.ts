// The order in which changes deserve attention.
import type { ConvergenceRow } from '../metrics/run-result.js';
import { ascending } from '../stats/ascending.js';

/**
 * Comparator: changes that never converged first, then by time to converge, longest first; the time
 * of the request and the name decide between equals.
 */
export function bySlowestChange(a: ConvergenceRow, b: ConvergenceRow): number {
  return (
    ascending(convergenceUs(b), convergenceUs(a)) ||
    ascending(a.startedUs, b.startedUs) ||
    ascending(a.change, b.change)
  );
}

function convergenceUs({ startedUs, convergedUs }: ConvergenceRow): number {
  return convergedUs === undefined ? Number.POSITIVE_INFINITY : convergedUs - startedUs;
}
