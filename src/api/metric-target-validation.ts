/**
 * Validation of what an autoscaler aims at with one metric.
 *
 * Source: Kubernetes v1.36 `pkg/apis/autoscaling/validation` validateMetricTarget and the checks of
 * each source.
 */

import type { FieldPath } from './field-path.js';
import { forbidden, invalidValue, type ProblemList, requiredValue } from './field-problem.js';
import type { MetricSpec, MetricTarget } from './horizontal-pod-autoscaler.js';
import { compareQuantities, quantityProblem } from './quantity.js';
import { checkOneOf, checkPresent } from './value-checks.js';

/** The target of the metric's source, which is there. `path`: of the source. */
export function checkMetricTarget(
  metric: MetricSpec,
  path: FieldPath,
  problems: ProblemList,
): void {
  const source =
    metric.resource ?? metric.containerResource ?? metric.pods ?? metric.object ?? metric.external;
  const at = [...path, 'target'];
  const target = source?.target;
  if (target === undefined) {
    problems.push(requiredValue(at, 'must specify a target'));
    return;
  }
  if (checkPresent(target.type, [...at, 'type'], problems)) {
    checkOneOf(target.type, ['AverageValue', 'Utilization', 'Value'], [...at, 'type'], problems);
  }
  for (const field of ['value', 'averageValue'] as const) {
    const quantity = target[field];
    if (quantity === undefined) continue;
    const isPositive =
      quantityProblem(quantity) === undefined && compareQuantities(quantity, '0') > 0;
    if (!isPositive) problems.push(invalidValue([...at, field], quantity, 'must be positive'));
  }
  const { averageUtilization } = target;
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const detail = 'must be greater than 0';
    problems.push(invalidValue([...at, 'averageUtilization'], averageUtilization, detail));
  }
  checkWhatIsSet(metric, target, at, problems);
}

/** Each kind of source takes some of the figures, and needs one of them. */
function checkWhatIsSet(
  { type }: MetricSpec,
  { value, averageValue, averageUtilization }: MetricTarget,
  at: FieldPath,
  problems: ProblemList,
): void {
  const isOfResource = type === 'Resource' || type === 'ContainerResource';
  if (isOfResource && averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    problems.push(requiredValue([...at, 'averageUtilization'], detail));
  } else if (isOfResource && averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    problems.push(forbidden([...at, 'averageValue'], detail));
  } else if (type === 'Pods' && averageValue === undefined) {
    const detail = 'must specify a positive target averageValue';
    problems.push(requiredValue([...at, 'averageValue'], detail));
  } else if (
    !isOfResource &&
    type !== 'Pods' &&
    value === undefined &&
    averageValue === undefined
  ) {
    const detail = 'must set either a target value for metric or a per-pod target';
    problems.push(requiredValue([...at, 'averageValue'], detail));
  }
}
