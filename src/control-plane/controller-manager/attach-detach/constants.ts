// Settings of the attach/detach controller.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  reconcilerLoopPeriodUs: {
    value: 100_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/volume/attachdetach (reference: nodes-controllers 3.16)',
  },
  maxWaitForUnmountUs: {
    value: 360_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers 3.16',
    note: 'then a volume is taken from a node that is not healthy, mounted or not',
  },
  attachTimeoutUs: {
    value: 120_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/volume/csi csiTimeout',
    note: 'for the external-attacher to attach, or to detach, a volume',
  },
  retryInitialUs: {
    value: 500_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/util/goroutinemap/exponentialbackoff (reference: 3.16)',
  },
  retryMaxUs: {
    value: 122_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/util/goroutinemap/exponentialbackoff (reference: 3.16)',
  },
  nodePatchBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of status.volumesAttached with a few volumes',
  },
} as const;

/** Constants of the attach/detach controller. */
export const attachDetachConstants: Constants<typeof table> = defineConstants(
  'attach-detach',
  table,
);
