// Settings and costs of the controllers that watch over nodes.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  nodeMonitorPeriodUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'from the end of a pass to the next',
  },
  nodeMonitorGracePeriodUs: {
    value: 50_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  nodeStartupGracePeriodUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'of a node that has never reported',
  },
  nodeUpdateWorkers: {
    value: 8,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  nodeStatusUpdateRetries: {
    value: 5,
    unit: 'attempts',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  nodeStatusRetryUs: {
    value: 20_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  nodeEvictionPeriodUs: {
    value: 100_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'between two looks at the queues of all zones',
  },
  nodeEvictionQps: {
    value: 0.1,
    unit: 'nodes/s',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'of one zone, burst 1',
  },
  secondaryNodeEvictionQps: {
    value: 0.01,
    unit: 'nodes/s',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'of a large zone that is partly down; of a small one 0',
  },
  largeClusterSizeThreshold: {
    value: 50,
    unit: 'nodes',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  unhealthyZoneThreshold: {
    value: 0.55,
    unit: '1',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
  },
  evictionRetryUs: {
    value: 50_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14)',
    note: 'after a taint that failed',
  },
  taintEvictionRetries: {
    value: 5,
    unit: 'attempts',
    source: 'Kubernetes v1.36 pkg/controller/tainteviction (reference: nodes-controllers 3.14)',
  },
  taintEvictionRetryUs: {
    value: 10_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/tainteviction (reference: nodes-controllers 3.14)',
  },
  nodeCheckNanoseconds: {
    value: 10_000,
    unit: 'ns/node',
    source: 'ASSUMED: copying a node and comparing its heartbeats in one pass',
  },
  nodeUpdateCpuUs: {
    value: 10,
    unit: 'µs',
    source:
      'recorded: golden/timeline/service-times.json, workqueue node_lifecycle_controller, 8-13 µs',
  },
  taintPatchBytes: { value: 200, unit: 'bytes', source: 'ASSUMED: a PATCH of the list of taints' },
  conditionPatchBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of one condition of a pod',
  },
} as const;

export const nodeLifecycleConstants: Constants<typeof table> = defineConstants(
  'node-lifecycle',
  table,
);
