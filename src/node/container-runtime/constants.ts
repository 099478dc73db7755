// Medians of CRI calls by runtime, on an idle node. Calibrated from partial reports of 2016 to
// 2026: nobody has published a table for current versions on standard hardware.
import { type ConstantEntry, type Constants, defineConstants } from '../../stats/constants.js';

/** The calls in which runtimes differ. */
type CallName = 'runPodSandboxUs' | 'createContainerUs' | 'startContainerUs' | 'stopContainerUs';

type CallTable = Readonly<Record<CallName, ConstantEntry & { readonly value: number }>>;

const source = 'ASSUMED: reference nodes-controllers §7.3, calibrated from the reports of §7.2';

function call(value: number, note = 'median'): CallTable[CallName] {
  return { value, unit: 'µs', source, note };
}

const sharedTable = {
  networkAddUs: {
    value: 180_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §7.3',
    note: 'median of CNI ADD with bridge or flannel; calico 163 ms, bridge 231 ms',
  },
  stopPodSandboxUs: {
    value: 150_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.22',
    note: "median with CNI DEL; removal of what is left behind is nobody's wait",
  },
  p99ToMedian: {
    value: 4,
    unit: '1',
    source: 'ASSUMED: reference nodes-controllers §7.3',
    note: 'of every call on an idle node',
  },
} as const;

const containerdTable: CallTable = {
  runPodSandboxUs: call(130_000),
  createContainerUs: call(60_000),
  startContainerUs: call(60_000),
  stopContainerUs: call(70_000),
};

const crioTable: CallTable = {
  runPodSandboxUs: call(90_000, 'median; no infra container'),
  createContainerUs: call(80_000, 'median; runc'),
  startContainerUs: call(50_000, 'median; runc; a debug log of cri-o#5797 shows 45-56 ms'),
  stopContainerUs: call(80_000),
};

const dockerTable: CallTable = {
  runPodSandboxUs: call(450_000, 'median; through dockershim'),
  createContainerUs: call(240_000, 'median; kubernetes#22585 has 364 ms on older hardware'),
  startContainerUs: call(330_000),
  stopContainerUs: call(400_000),
};

const rktTable: CallTable = {
  runPodSandboxUs: call(300_000, 'median; preparing the pod'),
  createContainerUs: call(0, 'part of the pod'),
  startContainerUs: call(430_000, 'median; run-prepared'),
  stopContainerUs: call(150_000),
};

/** What all runtimes share. */
export const runtimeConstants: Constants<typeof sharedTable> = defineConstants(
  'container-runtime',
  sharedTable,
);
export const containerdConstants: Constants<CallTable> = defineConstants(
  'containerd',
  containerdTable,
);
export const crioConstants: Constants<CallTable> = defineConstants('cri-o', crioTable);
export const dockerConstants: Constants<CallTable> = defineConstants('docker', dockerTable);
export const rktConstants: Constants<CallTable> = defineConstants('rkt', rktTable);
