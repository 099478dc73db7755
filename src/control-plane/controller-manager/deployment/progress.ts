// What a Deployment says about the progress of its rollout: created, progressing, complete, out of
// time, paused; and when it has to look again lest its deadline pass unseen. Pure.
// Source: Kubernetes v1.36 pkg/controller/deployment/progress.go, sync.go checkPausedConditions,
// util/deployment_util.go DeploymentTimedOut (reference: nodes-controllers 3.5).
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../../api/deployment.js';
import type { ConditionStatus } from '../../../api/object-meta.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { SimTime } from '../../../kernel/time.js';
import type { ReplicaSets } from './replica-set-revisions.js';

/** A deadline of so many seconds is none (the largest 32-bit number). */
const NO_DEADLINE_SECONDS = 2_147_483_647;
const TIMED_OUT = 'ProgressDeadlineExceeded';
const COMPLETE = 'NewReplicaSetAvailable';
const PAUSED = 'DeploymentPaused';

/** The condition of a type in a status. */
export function conditionOf(
  status: DeploymentStatus | undefined,
  type: string,
): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** The conditions with one of a type set anew; an equal one (status and reason) stays as it was. */
export function withCondition(
  status: DeploymentStatus | undefined,
  condition: DeploymentCondition,
): readonly DeploymentCondition[] {
  const before = conditionOf(status, condition.type);
  const { status: value, reason } = condition;
  if (before?.status === value && before.reason === reason) return status?.conditions ?? [];
  const others = status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
  const lastTransitionTime =
    before?.status === value ? before.lastTransitionTime : condition.lastTransitionTime;
  return [
    ...others,
    { ...condition, ...(lastTransitionTime !== undefined && { lastTransitionTime }) },
  ];
}

function hasDeadline({ spec }: Deployment): boolean {
  return (spec.progressDeadlineSeconds ?? NO_DEADLINE_SECONDS) !== NO_DEADLINE_SECONDS;
}

function progressing(
  value: ConditionStatus,
  reason: string,
  message: string,
  now: SimTime,
): DeploymentCondition {
  return {
    type: 'Progressing',
    status: value,
    lastUpdateTime: now,
    lastTransitionTime: now,
    reason,
    message,
  };
}

/** Condition of a Deployment whose new ReplicaSet has just been created; none without a deadline. */
export function createdCondition(
  deployment: Deployment,
  replicaSet: string,
  now: SimTime,
): DeploymentCondition | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const message = `Created new replica set "${replicaSet}"`;
  return progressing('True', 'NewReplicaSetCreated', message, now);
}

/** Condition of a Deployment whose new ReplicaSet was refused; none without a deadline. */
export function creationFailedCondition(
  deployment: Deployment,
  message: string,
  now: SimTime,
): DeploymentCondition | undefined {
  if (!hasDeadline(deployment)) return undefined;
  return progressing('False', 'ReplicaSetCreateError', message, now);
}

/** Condition of a Deployment that finds its ReplicaSet there and has said nothing about it yet. */
export function foundCondition(
  deployment: Deployment,
  replicaSet: string,
  now: SimTime,
): DeploymentCondition | undefined {
  const isNew = conditionOf(deployment.status, 'Progressing') === undefined;
  if (!isNew || !hasDeadline(deployment)) return undefined;
  return progressing('True', 'FoundNewReplicaSet', `Found new replica set "${replicaSet}"`, now);
}

/**
 * Condition to be written because the Deployment was paused or resumed, which stops its clock and
 * starts it anew.
 */
export function pauseCondition(
  deployment: Deployment,
  now: SimTime,
): DeploymentCondition | undefined {
  const before = conditionOf(deployment.status, 'Progressing');
  if (!hasDeadline(deployment) || before?.reason === TIMED_OUT) return undefined;
  const isPaused = deployment.spec.paused === true;
  if (isPaused === (before?.reason === PAUSED)) return undefined;
  return isPaused
    ? progressing('Unknown', PAUSED, 'Deployment is paused', now)
    : progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed', now);
}

/** True when every replica is of the new template and available, and the spec was seen. */
export function isComplete(
  { metadata, spec }: Deployment,
  status: DeploymentStatus | undefined,
): boolean {
  const desired = spec.replicas ?? 1;
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1)
  );
}

/** The conditions of a sync of the rollout whose counts `status` has. */
export function rolloutConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  sets: ReplicaSets,
  now: SimTime,
): readonly DeploymentCondition[] {
  const conditions = progressConditions(deployment, status, sets.current, now);
  const failure = replicaFailure(sets);
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return withCondition({ ...status, conditions }, failure);
}

function progressConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
  now: SimTime,
): readonly DeploymentCondition[] {
  const before = conditionOf(deployment.status, 'Progressing');
  const others = status.conditions?.filter(({ type }) => type !== 'Progressing') ?? [];
  if (!hasDeadline(deployment)) return others;
  if (before?.reason === COMPLETE && status.replicas === status.updatedReplicas) {
    return status.conditions ?? [];
  }
  const { metadata } = current ?? deployment;
  const subject = `${current === undefined ? 'Deployment' : 'ReplicaSet'} "${metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(status, progressing('True', COMPLETE, message, now));
  }
  if (isProgressing(deployment.status, status)) {
    const fresh = progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    const since = before?.status === 'True' ? before.lastTransitionTime : now;
    return [...others, { ...fresh, ...(since !== undefined && { lastTransitionTime: since }) }];
  }
  if (isTimedOut(deployment, before, now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(status, progressing('False', TIMED_OUT, message, now));
  }
  return status.conditions ?? [];
}

/** True when more is new, ready or available than before, or less is old. */
function isProgressing(before: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const count = (of: DeploymentStatus | undefined, field: 'replicas' | 'updatedReplicas'): number =>
    of?.[field] ?? 0;
  const old = (of: DeploymentStatus | undefined): number =>
    count(of, 'replicas') - count(of, 'updatedReplicas');
  return (
    count(status, 'updatedReplicas') > count(before, 'updatedReplicas') ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function isTimedOut(
  { spec }: Deployment,
  before: DeploymentCondition | undefined,
  now: SimTime,
): boolean {
  if (before === undefined || before.reason === COMPLETE) return false;
  if (before.reason === TIMED_OUT) return true;
  const deadlineUs = (spec.progressDeadlineSeconds ?? 0) * 1_000_000;
  return (before.lastUpdateTime ?? 0) + deadlineUs < now;
}

/** The new ReplicaSet's failure to create or delete pods, else the first old one's. */
function replicaFailure({ current, old }: ReplicaSets): DeploymentCondition | undefined {
  for (const each of current === undefined ? old : [current, ...old]) {
    const failure = each.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const at = failure.lastTransitionTime;
    return { ...failure, ...(at !== undefined && { lastUpdateTime: at }) };
  }
  return undefined;
}

/**
 * Time until a Deployment whose status stays as it is must be looked at again, a second after its
 * deadline, µs; undefined when it need not be, 0 when it is overdue: then as soon as the queue's
 * limiter lets it. One that was complete and loses a pod for good stays overdue, for no deadline is
 * told after completion (kubernetes#106054): as upstream, it is then looked at 10 times a second
 * (the bucket of the limiter), without a call, until the pod is available again.
 */
export function recheckDelayUs(
  deployment: Deployment,
  status: DeploymentStatus,
  now: SimTime,
): number | undefined {
  const condition = conditionOf(deployment.status, 'Progressing');
  if (condition === undefined || !hasDeadline(deployment)) return undefined;
  if (isComplete(deployment, status) || condition.reason === TIMED_OUT) return undefined;
  const deadlineUs = (deployment.spec.progressDeadlineSeconds ?? 0) * 1_000_000;
  const leftUs = (condition.lastUpdateTime ?? 0) + deadlineUs - now;
  return leftUs < 1_000_000 ? 0 : leftUs + 1_000_000;
}
