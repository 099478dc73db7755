// What all autoscalers have in common.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  checkNanoseconds: {
    value: 20_000,
    unit: 'ns/check',
    source: 'ASSUMED: the filters of the default profile for one pod on one node',
  },
  taintPatchBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of the taints of a node',
  },
} as const;

export const autoscalingConstants: Constants<typeof table> = defineConstants('autoscaling', table);
