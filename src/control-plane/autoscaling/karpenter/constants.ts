// Settings and costs of Karpenter.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  batchIdleDurationUs: { value: 1_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  batchMaxDurationUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  kubeApiQps: { value: 200, unit: 'requests/s', source: 'reference: nodes-controllers 4.5' },
  kubeApiBurst: { value: 300, unit: 'requests', source: 'reference: nodes-controllers 4.5' },
  requeueUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  registrationTimeoutUs: {
    value: 900_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.5',
  },
  disruptionPeriodUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  validationDelayUs: { value: 15_000_000, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  consolidateAfterUs: { value: 0, unit: 'µs', source: 'reference: nodes-controllers 4.5' },
  expireAfterUs: {
    value: 2_592_000_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.5',
  },
  disruptionBudgetShare: { value: 0.1, unit: '1', source: 'reference: nodes-controllers 4.5' },
  evictionRetryUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.5',
    note: 'the longest pause of its eviction queue',
  },
  drainPollUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.5',
    note: 'a node drain takes 5 s at least',
  },
  unavailableOfferingUs: {
    value: 180_000_000,
    unit: 'µs',
    source: 'karpenter-provider-aws pkg/cache UnavailableOfferingsTTL',
  },
  multiNodeCandidates: {
    value: 100,
    unit: 'nodes',
    source: 'kubernetes-sigs/karpenter pkg/controllers/disruption/multinodeconsolidation.go',
    note: 'that are thought of as going together',
  },
  multiNodeTimeoutUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 4.5',
  },
  nodeClaimPatchBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of a condition and a name',
  },
  loopCpuUs: { value: 1_000, unit: 'µs', source: 'ASSUMED: a round with nothing to simulate' },
} as const;

export const karpenterConstants: Constants<typeof table> = defineConstants('karpenter', table);
