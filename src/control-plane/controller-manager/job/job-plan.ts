// What a Job needs now: how many pods it should have, which it makes and which it gives up. Pure.
// Source: Kubernetes v1.36 pkg/controller/job manageJob (reference: nodes-controllers 3.8).
import type { Job } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';
import type { SimTime } from '../../../kernel/time.js';
import { podFromTemplate } from '../pod-control.js';
import { isPodActive, isPodReady, isPodTerminating } from '../pod-state.js';
import { victimsFirst } from '../victims.js';
import { completionIndexOf, firstFreeIndexes, indexLabels } from './completion-indexes.js';
import { jobConstants as constants } from './constants.js';
import { failureMark, failuresByIndex, limitsIndexes } from './index-failures.js';
import type { JobState } from './job-judgement.js';
import { JOB_TRACKING } from './job-tracking.js';

/** Pods of a Job by what they do. */
export interface JobPods {
  readonly all: readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
}

/** O(pods). */
export function jobPods(all: readonly Pod[]): JobPods {
  const active: Pod[] = [];
  let ready = 0;
  let terminating = 0;
  for (const pod of all) {
    if (isPodTerminating(pod)) terminating++;
    if (!isPodActive(pod)) continue;
    active.push(pod);
    if (isPodReady(pod)) ready++;
  }
  return { all, active, ready, terminating };
}

/** Pods that should be active. */
function wantedActive({ spec }: Job, state: JobState): number {
  const { completions, parallelism = 1 } = spec;
  const { succeeded, active, failedIndexes } = state;
  if (spec.suspend === true) return 0;
  if (completions !== undefined) {
    return Math.min(Math.max(0, completions - succeeded - failedIndexes.size), parallelism);
  }
  // Once a pod of a work queue has succeeded, no other is started.
  return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
}

/** Pods to create and to delete in one sync. */
export interface JobChange {
  readonly bodies: readonly Pod[];
  readonly victims: readonly Pod[];
}

/** How long an index that has failed has to wait, µs. */
export type IndexWait = (index: number) => number;

/** What brings the active pods to the wanted number. */
export function changeFor(
  job: Job,
  pods: JobPods,
  state: JobState,
  waitOf: IndexWait,
  now: SimTime,
): JobChange {
  const { active, terminating } = pods;
  const wanted = wantedActive(job, state);
  const victims = surplusOf(job, active, active.length - wanted, now);
  if (victims.length > 0) return { bodies: [], victims };
  const waitsForGone = job.spec.podReplacementPolicy === 'Failed';
  const present = active.length + (waitsForGone ? terminating : 0);
  const count = Math.min(wanted - present, constants.maxPodsPerSync);
  if (count <= 0) return { bodies: [], victims: [] };
  const template = podFromTemplate(job, job.spec.template);
  const body: Pod = { ...template, metadata: { ...template.metadata, finalizers: [JOB_TRACKING] } };
  if (job.spec.completionMode !== 'Indexed') {
    return { bodies: new Array<Pod>(count).fill(body), victims: [] };
  }
  return { bodies: indexedBodies(job, pods, state, waitOf, body, count), victims: [] };
}

/** Pods of indexes that are no longer wanted or have two, then as many as are too many. */
function surplusOf(
  job: Job,
  active: readonly Pod[],
  surplus: number,
  now: SimTime,
): readonly Pod[] {
  const { completionMode, completions = 0 } = job.spec;
  const first: Pod[] = [];
  if (completionMode === 'Indexed') {
    const seen = new Set<number>();
    for (const pod of active) {
      const index = completionIndexOf(pod);
      if (index === undefined || index >= completions || seen.has(index)) first.push(pod);
      else seen.add(index);
    }
  }
  const others = Math.min(surplus, constants.maxPodsPerSync) - first.length;
  if (others <= 0) return first.slice(0, constants.maxPodsPerSync);
  const left = active.filter((pod) => !first.includes(pod));
  return [...first, ...victimsFirst(left, left, now).slice(0, others)];
}

function indexedBodies(
  job: Job,
  { active, all }: JobPods,
  { completed, failedIndexes }: JobState,
  waitOf: IndexWait,
  body: Pod,
  count: number,
): readonly Pod[] {
  const used = new Set(active.map(completionIndexOf));
  const isTaken = (index: number): boolean =>
    completed.has(index) || used.has(index) || failedIndexes.has(index) || waitOf(index) > 0;
  const free = firstFreeIndexes(count, job.spec.completions ?? 0, isTaken);
  const failures = limitsIndexes(job) ? failuresByIndex(job, all) : undefined;
  return free.map((index) => {
    const mark = failures === undefined ? {} : failureMark(failures.get(index) ?? 0);
    return withIndex(body, job, index, mark);
  });
}

function withIndex(
  body: Pod,
  { metadata }: Job,
  index: number,
  mark: Readonly<Record<string, string>>,
): Pod {
  const marks = indexLabels(index);
  return {
    ...body,
    metadata: {
      ...body.metadata,
      generateName: `${metadata.name}-${index}-`,
      labels: { ...body.metadata.labels, ...marks },
      annotations: { ...body.metadata.annotations, ...marks, ...mark },
    },
    spec: { ...body.spec, hostname: `${metadata.name}-${index}` },
  };
}
