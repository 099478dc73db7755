// What a Job needs now: how many pods it should have, which it gives up, and whether it is over.
// Pure. Source: Kubernetes v1.36 pkg/controller/job syncJob, manageJob (reference:
// nodes-controllers 3.8).
import type { Job, JobCondition } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';
import type { SimTime } from '../../../kernel/time.js';
import { podFromTemplate } from '../pod-control.js';
import { isPodActive, isPodReady, isPodTerminating } from '../pod-state.js';
import { victimsFirst } from '../victims.js';
import { completionIndexOf, firstFreeIndexes, indexLabels } from './completion-indexes.js';
import { jobConstants as constants } from './constants.js';
import { completedIndexes, type Finished, JOB_TRACKING, type JobCounts } from './job-tracking.js';

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

/** Pods of a Job by what they do. */
export interface JobPods {
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
}

/** O(pods). */
export function jobPods(pods: Iterable<Pod>): JobPods {
  const active: Pod[] = [];
  let ready = 0;
  let terminating = 0;
  for (const pod of pods) {
    if (isPodTerminating(pod)) terminating++;
    if (!isPodActive(pod)) continue;
    active.push(pod);
    if (isPodReady(pod)) ready++;
  }
  return { active, ready, terminating };
}

/** Why a Job has failed; undefined while it has not. */
export function failureOf(
  { spec, status }: Job,
  { failed }: JobCounts,
  now: SimTime,
): Pick<JobCondition, 'reason' | 'message'> | undefined {
  if (failed > (spec.backoffLimit ?? 6)) {
    const message = 'Job has reached the specified backoff limit';
    return { reason: 'BackoffLimitExceeded', message };
  }
  const { activeDeadlineSeconds } = spec;
  const sinceUs = status?.startTime;
  if (spec.suspend === true || activeDeadlineSeconds === undefined || sinceUs === undefined) {
    return undefined;
  }
  if (now < sinceUs + activeDeadlineSeconds * 1_000_000) return undefined;
  const message = 'Job was active longer than specified deadline';
  return { reason: 'DeadlineExceeded', message };
}

/** True when enough pods have succeeded and none is left. */
export function isComplete({ spec }: Job, { succeeded }: JobCounts, active: number): boolean {
  const { completions } = spec;
  if (completions === undefined) return succeeded > 0 && active === 0;
  return succeeded >= completions && active === 0;
}

/** Pods that should be active. */
export function wantedActive({ spec }: Job, { succeeded }: JobCounts, active: number): number {
  const { completions, parallelism = 1 } = spec;
  if (spec.suspend === true) return 0;
  if (completions !== undefined) return Math.min(Math.max(0, completions - succeeded), parallelism);
  // Once a pod of a work queue has succeeded, no other is started.
  return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
}

/** Pods to create and to delete in one sync. */
export interface JobChange {
  readonly bodies: readonly Pod[];
  readonly victims: readonly Pod[];
}

/** What brings the active pods to the wanted number. */
export function changeFor(
  job: Job,
  pods: JobPods,
  finished: Finished,
  counts: JobCounts,
  now: SimTime,
): JobChange {
  const { active, terminating } = pods;
  const wanted = wantedActive(job, counts, active.length);
  const surplus = Math.min(active.length - wanted, constants.maxPodsPerSync);
  if (surplus > 0) {
    return { bodies: [], victims: victimsFirst(active, active, now).slice(0, surplus) };
  }
  const waitsForGone = job.spec.podReplacementPolicy === 'Failed';
  const present = active.length + (waitsForGone ? terminating : 0);
  const count = Math.min(wanted - present, constants.maxPodsPerSync);
  if (count <= 0) return { bodies: [], victims: [] };
  const template = podFromTemplate(job, job.spec.template);
  const body: Pod = { ...template, metadata: { ...template.metadata, finalizers: [JOB_TRACKING] } };
  if (job.spec.completionMode !== 'Indexed') {
    return { bodies: new Array<Pod>(count).fill(body), victims: [] };
  }
  const done = completedIndexes(job, finished.succeeded);
  const used = new Set(active.map(completionIndexOf));
  const isTaken = (index: number): boolean => done.has(index) || used.has(index);
  const free = firstFreeIndexes(count, job.spec.completions ?? 0, isTaken);
  return { bodies: free.map((index) => withIndex(body, job, index)), victims: [] };
}

function withIndex(body: Pod, { metadata }: Job, index: number): Pod {
  const marks = indexLabels(index);
  return {
    ...body,
    metadata: {
      ...body.metadata,
      generateName: `${metadata.name}-${index}-`,
      labels: { ...body.metadata.labels, ...marks },
      annotations: { ...body.metadata.annotations, ...marks },
    },
    spec: { ...body.spec, hostname: `${metadata.name}-${index}` },
  };
}
