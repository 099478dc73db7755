// What a CronJob needs now: the start time that is due, the Job for it, the finished Jobs that are
// too many. Pure functions. Source: Kubernetes v1.36 pkg/controller/cronjob/utils.go (reference:
// nodes-controllers 3.8).
import type { CronJob } from '../../../api/cron-job.js';
import type { Job } from '../../../api/job.js';
import type { SimTime } from '../../../kernel/time.js';
import { ascending } from '../../../stats/ascending.js';
import { jobCondition } from '../job/job-judgement.js';
import { controllerReference } from '../owner-index.js';
import type { Schedule } from './cron-schedule.js';

const SECOND_US = 1_000_000;

export interface DueTime {
  /** The latest start time that has come and is not served; undefined: none. */
  readonly scheduledUs: SimTime | undefined;
  /** Start times that have come since the last one that was served. */
  readonly missed: number;
  /** The next one to come; undefined: there is none ever. */
  readonly nextUs: SimTime | undefined;
}

/** O(missed start times). */
export function dueTime(
  { metadata, spec, status }: CronJob,
  schedule: Schedule,
  now: SimTime,
): DueTime {
  const { startingDeadlineSeconds } = spec;
  const lastUs = status?.lastScheduleTime ?? metadata.creationTimestamp ?? 0;
  const reachUs = (startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * SECOND_US;
  let nextUs = schedule.next(Math.max(lastUs, now - reachUs));
  let scheduledUs: SimTime | undefined;
  let missed = 0;
  while (nextUs !== undefined && nextUs <= now) {
    scheduledUs = nextUs;
    missed++;
    nextUs = schedule.next(nextUs);
  }
  return { scheduledUs, missed, nextUs };
}

/** Its name follows from its start time, so that it is created once. */
export function jobFor(cronJob: CronJob, scheduledUs: SimTime): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const { namespace = '' } = cronJob.metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      name: `${cronJob.metadata.name}-${Math.floor(scheduledUs / (60 * SECOND_US))}`,
      namespace,
      annotations: {
        ...metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': String(scheduledUs / SECOND_US),
      },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}

/** Finished Jobs beyond the limits of the history, the oldest first. */
export function beyondHistory({ spec }: CronJob, jobs: Iterable<Job>): readonly Job[] {
  const all = [...jobs].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ended = (type: string): Job[] =>
    all
      .filter((job) => jobCondition(job, type)?.status === 'True')
      .sort((a, b) => startOf(a) - startOf(b) || ascending(a.metadata.name, b.metadata.name));
  const oldest = (type: string, limit: number | undefined): readonly Job[] => {
    if (limit === undefined) return [];
    const finished = ended(type);
    return finished.slice(0, Math.max(0, finished.length - limit));
  };
  return [
    ...oldest('Complete', spec.successfulJobsHistoryLimit),
    ...oldest('Failed', spec.failedJobsHistoryLimit),
  ];
}

function startOf({ status, metadata }: Job): SimTime {
  return status?.startTime ?? metadata.creationTimestamp ?? 0;
}
