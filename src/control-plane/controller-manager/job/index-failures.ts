// Failures of the indexes of a Job that has a limit for each of them: a pod carries in an
// annotation how often its index had failed before it. Pure.
// Left out: failures of pods that are gone from the store before their index is tried again.
// Source: Kubernetes v1.36 pkg/controller/job/indexed_job_utils.go.
import type { Job } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';
import { completionIndexOf, parseIndexes } from './completion-indexes.js';
import { matchFailure } from './pod-failure-policy.js';

const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';

/** Failures of its index before a pod was made. */
function failuresBefore({ metadata }: Pod): number {
  return Number(metadata.annotations?.[FAILURE_COUNT] ?? 0);
}

/** The annotation of a pod whose index has failed so often. */
export function failureMark(failures: number): Readonly<Record<string, string>> {
  return { [FAILURE_COUNT]: String(failures) };
}

/** Whether the Job limits the failures of each index. */
export function limitsIndexes({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed' && spec.backoffLimitPerIndex !== undefined;
}

/** Indexes that have failed for good, with those of pods that have just ended. */
export function failedIndexesOf(
  job: Job,
  failed: readonly Pod[],
  completed: ReadonlySet<number>,
): ReadonlySet<number> {
  const { completions = 0, backoffLimitPerIndex = 0 } = job.spec;
  if (!limitsIndexes(job)) return new Set();
  const indexes = parseIndexes(job.status?.failedIndexes, completions);
  for (const pod of failed) {
    const index = completionIndexOf(pod);
    if (index === undefined || index >= completions || completed.has(index)) continue;
    const isFailed =
      failuresBefore(pod) >= backoffLimitPerIndex || matchFailure(job, pod)?.action === 'FailIndex';
    if (isFailed) indexes.add(index);
  }
  return indexes;
}

/** Failures of each index by its pods; ignored ones count for nothing. O(pods). */
export function failuresByIndex(job: Job, pods: Iterable<Pod>): ReadonlyMap<number, number> {
  const failures = new Map<number, number>();
  for (const pod of pods) {
    const index = completionIndexOf(pod);
    const isFailed = pod.status?.phase === 'Failed';
    if (index === undefined || !isFailed) continue;
    const isIgnored = matchFailure(job, pod)?.action === 'Ignore';
    const count = failuresBefore(pod) + (isIgnored ? 0 : 1);
    failures.set(index, Math.max(failures.get(index) ?? 0, count));
  }
  return failures;
}
