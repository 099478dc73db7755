// Who shares the CPU of a node, and for how much of it the daemons of a node ask.
import { type Constants, defineConstants } from '../stats/constants.js';

const table = {
  systemWeight: {
    value: 100,
    unit: 'cpu.weight',
    source: 'Linux Documentation/admin-guide/cgroup-v2.rst, default of cpu.weight',
    note: 'of system.slice: kubelet, runtime and all other services together',
  },
  threadMilli: {
    value: 1_000,
    unit: 'mCPU',
    source: 'ASSUMED: a call to the runtime or a sync of the rules keeps one thread busy',
  },
  unpackMilli: {
    value: 330,
    unit: 'mCPU',
    source: 'ASSUMED: gzip unpacks 150 MB/s of compressed bytes a core, a pull brings 50 MB/s',
    note: 'of one image pull',
  },
} as const;

/** Constants of the CPU of nodes. */
export const nodeCpuConstants: Constants<typeof table> = defineConstants('node-cpu', table);
