// Settings of the pod garbage collector.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  checkPeriodUs: {
    value: 20_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/podgc gcCheckPeriod (reference: nodes-controllers 3.13)',
    note: 'from the end of a pass to the next',
  },
  quarantineUs: {
    value: 40_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/podgc quarantineTime (reference: nodes-controllers 3.13)',
    note: 'from the first sight of a pod on an unknown node to the look whether the node exists',
  },
  terminatedPodThreshold: {
    value: 12_500,
    unit: 'pods',
    source: 'Kubernetes v1.36 pkg/controller/podgc/config (reference: nodes-controllers 3.13)',
    note: 'terminated pods beyond this number are deleted, the oldest first',
  },
  conditionPatchBytes: {
    value: 200,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of the phase and one condition',
  },
} as const;

/** Constants of the pod garbage collector. */
export const podGcConstants: Constants<typeof table> = defineConstants('pod-gc', table);
