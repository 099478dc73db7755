// Settings and costs of the Job controller.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  concurrentJobSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/job/config (reference: nodes-controllers 3.2)',
  },
  concurrentTtlSyncs: {
    value: 5,
    unit: 'workers',
    source:
      'Kubernetes v1.36 pkg/controller/ttlafterfinished/config (reference: nodes-controllers 3.2)',
  },
  syncBatchPeriodUs: {
    value: 1_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/job syncJobBatchPeriod (reference: nodes-controllers 3.8)',
    note: 'from an event of a pod to the sync that looks at it',
  },
  retryBaseUs: {
    value: 1_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/job DefaultJobApiBackOff (reference: nodes-controllers 3.8)',
  },
  retryMaxUs: {
    value: 60_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/job MaxJobApiBackOff (reference: nodes-controllers 3.8)',
  },
  podBackoffUs: {
    value: 10_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/job DefaultJobPodFailureBackOff (reference: nodes-controllers 3.8)',
    note: 'after the first failure in a row, twice as much after each further one',
  },
  podBackoffMaxUs: {
    value: 600_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/job MaxJobPodFailureBackOff (reference: nodes-controllers 3.8)',
  },
  maxPodsPerSync: {
    value: 500,
    unit: 'pods',
    source:
      'Kubernetes v1.36 pkg/controller/job MaxPodCreateDeletePerSync (reference: nodes-controllers 3.8)',
    note: 'created or deleted',
  },
  maxUncountedPods: {
    value: 500,
    unit: 'pods',
    source:
      'Kubernetes v1.36 pkg/controller/job MaxUncountedPods (reference: nodes-controllers 3.8)',
    note: 'in one status',
  },
  finalizerPatchBytes: {
    value: 150,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH that removes one finalizer, with its uid as precondition',
  },
} as const;

export const jobConstants: Constants<typeof table> = defineConstants('job', table);
