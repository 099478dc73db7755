// Settings and costs of the cloud-controller-manager.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  kubeApiQps: {
    value: 20,
    unit: 'requests/s',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
  },
  kubeApiBurst: {
    value: 30,
    unit: 'requests',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
  },
  nodeMonitorPeriodUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
  },
  nodeStatusUpdateFrequencyUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
  },
  concurrentNodeSyncs: {
    value: 1,
    unit: 'workers',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
  },
  nodeUpdateRetries: {
    value: 20,
    unit: 'attempts',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
    note: 'of a write that another one has overtaken',
  },
  nodeUpdateRetryUs: {
    value: 50_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider (reference: nodes-controllers 4.1)',
    note: 'plus up to as much again',
  },
  concurrentServiceSyncs: {
    value: 1,
    unit: 'workers',
    source: 'Kubernetes v1.36 staging cloud-provider service (reference: nodes-controllers 4.2)',
  },
  serviceRetryMinUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider service (reference: nodes-controllers 4.2)',
  },
  serviceRetryMaxUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider service (reference: nodes-controllers 4.2)',
  },
  nodeSyncPeriodUs: {
    value: 100_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider service (reference: nodes-controllers 4.2)',
  },
  routeReconciliationPeriodUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 staging cloud-provider route (reference: nodes-controllers 4.3)',
  },
  concurrentRouteOperations: {
    value: 200,
    unit: 'calls',
    source: 'Kubernetes v1.36 staging cloud-provider route (reference: nodes-controllers 4.3)',
  },
  nodeSyncCpuUs: { value: 100, unit: 'µs', source: 'ASSUMED: as a sync of other controllers' },
  serviceSyncCpuUs: { value: 100, unit: 'µs', source: 'ASSUMED: as a sync of other controllers' },
  patchBytes: { value: 300, unit: 'bytes', source: 'ASSUMED: a PATCH of a few fields' },
} as const;

export const cloudControllerManagerConstants: Constants<typeof table> = defineConstants(
  'cloud-controller-manager',
  table,
);
