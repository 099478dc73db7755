// Whether a Job is over, and how. It is told in two steps: first a condition that says where it
// goes (SuccessCriteriaMet, FailureTarget), with which its pods are ended, then, when none of them
// is left, the condition that ends it (Complete, Failed). Pure.
// Source: Kubernetes v1.36 pkg/controller/job syncJob, success_policy.go (reference:
// nodes-controllers 3.8).
import type { Job, JobCondition } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';
import type { SimTime } from '../../../kernel/time.js';
import { parseIndexes } from './completion-indexes.js';
import { failedIndexesOf } from './index-failures.js';
import { completedIndexes, type Finished, totalCounts } from './job-tracking.js';
import { matchFailure } from './pod-failure-policy.js';

export function jobCondition({ status }: Job, type: string): JobCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** The condition with which a Job has ended, Complete or Failed; undefined: it goes on. */
export function endOf(job: Job): JobCondition | undefined {
  const ends = ['Complete', 'Failed'].map((type) => jobCondition(job, type));
  return ends.find((condition) => condition?.status === 'True');
}

/** Complete or Failed. */
export function isFinished(job: Job): boolean {
  return endOf(job) !== undefined;
}

/** Where a Job goes, and why. */
export interface Judgement {
  readonly target: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

/** What a sync has found out about a Job. */
export interface JobState {
  /** Succeeded and failed pods, or indexes, of all times. */
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  /** Of a Job that is Indexed. */
  readonly completed: ReadonlySet<number>;
  /** Of one with a limit per index. */
  readonly failedIndexes: ReadonlySet<number>;
}

const fails = (reason: string, message: string): Judgement => ({
  target: 'FailureTarget',
  reason,
  message,
});

const succeeds = (reason: string, message: string): Judgement => ({
  target: 'SuccessCriteriaMet',
  reason,
  message,
});

/** How far a Job is, with what has just ended. */
export function stateOf(job: Job, finished: Finished, active: number): JobState {
  const isIndexed = job.spec.completionMode === 'Indexed';
  const completed = isIndexed ? completedIndexes(job, finished.succeeded) : new Set<number>();
  // Pods that are ended because the Job has failed do not fail their indexes.
  const isFailing = jobCondition(job, 'FailureTarget')?.status === 'True';
  const failedIndexes = failedIndexesOf(job, isFailing ? [] : finished.failed, completed);
  return { ...totalCounts(job, finished), active, completed, failedIndexes };
}

/** Undefined while the Job goes on. O(pods). */
export function judge(
  job: Job,
  state: JobState,
  pods: Iterable<Pod>,
  now: SimTime,
): Judgement | undefined {
  return (
    known(job) ??
    policyFailure(job, pods) ??
    limitFailure(job, state, pods) ??
    deadlineFailure(job, now) ??
    indexFailure(job, state) ??
    policySuccess(job, state) ??
    completion(job, state)
  );
}

/** What an earlier sync has found. */
function known(job: Job): Judgement | undefined {
  for (const target of ['FailureTarget', 'SuccessCriteriaMet'] as const) {
    const condition = jobCondition(job, target);
    if (condition?.status !== 'True') continue;
    return { target, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function policyFailure(job: Job, pods: Iterable<Pod>): Judgement | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    if (pod.status?.phase !== 'Failed') continue;
    const match = matchFailure(job, pod);
    if (match?.action === 'FailJob') return fails('PodFailurePolicy', match.message);
  }
  return undefined;
}

function limitFailure({ spec }: Job, state: JobState, pods: Iterable<Pod>): Judgement | undefined {
  const { backoffLimit = 6, template } = spec;
  const restarts = template.spec.restartPolicy === 'OnFailure' ? restartsOf(pods) : 0;
  const isRestarted = restarts > 0 && restarts >= backoffLimit;
  if (state.failed <= backoffLimit && !isRestarted) return undefined;
  return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
}

/** Restarts of the containers of pods that have not ended. */
function restartsOf(pods: Iterable<Pod>): number {
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    const { containerStatuses = [], initContainerStatuses = [] } = status;
    for (const each of [...containerStatuses, ...initContainerStatuses]) {
      restarts += each.restartCount;
    }
  }
  return restarts;
}

function deadlineFailure({ spec, status }: Job, now: SimTime): Judgement | undefined {
  const { activeDeadlineSeconds, suspend } = spec;
  const sinceUs = status?.startTime;
  if (suspend === true || activeDeadlineSeconds === undefined || sinceUs === undefined) {
    return undefined;
  }
  if (now < sinceUs + activeDeadlineSeconds * 1_000_000) return undefined;
  return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
}

function indexFailure({ spec }: Job, { failedIndexes }: JobState): Judgement | undefined {
  const { maxFailedIndexes } = spec;
  if (maxFailedIndexes === undefined || failedIndexes.size <= maxFailedIndexes) return undefined;
  const message = 'Job has exceeded the specified maximal number of failed indexes';
  return fails('MaxFailedIndexesExceeded', message);
}

function policySuccess({ spec }: Job, { completed }: JobState): Judgement | undefined {
  const { completions = 0, successPolicy } = spec;
  for (const [index, rule] of (successPolicy?.rules ?? []).entries()) {
    const { succeededIndexes, succeededCount } = rule;
    const asked =
      succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, completions);
    // A rule that names no indexes is never met.
    if (asked?.size === 0) continue;
    const met =
      asked === undefined
        ? completed.size
        : [...asked].filter((each) => completed.has(each)).length;
    const wanted = succeededCount ?? asked?.size ?? completions;
    if (met >= wanted) return succeeds('SuccessPolicy', `Matched rules at index ${index}`);
  }
  return undefined;
}

function completion({ spec }: Job, state: JobState): Judgement | undefined {
  const { completions } = spec;
  const { succeeded, active, failedIndexes } = state;
  if (active > 0) return undefined;
  const isEnough =
    completions === undefined ? succeeded > 0 : succeeded + failedIndexes.size >= completions;
  if (!isEnough) return undefined;
  if (failedIndexes.size > 0) return fails('FailedIndexes', 'Job has failed indexes');
  return succeeds('CompletionsReached', 'Reached expected number of succeeded pods');
}

/** The conditions with the one that says where the Job goes. */
export function withTarget(
  conditions: readonly JobCondition[],
  { target, reason, message }: Judgement,
  now: SimTime,
): readonly JobCondition[] {
  if (conditions.some(({ type, status }) => type === target && status === 'True')) {
    return conditions;
  }
  return [
    ...conditions,
    { type: target, status: 'True', lastTransitionTime: now, reason, message },
  ];
}

/** The condition that ends the Job. */
export function finalCondition({ target, reason, message }: Judgement, now: SimTime): JobCondition {
  const type = target === 'FailureTarget' ? 'Failed' : 'Complete';
  return { type, status: 'True', lastTransitionTime: now, reason, message };
}

/** The condition that says that a Job is suspended or resumed, where that is news. */
export function suspensionNews({ spec, status }: Job, now: SimTime): JobCondition | undefined {
  const found = status?.conditions?.find(({ type }) => type === 'Suspended');
  const isSuspended = spec.suspend === true;
  if ((found?.status === 'True') === isSuspended) return undefined;
  return {
    type: 'Suspended',
    status: isSuspended ? 'True' : 'False',
    lastTransitionTime: now,
    reason: isSuspended ? 'JobSuspended' : 'JobResumed',
    message: isSuspended ? 'Job suspended' : 'Job resumed',
  };
}
