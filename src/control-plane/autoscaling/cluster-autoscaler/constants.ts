// Settings and costs of the Cluster Autoscaler.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  scanIntervalUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.4' },
  kubeApiQps: { value: 5, unit: 'requests/s', source: 'reference: nodes-controllers 4.4' },
  kubeApiBurst: { value: 10, unit: 'requests', source: 'reference: nodes-controllers 4.4' },
  maxNodeProvisionTimeUs: {
    value: 900_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  maxNodeStartupTimeUs: {
    value: 900_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  initialNodeGroupBackoffUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  maxNodeGroupBackoffUs: {
    value: 1_800_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  nodeGroupBackoffResetUs: {
    value: 10_800_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  maxNodesPerScaleUp: { value: 1000, unit: 'nodes', source: 'reference: nodes-controllers 4.4' },
  okTotalUnreadyCount: { value: 3, unit: 'nodes', source: 'reference: nodes-controllers 4.4' },
  maxTotalUnreadyShare: { value: 0.45, unit: '1', source: 'reference: nodes-controllers 4.4' },
  scaleDownUnneededTimeUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  scaleDownUnreadyTimeUs: {
    value: 1_200_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  scaleDownUtilizationThreshold: {
    value: 0.5,
    unit: '1',
    source: 'reference: nodes-controllers 4.4',
  },
  scaleDownDelayAfterAddUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  scaleDownDelayAfterFailureUs: {
    value: 180_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  maxScaleDownParallelism: { value: 10, unit: 'nodes', source: 'reference: nodes-controllers 4.4' },
  maxDrainParallelism: { value: 1, unit: 'nodes', source: 'reference: nodes-controllers 4.4' },
  maxBulkSoftTaints: {
    value: 10,
    unit: 'nodes',
    source: 'kubernetes/autoscaler cluster-autoscaler config/const.go --max-bulk-soft-taint-count',
    note: 'marked as candidates for deletion in an iteration, and as many not any more',
  },
  maxGracefulTerminationSeconds: {
    value: 600,
    unit: 's',
    source: 'reference: nodes-controllers 4.4',
  },
  maxPodEvictionTimeUs: {
    value: 120_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  nodeDeleteDelayAfterTaintUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.4',
  },
  evictionRetryUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation EvictionRetryTime',
  },
  podsGonePollUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation/drain.go',
  },
  podEvictionHeadroomUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation PodEvictionHeadroom',
  },
  loopCpuUs: { value: 2_000, unit: 'µs', source: 'ASSUMED: an iteration with nothing to simulate' },
} as const;

export const clusterAutoscalerConstants: Constants<typeof table> = defineConstants(
  'cluster-autoscaler',
  table,
);
