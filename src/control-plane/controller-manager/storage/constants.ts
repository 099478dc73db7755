// Settings of the controllers of volumes and claims.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  volumeResyncPeriodUs: {
    value: 15_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/volume/config (reference: nodes-controllers 3.16)',
    note: 'pvClaimBinderSyncPeriod: all volumes and claims are looked at again',
  },
  bindingSyncCpuUs: {
    value: 50,
    unit: 'µs',
    source: 'ASSUMED: reads caches and compares, as other controllers do in a sync of this size',
  },
  concurrentProtectionSyncs: {
    value: 1,
    unit: 'workers',
    source: 'reference: nodes-controllers 3.2',
  },
  concurrentEphemeralVolumeSyncs: {
    value: 5,
    unit: 'workers',
    source: 'reference: nodes-controllers 3.2',
  },
} as const;

/** Constants of the controllers of volumes and claims. */
export const storageConstants: Constants<typeof table> = defineConstants('storage', table);
