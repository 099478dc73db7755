// How scheduler_perf drives a cluster.
import { type Constants, defineConstants } from '../../stats/constants.js';

const executor = 'Kubernetes v1.36 test/integration/scheduler_perf/executor.go';
const setUp = 'Kubernetes v1.36 test/integration/scheduler_perf/util.go';

const table = {
  clientQps: { value: 5000, unit: 'requests/s', source: `${setUp} (reference: scheduler 5.1)` },
  clientBurst: { value: 5000, unit: 'requests', source: `${setUp} (reference: scheduler 5.1)` },
  podCreators: {
    value: 30,
    unit: '1',
    source: 'Kubernetes v1.36 test/utils/runners.go CreatePod (reference: scheduler 5.2)',
    note: 'requests in flight of one createPods',
  },
  pollIntervalUs: {
    value: 1_000_000,
    unit: 'µs',
    source: `${executor} (reference: scheduler 5.1)`,
    note: 'between two looks at the pods that are waited for',
  },
  waitTimeoutUs: {
    value: 600_000_000,
    unit: 'µs',
    source: `${executor} (reference: scheduler 5.1)`,
  },
  workloadTimeoutUs: {
    value: 1_800_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 test/integration/scheduler_perf (reference: scheduler 5.1)',
  },
  churnIntervalUs: {
    value: 500_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 test/integration/scheduler_perf/operations.go churnOp',
  },
  patchBytes: {
    value: 120,
    unit: 'bytes',
    source: 'ASSUMED: a merge patch of one label or of a few amounts',
  },
} as const;

/** Constants of scheduler_perf. */
export const schedulerPerfConstants: Constants<typeof table> = defineConstants(
  'scheduler-perf',
  table,
);
