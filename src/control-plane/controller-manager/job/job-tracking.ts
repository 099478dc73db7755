// How a Job counts the pods that have ended: each carries a finalizer until it is counted. A pod
// that has ended is first named in the status as uncounted, then its finalizer is removed, and then
// the status moves it into a count: whatever fails in between, no pod is counted twice or missed.
// Pure. Source: Kubernetes v1.36 pkg/controller/job trackJobStatusAndRemoveFinalizers (reference:
// nodes-controllers 3.8).
import type { Job, JobStatus } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';
import { completionIndexOf, formatIndexes, parseIndexes } from './completion-indexes.js';
import { jobConstants } from './constants.js';
import { matchFailure } from './pod-failure-policy.js';

export const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';

export function hasTracking({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(JOB_TRACKING) === true;
}

/** The pod without the finalizer. */
export function withoutTracking(pod: Pod): Pod {
  const finalizers = pod.metadata.finalizers?.filter((name) => name !== JOB_TRACKING) ?? [];
  return { ...pod, metadata: { ...pod.metadata, finalizers } };
}

/** Failed, or about to be gone without having succeeded. */
function countsAsFailed({ spec }: Job, pod: Pod): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  const isLeaving = pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded';
  const waitsForGone =
    spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
  return isLeaving && !waitsForGone;
}

/** Pods that have ended and are in no count yet. */
export interface Uncounted {
  readonly succeeded: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

function uncountedOf({ status }: Job): Uncounted {
  const { succeeded = [], failed = [] } = status?.uncountedTerminatedPods ?? {};
  return { succeeded: new Set(succeeded), failed: new Set(failed) };
}

/** Pods of a Job by what is to become of them; `expected`: their finalizers are being removed. */
export interface Finished {
  /** Ended, with the finalizer, and in no status yet. */
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
  /** Failed pods that the policy of the Job does not count. */
  readonly ignored: readonly Pod[];
}

/** Finds the pods that have ended since the last status. O(pods). */
export function newlyFinished(
  job: Job,
  pods: Iterable<Pod>,
  expected: ReadonlySet<string>,
): Finished {
  const uncounted = uncountedOf(job);
  const succeeded: Pod[] = [];
  const failed: Pod[] = [];
  const ignored: Pod[] = [];
  for (const pod of pods) {
    const { uid = '' } = pod.metadata;
    const isKnown = uncounted.succeeded.has(uid) || uncounted.failed.has(uid);
    if (!hasTracking(pod) || expected.has(uid) || isKnown) continue;
    if (pod.status?.phase === 'Succeeded') succeeded.push(pod);
    else if (!countsAsFailed(job, pod)) continue;
    else if (matchFailure(job, pod)?.action === 'Ignore') ignored.push(pod);
    else failed.push(pod);
  }
  return { succeeded, failed, ignored };
}

/** Succeeded and failed pods of all times. */
export interface JobCounts {
  readonly succeeded: number;
  readonly failed: number;
}

/** Counts of a status with those that it names and those that have just ended. */
export function totalCounts(job: Job, finished: Finished): JobCounts {
  const { status } = job;
  const uncounted = uncountedOf(job);
  const failed = (status?.failed ?? 0) + uncounted.failed.size + finished.failed.length;
  if (job.spec.completionMode === 'Indexed') {
    return { succeeded: completedIndexes(job, finished.succeeded).size, failed };
  }
  const before = (status?.succeeded ?? 0) + uncounted.succeeded.size;
  return { succeeded: before + finished.succeeded.length, failed };
}

/** Indexes that have a pod that succeeded. */
export function completedIndexes(job: Job, succeeded: readonly Pod[]): Set<number> {
  const { completions = 0 } = job.spec;
  const indexes = parseIndexes(job.status?.completedIndexes, completions);
  for (const pod of succeeded) {
    const index = completionIndexOf(pod);
    if (index !== undefined && index < completions) indexes.add(index);
  }
  return indexes;
}

/** The status that names what has ended, as far as one status has room for it. */
export function withUncounted(job: Job, { succeeded, failed }: Finished): JobStatus {
  const status = job.status ?? {};
  const before = uncountedOf(job);
  const uids = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.uid ?? '');
  const isIndexed = job.spec.completionMode === 'Indexed';
  const indexes = completedIndexes(job, succeeded);
  const names = {
    succeeded: [...before.succeeded, ...(isIndexed ? [] : uids(succeeded))],
    failed: [...before.failed, ...uids(failed)],
  };
  return {
    ...status,
    ...(isIndexed && { completedIndexes: formatIndexes(indexes), succeeded: indexes.size }),
    uncountedTerminatedPods: {
      ...(names.succeeded.length > 0 && { succeeded: names.succeeded }),
      ...(names.failed.length > 0 && { failed: names.failed }),
    },
  };
}

/** As many pods as one status may name. */
export function withinLimit({ succeeded, failed, ignored }: Finished): Finished {
  const { maxUncountedPods } = jobConstants;
  const first = succeeded.slice(0, maxUncountedPods);
  const second = failed.slice(0, maxUncountedPods - first.length);
  return { succeeded: first, failed: second, ignored };
}

/** Moves the named pods whose finalizers are gone into the counts; the same status without any. */
export function withCounted(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = {
    succeeded: succeeded.filter((uid) => tracked.has(uid)),
    failed: failed.filter((uid) => tracked.has(uid)),
  };
  const counted = {
    succeeded: succeeded.length - left.succeeded.length,
    failed: failed.length - left.failed.length,
  };
  if (counted.succeeded + counted.failed === 0) return status;
  return {
    ...status,
    ...(counted.succeeded > 0 && { succeeded: (status.succeeded ?? 0) + counted.succeeded }),
    ...(counted.failed > 0 && { failed: (status.failed ?? 0) + counted.failed }),
    uncountedTerminatedPods: {
      ...(left.succeeded.length > 0 && { succeeded: left.succeeded }),
      ...(left.failed.length > 0 && { failed: left.failed }),
    },
  };
}
