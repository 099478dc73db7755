/**
 * Validation of the controllers that make pods, of budgets and of autoscalers.
 *
 * Source: Kubernetes v1.36 `pkg/apis/apps/validation`, `batch/validation`, `policy/validation`,
 * `autoscaling/validation`.
 */

import type { CronJob } from './cron-job.js';
import type { DaemonSet } from './daemon-set.js';
import type { Deployment } from './deployment.js';
import type { FieldPath } from './field-path.js';
import {
  forbidden,
  invalidValue,
  type ProblemList,
  requiredValue,
  unsupportedValue,
} from './field-problem.js';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.js';
import { type IntOrString, parsePercent } from './int-or-string.js';
import type { Job, JobSpec } from './job.js';
import { checkJobPolicies } from './job-policy-validation.js';
import { compileLabelSelector, type LabelSelector } from './label-selector.js';
import { checkMetricTarget } from './metric-target-validation.js';
import type { PodTemplateSpec } from './pod.js';
import type { PodDisruptionBudget } from './pod-disruption-budget.js';
import { checkPodTemplate } from './pod-validation.js';
import type { ReplicaSet } from './replica-set.js';
import type { ReplicationController } from './replication-controller.js';
import { checkLabelSelector } from './selector-validation.js';
import type { StatefulSet } from './stateful-set.js';
import { checkCountOrPercent, checkNonNegative, checkOneOf, checkPresent } from './value-checks.js';

const root: FieldPath = ['spec'];

interface ReplicatedSpec {
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly replicas?: number;
}

function isEmptySelector(selector: LabelSelector): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/**
 * What Deployment, ReplicaSet, StatefulSet and DaemonSet have in common. A ReplicaSet is called a
 * deployment in one message, as the API server has it.
 */
function checkReplicated(
  spec: ReplicatedSpec,
  problems: ProblemList,
  noun = 'deployment',
  claims: readonly string[] = [],
): void {
  checkNonNegative(spec.replicas, [...root, 'replicas'], problems);
  checkNonNegative(spec.minReadySeconds, [...root, 'minReadySeconds'], problems);
  checkNonNegative(spec.revisionHistoryLimit, [...root, 'revisionHistoryLimit'], problems);
  const { selector, template } = spec;
  if (selector === undefined) problems.push(requiredValue([...root, 'selector']));
  else {
    checkLabelSelector(selector, [...root, 'selector'], problems);
    if (isEmptySelector(selector)) {
      const detail = `empty selector is invalid for ${noun}`;
      problems.push(invalidValue([...root, 'selector'], selector, detail));
    }
  }
  checkPodTemplate(template, [...root, 'template'], problems, claims);
  const labels = template?.metadata?.labels;
  if (template !== undefined && selector !== undefined && !isEmptySelector(selector)) {
    if (!compileLabelSelector(selector)(labels)) {
      problems.push(
        invalidValue(
          [...root, 'template', 'metadata', 'labels'],
          labels ?? {},
          '`selector` does not match template `labels`',
        ),
      );
    }
  }
  checkAlwaysRestarts(template, problems);
}

function checkAlwaysRestarts(template: PodTemplateSpec | undefined, problems: ProblemList): void {
  const policy = template?.spec?.restartPolicy;
  if (policy !== undefined && policy !== 'Always') {
    const at = [...root, 'template', 'spec', 'restartPolicy'];
    problems.push(unsupportedValue(at, policy, ['Always']));
  }
}

function isZero(value: IntOrString | undefined): boolean {
  return value === 0 || (typeof value === 'string' && parsePercent(value) === 0);
}

/** Validates a Deployment. */
export function checkDeployment({ spec }: Deployment, problems: ProblemList): void {
  checkReplicated(spec, problems);
  const at = [...root, 'strategy'];
  const { type, rollingUpdate } = spec.strategy ?? {};
  checkOneOf(type, ['Recreate', 'RollingUpdate'], [...at, 'type'], problems);
  const rollingPath = [...at, 'rollingUpdate'];
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    problems.push(
      forbidden(rollingPath, "may not be specified when strategy `type` is 'Recreate'"),
    );
  } else if (rollingUpdate !== undefined) {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    checkCountOrPercent(maxUnavailable, [...rollingPath, 'maxUnavailable'], problems, 100);
    checkCountOrPercent(maxSurge, [...rollingPath, 'maxSurge'], problems);
    if (isZero(maxUnavailable) && isZero(maxSurge)) {
      const detail = 'may not be 0 when `maxSurge` is 0';
      problems.push(invalidValue([...rollingPath, 'maxUnavailable'], maxUnavailable, detail));
    }
  }
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  checkNonNegative(progressDeadlineSeconds, [...root, 'progressDeadlineSeconds'], problems);
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds) {
    const detail = 'must be greater than minReadySeconds';
    const deadline = [...root, 'progressDeadlineSeconds'];
    problems.push(invalidValue(deadline, progressDeadlineSeconds, detail));
  }
}

/** Validates a ReplicaSet. */
export function checkReplicaSet({ spec }: ReplicaSet, problems: ProblemList): void {
  checkReplicated(spec, problems);
}

/** Validates a ReplicationController. */
export function checkReplicationController(
  { spec }: ReplicationController,
  problems: ProblemList,
): void {
  const { selector = {}, ...rest } = spec;
  if (Object.keys(selector).length === 0) problems.push(requiredValue([...root, 'selector']));
  else checkReplicated({ ...rest, selector: { matchLabels: selector } }, problems);
}

/** Validates a StatefulSet. */
export function checkStatefulSet({ spec }: StatefulSet, problems: ProblemList): void {
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? '');
  checkReplicated(spec, problems, 'statefulset', claims);
  const policies = ['OrderedReady', 'Parallel'];
  checkOneOf(spec.podManagementPolicy, policies, [...root, 'podManagementPolicy'], problems);
  const at = [...root, 'updateStrategy'];
  checkOneOf(spec.updateStrategy?.type, ['OnDelete', 'RollingUpdate'], [...at, 'type'], problems);
  const rolling = spec.updateStrategy?.rollingUpdate;
  checkNonNegative(rolling?.partition, [...at, 'rollingUpdate', 'partition'], problems);
  checkNonNegative(spec.ordinals?.start, [...root, 'ordinals', 'start'], problems);
  for (const when of ['whenDeleted', 'whenScaled'] as const) {
    const path = [...root, 'persistentVolumeClaimRetentionPolicy', when];
    const policy = spec.persistentVolumeClaimRetentionPolicy?.[when];
    checkOneOf(policy, ['Delete', 'Retain'], path, problems);
  }
  for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    const path = [...root, 'volumeClaimTemplates', index, 'metadata', 'name'];
    checkPresent(claim.metadata?.name, path, problems);
  }
}

/** Validates a DaemonSet. */
export function checkDaemonSet({ spec }: DaemonSet, problems: ProblemList): void {
  checkReplicated(spec, problems, 'daemonset');
  const at = [...root, 'updateStrategy'];
  checkOneOf(spec.updateStrategy?.type, ['OnDelete', 'RollingUpdate'], [...at, 'type'], problems);
  const rolling = spec.updateStrategy?.rollingUpdate;
  if (rolling === undefined) return;
  const rollingPath = [...at, 'rollingUpdate'];
  const { maxUnavailable, maxSurge } = rolling;
  checkCountOrPercent(maxUnavailable, [...rollingPath, 'maxUnavailable'], problems, 100);
  checkCountOrPercent(maxSurge, [...rollingPath, 'maxSurge'], problems, 100);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    const detail = 'cannot be 0 when maxSurge is 0';
    problems.push(invalidValue([...rollingPath, 'maxUnavailable'], maxUnavailable, detail));
  } else if (!isZero(maxUnavailable) && !isZero(maxSurge) && maxSurge !== undefined) {
    const detail = 'may not be set when maxUnavailable is non-zero';
    problems.push(invalidValue([...rollingPath, 'maxSurge'], maxSurge, detail));
  }
}

function checkJobSpec(spec: JobSpec, path: FieldPath, problems: ProblemList): void {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
    'ttlSecondsAfterFinished',
  ] as const;
  for (const name of counts) checkNonNegative(spec[name], [...path, name], problems);
  checkOneOf(spec.completionMode, ['Indexed', 'NonIndexed'], [...path, 'completionMode'], problems);
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    const detail = 'when completion mode is Indexed';
    problems.push(requiredValue([...path, 'completions'], detail));
  }
  checkPodTemplate(spec.template, [...path, 'template'], problems);
  const policy = spec.template?.spec?.restartPolicy;
  if (policy === 'Always') {
    const at = [...path, 'template', 'spec', 'restartPolicy'];
    problems.push(unsupportedValue(at, policy, ['OnFailure', 'Never']));
  }
  checkJobPolicies(spec, path, problems);
}

/** Validates a Job. */
export function checkJob({ spec }: Job, problems: ProblemList): void {
  checkJobSpec(spec, root, problems);
}

/** Whether a schedule has the form of cron: five fields, or one of the macros. */
function isSchedule(text: string): boolean {
  if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every .+)$/.test(text))
    return true;
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => /^[0-9A-Za-z*?,/-]+$/.test(field));
}

/** Validates a CronJob. */
export function checkCronJob({ spec }: CronJob, problems: ProblemList): void {
  const at = [...root, 'schedule'];
  if (checkPresent(spec.schedule, at, problems) && !isSchedule(spec.schedule)) {
    const count = spec.schedule.trim().split(/\s+/).length;
    const detail = `expected exactly 5 fields, found ${count}: [${spec.schedule}]`;
    problems.push(invalidValue(at, spec.schedule, detail));
  }
  const policies = ['Allow', 'Forbid', 'Replace'];
  checkOneOf(spec.concurrencyPolicy, policies, [...root, 'concurrencyPolicy'], problems);
  const counts = [
    'startingDeadlineSeconds',
    'successfulJobsHistoryLimit',
    'failedJobsHistoryLimit',
  ] as const;
  for (const name of counts) checkNonNegative(spec[name], [...root, name], problems);
  const jobPath = [...root, 'jobTemplate', 'spec'];
  if (spec.jobTemplate?.spec === undefined) problems.push(requiredValue(jobPath));
  else checkJobSpec(spec.jobTemplate.spec, jobPath, problems);
}

/** Validates a PodDisruptionBudget. */
export function checkPodDisruptionBudget(
  { spec = {} }: PodDisruptionBudget,
  problems: ProblemList,
): void {
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set';
    problems.push(invalidValue(root, { minAvailable, maxUnavailable }, detail));
  }
  checkCountOrPercent(minAvailable, [...root, 'minAvailable'], problems, 100);
  checkCountOrPercent(maxUnavailable, [...root, 'maxUnavailable'], problems, 100);
  checkLabelSelector(spec.selector, [...root, 'selector'], problems);
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  const policyPath = [...root, 'unhealthyPodEvictionPolicy'];
  checkOneOf(spec.unhealthyPodEvictionPolicy, policies, policyPath, problems);
}

/** Validates an autoscaler. */
export function checkHorizontalPodAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  problems: ProblemList,
): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef } = spec;
  if (minReplicas !== undefined && minReplicas < 1) {
    const detail = 'must be greater than or equal to 1';
    problems.push(invalidValue([...root, 'minReplicas'], minReplicas, detail));
  }
  if (maxReplicas < 1) {
    problems.push(invalidValue([...root, 'maxReplicas'], maxReplicas, 'must be greater than 0'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    problems.push(invalidValue([...root, 'maxReplicas'], maxReplicas, detail));
  }
  checkPresent(scaleTargetRef?.kind, [...root, 'scaleTargetRef', 'kind'], problems);
  checkPresent(scaleTargetRef?.name, [...root, 'scaleTargetRef', 'name'], problems);
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    const at = [...root, 'metrics', index];
    const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
    if (!checkPresent(metric.type, [...at, 'type'], problems)) continue;
    checkOneOf(metric.type, types, [...at, 'type'], problems);
    const field = `${metric.type.charAt(0).toLowerCase()}${metric.type.slice(1)}`;
    if (!types.includes(metric.type)) continue;
    if ((metric as unknown as Record<string, unknown>)[field] === undefined) {
      const detail = 'must populate information for the given metric source';
      problems.push(requiredValue([...at, field], detail));
    } else checkMetricTarget(metric, [...at, field], problems);
  }
}
