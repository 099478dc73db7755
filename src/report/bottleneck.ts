// What a change has waited for most: the longest part of its critical path, as a row and in words.
import type { ConvergenceRow, CriticalPathRow } from '../metrics/run-result.js';

/** The longest part, the first of two alike; undefined when it took no time. */
export function bottleneckOf({ criticalPath }: ConvergenceRow): CriticalPathRow | undefined {
  const longestUs = Math.max(...criticalPath.map(({ us }) => us));
  return criticalPath.find(({ us }) => us === longestUs);
}

/** `72 % of the time: images being pulled`; '' when it took no time. */
export function bottleneckText(row: ConvergenceRow): string {
  const bottleneck = bottleneckOf(row);
  if (bottleneck === undefined) return '';
  const totalUs = row.criticalPath.reduce((sum, { us }) => sum + us, 0);
  return `${Math.round((100 * bottleneck.us) / totalUs)} % of the time: ${bottleneck.cause}`;
}
