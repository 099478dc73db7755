// Settings of the CSI sidecars that run beside a driver's controller.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  kubeApiQps: {
    value: 5,
    unit: 'requests/s',
    source: 'kubernetes-csi/external-provisioner and external-attacher, --kube-api-qps',
    note: 'of each sidecar',
  },
  kubeApiBurst: {
    value: 10,
    unit: 'requests',
    source: 'kubernetes-csi/external-provisioner and external-attacher, --kube-api-burst',
  },
  provisionerWorkers: {
    value: 100,
    unit: 'workers',
    source: 'kubernetes-csi/external-provisioner, --worker-threads',
    note: 'for claims, and as many for volumes to delete',
  },
  attacherWorkers: {
    value: 10,
    unit: 'workers',
    source: 'kubernetes-csi/external-attacher, --worker-threads',
  },
  provisionerTimeoutUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'kubernetes-csi/external-provisioner, --timeout',
    note: 'of one call to the driver',
  },
  attacherTimeoutUs: {
    value: 15_000_000,
    unit: 'µs',
    source: 'kubernetes-csi/external-attacher, --timeout',
  },
  retryInitialUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'kubernetes-csi/external-provisioner and external-attacher, --retry-interval-start',
  },
  retryMaxUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'kubernetes-csi/external-provisioner and external-attacher, --retry-interval-max',
  },
  syncCpuUs: {
    value: 100,
    unit: 'µs',
    source: 'ASSUMED: as a sync of a controller of kube-controller-manager',
  },
  cores: {
    value: 1,
    unit: 'cores',
    source: 'ASSUMED: the sidecars of a driver share a core of some node, which does little else',
  },
  patchBytes: {
    value: 200,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of finalizers, or of the status of a VolumeAttachment',
  },
} as const;

/** Constants of the CSI sidecars. */
export const csiConstants: Constants<typeof table> = defineConstants('csi', table);
