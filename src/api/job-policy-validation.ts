/**
 * Validation of what a Job says about pods that fail, and about when it has succeeded.
 *
 * Source: Kubernetes v1.36 `pkg/apis/batch/validation` validatePodFailurePolicy,
 * validateSuccessPolicy.
 */

import type { FieldPath } from './field-path.js';
import {
  duplicateValue,
  invalidValue,
  type ProblemList,
  requiredValue,
  tooMany,
} from './field-problem.js';
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from './job.js';
import { checkNonNegative, checkOneOf, checkPresent } from './value-checks.js';

const mostRules = 20;
const mostExitCodes = 255;
const mostConditions = 20;

/** Both policies of a Job. Linear in their rules. */
export function checkJobPolicies(spec: JobSpec, path: FieldPath, problems: ProblemList): void {
  const { podFailurePolicy, successPolicy } = spec;
  if (podFailurePolicy !== undefined) {
    checkFailurePolicy(podFailurePolicy.rules ?? [], spec, path, problems);
  }
  if (successPolicy !== undefined) {
    checkSuccessPolicy(successPolicy.rules ?? [], spec, path, problems);
  }
}

function checkFailurePolicy(
  rules: readonly PodFailurePolicyRule[],
  spec: JobSpec,
  path: FieldPath,
  problems: ProblemList,
): void {
  const at = [...path, 'podFailurePolicy', 'rules'];
  const policy = spec.template?.spec?.restartPolicy;
  if (policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    problems.push(invalidValue([...path, 'template', 'spec', 'restartPolicy'], policy, detail));
  }
  if (rules.length > mostRules) problems.push(tooMany(at, rules.length, mostRules));
  for (const [index, rule] of rules.entries()) {
    checkFailureRule(rule, spec, [...at, index], problems);
  }
}

function checkFailureRule(
  rule: PodFailurePolicyRule,
  spec: JobSpec,
  at: FieldPath,
  problems: ProblemList,
): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const actionPath = [...at, 'action'];
  if (checkPresent(action, actionPath, problems)) {
    checkOneOf(action, ['Count', 'FailIndex', 'FailJob', 'Ignore'], actionPath, problems);
  }
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    const detail = 'requires the backoffLimitPerIndex to be set';
    problems.push(invalidValue(actionPath, action, detail));
  }
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    const detail = 'specifying both OnExitCodes and OnPodConditions is not supported';
    problems.push(invalidValue(at, rule, detail));
  } else if (onExitCodes === undefined && onPodConditions.length === 0) {
    const detail = 'specifying one of OnExitCodes and OnPodConditions is required';
    problems.push(invalidValue(at, rule, detail));
  }
  if (onExitCodes !== undefined) {
    checkExitCodes(onExitCodes, spec, [...at, 'onExitCodes'], problems);
  }
  checkPodConditions(onPodConditions, [...at, 'onPodConditions'], problems);
}

function checkExitCodes(
  { containerName, operator, values = [] }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  { template }: JobSpec,
  at: FieldPath,
  problems: ProblemList,
): void {
  if (checkPresent(operator, [...at, 'operator'], problems)) {
    checkOneOf(operator, ['In', 'NotIn'], [...at, 'operator'], problems);
  }
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  const names = [...containers, ...initContainers].map(({ name }) => name);
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    problems.push(invalidValue([...at, 'containerName'], containerName, detail));
  }
  const path = [...at, 'values'];
  if (values.length === 0) {
    problems.push(invalidValue(path, values, 'at least one value is required'));
  } else if (values.length > mostExitCodes) {
    problems.push(tooMany(path, values.length, mostExitCodes));
  }
  for (const [index, value] of values.entries()) {
    const valuePath = [...path, index];
    if (operator === 'In' && value === 0) {
      problems.push(invalidValue(valuePath, value, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < index) problems.push(duplicateValue(valuePath, value));
    else if (index > 0 && value < (values[index - 1] ?? 0)) {
      problems.push(invalidValue(path, values, 'must be ordered'));
    }
  }
}

function checkPodConditions(
  conditions: NonNullable<PodFailurePolicyRule['onPodConditions']>,
  at: FieldPath,
  problems: ProblemList,
): void {
  if (conditions.length > mostConditions) {
    problems.push(tooMany(at, conditions.length, mostConditions));
  }
  for (const [index, { type, status }] of conditions.entries()) {
    checkPresent(type, [...at, index, 'type'], problems);
    checkOneOf(status, ['False', 'True', 'Unknown'], [...at, index, 'status'], problems);
  }
}

function checkSuccessPolicy(
  rules: readonly SuccessPolicyRule[],
  spec: JobSpec,
  path: FieldPath,
  problems: ProblemList,
): void {
  const policyPath = [...path, 'successPolicy'];
  const at = [...policyPath, 'rules'];
  if (spec.completionMode !== 'Indexed') {
    problems.push(invalidValue(policyPath, { rules }, 'requires indexed completion mode'));
  }
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    problems.push(requiredValue(at, detail));
  } else if (rules.length > mostRules) problems.push(tooMany(at, rules.length, mostRules));
  for (const [index, rule] of rules.entries()) {
    checkSuccessRule(rule, spec.completions, [...at, index], problems);
  }
}

function checkSuccessRule(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  completions: number | undefined,
  at: FieldPath,
  problems: ProblemList,
): void {
  if (succeededIndexes === undefined && succeededCount === undefined) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified';
    problems.push(requiredValue(at, detail));
  }
  const countPath = [...at, 'succeededCount'];
  checkNonNegative(succeededCount, countPath, problems);
  if (succeededCount !== undefined && succeededCount > (completions ?? succeededCount)) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    problems.push(invalidValue(countPath, succeededCount, detail));
  }
  const problem = indexesProblem(succeededIndexes, completions);
  if (problem === undefined) return;
  const detail = `error parsing succeededIndexes: ${problem}`;
  problems.push(invalidValue([...at, 'succeededIndexes'], succeededIndexes, detail));
}

/** What is wrong with indexes such as `1,3-5`, which ascend and are below `completions`; '': none. */
function indexesProblem(
  text: string | undefined,
  completions: number = Number.POSITIVE_INFINITY,
): string | undefined {
  if (text === undefined || text === '') return undefined;
  let last = -1;
  for (const interval of text.split(',')) {
    const [, first, end] = /^(\d+)(?:-(\d+))?$/.exec(interval) ?? [];
    if (first === undefined) return `cannot convert the interval "${interval}" to indexes`;
    if (Number(first) <= last) return `non-increasing order, previous: ${last}, current: ${first}`;
    if (end !== undefined && Number(end) <= Number(first)) return `"${interval}" does not ascend`;
    last = Number(end ?? first);
    if (last >= completions) return `"${end ?? first}" is not below the number of completions`;
  }
  return undefined;
}
