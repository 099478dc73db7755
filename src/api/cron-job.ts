/**
 * The CronJob: creates jobs on a schedule.
 *
 * Source: Kubernetes v1.36 `batch/v1` types.
 */

import type { JobTemplateSpec } from './job.js';
import type { ApiObject, ObjectReference } from './object-meta.js';
import type { Time } from './time.js';

export interface CronJobSpec {
  /** Five fields, or a macro such as `@hourly`. */
  readonly schedule: string;
  readonly timeZone?: string;
  readonly startingDeadlineSeconds?: number;
  readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend?: boolean;
  readonly jobTemplate: JobTemplateSpec;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
}

export interface CronJobStatus {
  readonly active?: readonly ObjectReference[];
  readonly lastScheduleTime?: Time;
  readonly lastSuccessfulTime?: Time;
}

export interface CronJob extends ApiObject {
  readonly apiVersion: 'batch/v1';
  readonly kind: 'CronJob';
  readonly spec: CronJobSpec;
  readonly status?: CronJobStatus;
}
