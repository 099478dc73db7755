// The status of a Job as a sync finds it, before the pods that have just ended are counted. Pure.
// Source: Kubernetes v1.36 pkg/controller/job syncJob.
import type { Job, JobCondition, JobStatus } from '../../../api/job.js';
import type { SimTime } from '../../../kernel/time.js';
import { formatIndexes } from './completion-indexes.js';
import { limitsIndexes } from './index-failures.js';
import { type Judgement, jobCondition, withTarget } from './job-judgement.js';
import { type Finished, withUncounted } from './job-tracking.js';

/** What a sync has found, with what it is about to change. */
export interface Found {
  active: number;
  readonly ready: number;
  terminating: number;
  readonly failedIndexes: ReadonlySet<number>;
  readonly judgement: Judgement | undefined;
  /** The condition Suspended, where it is news. */
  readonly suspension: JobCondition | undefined;
}

/** Whether the status says something else. */
export function isFoundNews(job: Job, { succeeded, failed }: Finished, found: Found): boolean {
  const { status = {}, spec } = job;
  const { active, ready, terminating, judgement, suspension } = found;
  const isTargeted = judgement === undefined || jobCondition(job, judgement.target) !== undefined;
  return (
    (status.startTime === undefined && spec.suspend !== true) ||
    succeeded.length + failed.length > 0 ||
    (status.active ?? 0) !== active ||
    (status.ready ?? 0) !== ready ||
    (status.terminating ?? 0) !== terminating ||
    (limitsIndexes(job) && status.failedIndexes !== formatIndexes(found.failedIndexes)) ||
    suspension !== undefined ||
    !isTargeted
  );
}

/** The status to write. */
export function foundStatus(job: Job, finished: Finished, found: Found, now: SimTime): JobStatus {
  const { status = {}, spec } = job;
  const { active, ready, terminating, failedIndexes, judgement, suspension } = found;
  const hasEnded = finished.succeeded.length + finished.failed.length > 0;
  const { startTime, ...named } = hasEnded ? withUncounted(job, finished) : status;
  const isSuspended = spec.suspend === true;
  const others = (status.conditions ?? []).filter(({ type }) => type !== suspension?.type);
  const suspended = suspension === undefined ? (status.conditions ?? []) : [...others, suspension];
  const conditions = judgement === undefined ? suspended : withTarget(suspended, judgement, now);
  return {
    ...named,
    active,
    ready,
    terminating,
    ...(limitsIndexes(job) && { failedIndexes: formatIndexes(failedIndexes) }),
    ...(conditions.length > 0 && { conditions }),
    ...(!isSuspended && { startTime: startTime ?? now }),
  };
}
