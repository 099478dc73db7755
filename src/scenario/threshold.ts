/**
 * Thresholds: what a run must achieve, in the grammar of k6: `p(99)<5`, `max <= 30`, `count>=3000`.
 * A metric may carry labels in braces: `pod_startup_seconds{namespace=shop}`.
 *
 * Left out: k6's `abortOnFail`; a simulated run is finished before it is judged.
 *
 * Source: k6 documentation, "Thresholds".
 */

/** How the samples of a metric become one number. `percentile` is in 0..100. */
export type Aggregation =
  | { readonly kind: 'avg' | 'min' | 'max' | 'med' | 'count' | 'rate' | 'value' }
  | { readonly kind: 'percentile'; readonly percentile: number };

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** One expression, `p(99)<5`. */
export interface ThresholdExpression {
  readonly aggregation: Aggregation;
  readonly comparison: Comparison;
  readonly bound: number;
}

/** A metric with the labels that narrow it down, sorted by key. */
export interface MetricSelector {
  readonly name: string;
  readonly labels: readonly (readonly [key: string, value: string])[];
}

/** A threshold of a scenario. */
export interface Threshold extends ThresholdExpression {
  /** As written: `pod_startup_seconds{namespace=shop}`. */
  readonly metric: string;
  readonly selector: MetricSelector;
  /** As written: `p(99)<5`. */
  readonly expression: string;
  /** A `warn` is reported and does not fail the run. */
  readonly level: 'warn' | 'error';
  /** Whether a run without any sample passes. */
  readonly allowEmpty: boolean;
}

/** The words that may stand left of the comparison, for messages. */
export const aggregationNames: readonly string[] = [
  'avg',
  'min',
  'max',
  'med',
  'p(N)',
  'count',
  'rate',
  'value',
];

const word = /(avg|min|max|med|count|rate|value)|p\(\s*(\d+(?:\.\d+)?)\s*\)/;
const comparisonSign = /(<=|>=|==|!=|<|>)/;
const number = /([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
const expressionPattern = new RegExp(
  `^\\s*(?:${word.source})\\s*${comparisonSign.source}\\s*${number.source}\\s*$`,
);
const wordPattern = new RegExp(`^\\s*(?:${word.source})\\s*$`);

/** Reads an expression, or says in a sentence without full stop why it is none. */
export function parseThreshold(text: string): ThresholdExpression | string {
  const match = expressionPattern.exec(text);
  if (match === null) return describeFault(text);
  const [, plain, percentile, comparison = '<', bound = '0'] = match;
  if (percentile !== undefined && Number(percentile) > 100) {
    return `p(${percentile}) asks for a percentile above 100`;
  }
  return {
    aggregation:
      percentile === undefined
        ? { kind: plain as Exclude<Aggregation['kind'], 'percentile'> }
        : { kind: 'percentile', percentile: Number(percentile) },
    comparison: comparison as Comparison,
    bound: Number(bound),
  };
}

/** Names the first part that does not fit the grammar. */
function describeFault(text: string): string {
  const [, left = '', comparison, right = ''] = /^([^<>=!]*)([<>=!]+)?(.*)$/s.exec(text) ?? [];
  if (!wordPattern.test(left)) {
    return `"${left.trim()}" is none of ${aggregationNames.join(', ')}`;
  }
  if (comparison === undefined) return 'there is no comparison such as < or >=';
  if (!/^(?:<=?|>=?|==|!=)$/.test(comparison)) {
    return `"${comparison}" is none of <, <=, >, >=, ==, !=`;
  }
  return `"${right.trim()}" is not a number`;
}

const metricPattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^{}]*)\})?$/;
const labelPattern = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*[=:]\s*(?:"([^"]*)"|([^",=]*?))\s*$/;

/** Reads a metric name with optional labels, or says why it is none. */
export function parseMetricSelector(text: string): MetricSelector | string {
  const match = metricPattern.exec(text.trim());
  if (match === null)
    return `"${text}" is not a metric name such as pod_startup_seconds{namespace=shop}`;
  const [, name = '', inner] = match;
  const labels: [string, string][] = [];
  for (const item of (inner ?? '').split(',')) {
    if (item.trim() === '') continue;
    const label = labelPattern.exec(item);
    if (label === null) return `"${item.trim()}" is not a label such as namespace=shop`;
    labels.push([label[1] ?? '', label[2] ?? label[3] ?? '']);
  }
  labels.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { name, labels };
}

/** Whether `value` keeps the threshold. NaN, which stands for no samples, never does. */
export function thresholdHolds(
  { comparison, bound }: Pick<ThresholdExpression, 'comparison' | 'bound'>,
  value: number,
): boolean {
  if (Number.isNaN(value)) return false;
  switch (comparison) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
    case '!=':
      return value !== bound;
  }
}
