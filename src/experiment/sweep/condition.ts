// What a search asks of every run: `pod_startup_p99<5s`. The comparisons are those of thresholds.
import { didYouMean } from '../../api/did-you-mean.js';
import { parseDuration } from '../../scenario/duration.js';
import { type Comparison, thresholdHolds } from '../../scenario/threshold.js';

/** A measure beside a bound. */
export interface Condition {
  /** With its unit. */
  readonly measure: string;
  readonly comparison: Comparison;
  /** In the unit of the measure. */
  readonly bound: number;
}

const conditionPattern = /^\s*([a-zA-Z0-9_]+)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$/;

/** Reads a condition, or says in a sentence without full stop why it is none. */
export function parseCondition(text: string, measures: readonly string[]): Condition | string {
  const match = conditionPattern.exec(text);
  if (match === null) return 'write MEASURE<VALUE, such as pod_startup_p99<5s';
  const [, word = '', comparison = '<', right = ''] = match;
  const measure = findMeasure(word, measures);
  if (measure === undefined) return unknownMeasure(word, measures);
  const bound = boundOf(right, measure);
  if (bound === undefined) {
    const isTime = measure.endsWith('_seconds');
    return `"${right}" is not a ${isTime ? 'time, such as 5s or 300ms' : 'number, such as 0.5'}`;
  }
  return { measure, comparison: comparison as Comparison, bound };
}

/** The whole name of a measure that is named with or without its unit. */
export function findMeasure(word: string, measures: readonly string[]): string | undefined {
  return measures.find((name) => name === word || withoutUnit(name) === word);
}

const withoutUnit = (name: string): string => name.replace(/_(?:seconds|ratio)$/, '');

/** A sentence without full stop. */
export function unknownMeasure(word: string, measures: readonly string[]): string {
  const near = didYouMean(word, [...measures, ...measures.map(withoutUnit)]);
  const hint = near === undefined ? `one of ${measures.join(', ')}` : `did you mean ${near}?`;
  return `there is no measure "${word}"; ${hint}`;
}

/** Plain numbers are in the unit of the measure. */
function boundOf(text: string, measure: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return Number(text);
  if (measure.endsWith('_seconds')) {
    const us = parseDuration(text);
    return us === undefined ? undefined : us / 1_000_000;
  }
  if (measure.endsWith('_ratio') && /^\d+(?:\.\d+)?%$/.test(text))
    return Number(text.slice(0, -1)) / 100;
  return undefined;
}

/** Whether a run keeps all conditions; without a sample it keeps none. `values`: by measure. */
export function keepsAll(
  conditions: readonly Condition[],
  measures: readonly string[],
  values: readonly number[],
): boolean {
  return conditions.every((each) =>
    thresholdHolds(each, values[measures.indexOf(each.measure)] ?? Number.NaN),
  );
}

/** As a condition is written. */
export function conditionText({ measure, comparison, bound }: Condition): string {
  return `${measure}${comparison}${bound}`;
}
