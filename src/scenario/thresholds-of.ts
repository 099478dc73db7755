/**
 * From thresholds as written to thresholds that a run can be judged by.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import {
  aggregationNames,
  type MetricSelector,
  parseMetricSelector,
  parseThreshold,
  type Threshold,
} from './threshold.js';
import { thresholdMetrics } from './threshold-metrics.js';

/** The thresholds in order of metric and expression; what is wrong goes to `problems`. */
export function thresholdsOf(
  spec: ScenarioSpec,
  placeOf: PlaceOf,
  problems: Problem[],
): readonly Threshold[] {
  const given = Object.entries(spec.thresholds ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return given.flatMap(([metric, items]) => {
    const path: FieldPath = ['spec', 'thresholds', metric];
    const selector = selectorOf(metric, path, placeOf, problems);
    return items.flatMap((item, index) => {
      const {
        expr,
        level = 'error',
        allowEmpty = false,
      } = typeof item === 'string' ? { expr: item } : item;
      const parsed = parseThreshold(expr);
      if (typeof parsed === 'string') {
        const at = [...path, index, ...(typeof item === 'string' ? [] : ['expr'])];
        const words = aggregationNames.join(', ');
        const expected = `an aggregation (${words}), a comparison and a number`;
        const { badThreshold } = scenarioProblemCodes;
        const message = `"${expr}" is not a threshold: ${parsed}`;
        problems.push(problemAt(placeOf(at), badThreshold, message, { path: at, expected }));
        return [];
      }
      if (selector === undefined) return [];
      return [{ ...parsed, metric, selector, expression: expr.trim(), level, allowEmpty }];
    });
  });
}

function selectorOf(
  metric: string,
  path: FieldPath,
  placeOf: PlaceOf,
  problems: Problem[],
): MetricSelector | undefined {
  const selector = parseMetricSelector(metric);
  const report = (message: string, suggestion?: string, expected?: string): undefined => {
    const { unknownMetric } = scenarioProblemCodes;
    problems.push(problemAt(placeOf(path), unknownMetric, message, { path, suggestion, expected }));
    return undefined;
  };
  if (typeof selector === 'string') return report(selector);
  const known = thresholdMetrics.get(selector.name);
  if (known === undefined) {
    const names = [...thresholdMetrics.keys()];
    const near = didYouMean(selector.name, names);
    const expected = near === undefined ? `one of ${names.join(', ')}` : `did you mean "${near}"?`;
    return report(`there is no metric "${selector.name}"`, near && `${near}:`, expected);
  }
  for (const [label] of selector.labels) {
    if (known.labels === undefined || known.labels.includes(label)) continue;
    const near = label === 'ns' ? 'namespace' : didYouMean(label, known.labels);
    const expected = `one of ${known.labels.join(', ')}`;
    return report(`${selector.name} has no label "${label}"`, near, expected);
  }
  return selector;
}
