// A threshold and what was measured, in words.
import { formatMeasure } from '../number-format.js';
import type { CheckedThreshold } from './check-report.js';

/** `pod_startup_seconds: p(99)<60, measured 71.2 s`. */
export function thresholdText({ metric, expression, level, value }: CheckedThreshold): string {
  const note = level === 'warn' ? ' (level warn)' : '';
  return `${metric}: ${expression}, measured ${formatMeasure(metric, value)}${note}`;
}
