// The feature gates that test cases of scheduler_perf set: those that the simulated scheduler
// obeys, and those whose state here is fixed.
// Source: Kubernetes v1.36 pkg/features/kube_features.go; reference: scheduler 0.

import {
  defaultFeatureGates,
  type SchedulerFeatureGates,
} from '../../control-plane/scheduler/feature-gates.js';

/** Gates whose behaviour the simulator has in one state only. */
const fixedGates: ReadonlyMap<string, boolean> = new Map([
  ['CSIMigration', true],
  ['CSIMigrationAWS', true],
  ['ClearingNominatedNodeNameAfterBinding', true],
  ['DRAConsumableCapacity', false],
  ['DRADeviceBindingConditions', false],
  ['DRADeviceTaints', false],
  ['DRAExtendedResource', false],
  ['DRAPartitionableDevices', false],
  ['DRAPrioritizedList', false],
  ['DRAResourceClaimDeviceStatus', false],
  ['DynamicResourceAllocation', true],
  ['GangScheduling', false],
  ['GenericWorkload', false],
  ['InPlacePodVerticalScaling', true],
  ['MatchLabelKeysInPodAffinity', true],
  ['MatchLabelKeysInPodTopologySpread', true],
  ['NodeInclusionPolicyInPodTopologySpread', true],
  ['OpportunisticBatching', false],
  ['PodLevelResources', true],
  ['SchedulerPopFromBackoffQ', true],
  ['SidecarContainers', true],
  ['StorageCapacityScoring', false],
  ['TaintTolerationComparisonOperators', false],
  ['TopologyAwareWorkloadScheduling', false],
  ['VolumeLimitScaling', false],
]);

const obeyedGates = Object.keys(defaultFeatureGates).sort((a, b) => (a < b ? -1 : 1));

/** All gates that are known by name, for messages. */
export const knownGates: readonly string[] = [...obeyedGates, ...fixedGates.keys()];

/** Whether the scheduler obeys the gate. */
export function isObeyed(gate: string): gate is keyof SchedulerFeatureGates {
  return obeyedGates.includes(gate);
}

/** What there is to say about a gate in that state; undefined: it is so here. */
export function gateNotice(gate: string, state: boolean): string | undefined {
  const fixed = fixedGates.get(gate);
  if (isObeyed(gate) || fixed === state) return undefined;
  const word = (value: boolean): string => (value ? 'on' : 'off');
  if (fixed === undefined) return `feature gate ${gate} is not known; it has no effect`;
  return `feature gate ${gate} is ${word(state)} in the file; it is ${word(fixed)} here`;
}
