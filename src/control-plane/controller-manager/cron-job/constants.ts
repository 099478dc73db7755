// Settings of the CronJob controller.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  concurrentCronJobSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/cronjob/config (reference: nodes-controllers 3.2)',
  },
  nextScheduleDeltaUs: {
    value: 100_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/cronjob nextScheduleDelta (reference: nodes-controllers 3.8)',
    note: 'after the scheduled time the CronJob is looked at',
  },
  manyMissedTimes: {
    value: 100,
    unit: 'times',
    source: 'Kubernetes v1.36 pkg/controller/cronjob (reference: nodes-controllers 3.8)',
    note: 'more missed start times than these are warned about',
  },
} as const;

/** Constants of the CronJob controller. */
export const cronJobConstants: Constants<typeof table> = defineConstants('cron-job', table);
