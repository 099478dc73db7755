/**
 * What a scenario gets when it says nothing: the defaults that are numbers of the model, and the
 * disks that `controlPlane.etcd.disk` can name.
 */

import { type Constants, defineConstants } from '../stats/constants.js';

const cloudNetwork = 'reference: controlplane.md A15 (peer RTT in one zone 0.2 to 0.3 ms)';

/** Links, images and applications of a scenario that does not describe its own. */
export const scenarioDefaults = defineConstants('scenario', {
  controlPlaneDelayUs: { value: 100, unit: 'µs', source: cloudNetwork, note: 'one way' },
  nodeDelayUs: { value: 125, unit: 'µs', source: cloudNetwork, note: 'one way' },
  linkBytesPerSecond: {
    value: 1_250_000_000,
    unit: 'bytes/s',
    source: 'reference: controlplane.md A13.4 (10 GbE for large clusters)',
  },
  webhookLatencyUs: {
    value: 5_000,
    unit: 'µs',
    source: 'reference: controlplane.md E1 (2 to 10 ms); state latency to replace it',
  },
  registryBytesPerSecond: {
    value: 50_000_000,
    unit: 'bytes/s',
    source: 'reference: nodes-controllers.md §1.9 (single-image throughput, compressed)',
  },
  imageP50Bytes: {
    value: 60_000_000,
    unit: 'bytes',
    source: 'ASSUMED a service image on a slim base; state imageSizes to replace it',
  },
  imageP99Bytes: {
    value: 700_000_000,
    unit: 'bytes',
    source: 'ASSUMED an image with a full runtime; state imageSizes to replace it',
  },
  trafficTimeoutUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'ASSUMED the connect timeout of many HTTP clients; state timeout to replace it',
  },
  externalClients: {
    value: 100,
    unit: 'addresses',
    source: 'ASSUMED; state from.external.clients to replace it',
    note: 'that traffic from outside comes from',
  },
  jobRunTimeUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'ASSUMED; state the annotation kubeclock.dev/run-time to replace it',
    note: 'of containers of a Job or CronJob',
  },
  applicationStartP50Us: {
    value: 1_000_000,
    unit: 'µs',
    source: 'ASSUMED a compiled service; state applicationStart to replace it',
  },
  applicationStartP99Us: {
    value: 8_000_000,
    unit: 'µs',
    source: 'ASSUMED a service on a virtual machine runtime; state applicationStart to replace it',
  },
});

const calibratedStorage = 'ASSUMED: reference nodes-controllers.md §3.16, calibrated';

/** The CSI driver of a scenario that describes none: a block device of a cloud. */
export const csiDriverDefaults = defineConstants('scenario-csi', {
  provisionP50Us: { value: 3_000_000, unit: 'µs', source: calibratedStorage },
  provisionP99Us: { value: 20_000_000, unit: 'µs', source: calibratedStorage },
  deleteP50Us: { value: 3_000_000, unit: 'µs', source: 'ASSUMED: as long as to provision' },
  deleteP99Us: { value: 20_000_000, unit: 'µs', source: 'ASSUMED: as long as to provision' },
  attachP50Us: { value: 5_000_000, unit: 'µs', source: calibratedStorage },
  attachP99Us: { value: 30_000_000, unit: 'µs', source: calibratedStorage },
  detachP50Us: { value: 5_000_000, unit: 'µs', source: 'ASSUMED: as long as to attach' },
  detachP99Us: { value: 30_000_000, unit: 'µs', source: 'ASSUMED: as long as to attach' },
  stageP50Us: {
    value: 500_000,
    unit: 'µs',
    source: 'ASSUMED: finds the device, makes an ext4 file system of some GiB, mounts it',
  },
  stageP99Us: { value: 3_000_000, unit: 'µs', source: 'ASSUMED: the same of a large or slow disk' },
  unstageP50Us: { value: 100_000, unit: 'µs', source: 'ASSUMED: flushes and unmounts' },
  unstageP99Us: { value: 1_000_000, unit: 'µs', source: 'ASSUMED: flushes and unmounts' },
  publishP50Us: { value: 20_000, unit: 'µs', source: 'ASSUMED: a bind mount' },
  publishP99Us: { value: 150_000, unit: 'µs', source: 'ASSUMED: a bind mount' },
});

interface DiskRow {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly stallsPerMillion: number;
  readonly stallUs: number;
  readonly bytesPerSecond: number;
}

const suggested = 'reference: controlplane.md A13.7';
const hardwareGuide = 'reference: controlplane.md A13.4';

/** Two log-normal points, how often an fsync stalls, for how long, and sequential throughput. */
function diskConstants<const G extends string>(group: G, row: DiskRow): Constants<DiskEntries> {
  return defineConstants(group, {
    fsyncP50Us: { value: row.p50Us, unit: 'µs', source: suggested },
    fsyncP99Us: { value: row.p99Us, unit: 'µs', source: suggested },
    stallsPerMillionFsyncs: { value: row.stallsPerMillion, unit: '1', source: suggested },
    stallUs: { value: row.stallUs, unit: 'µs', source: suggested },
    diskBytesPerSecond: { value: row.bytesPerSecond, unit: 'bytes/s', source: hardwareGuide },
  });
}

type DiskEntries = Readonly<
  Record<
    'fsyncP50Us' | 'fsyncP99Us' | 'stallsPerMillionFsyncs' | 'stallUs' | 'diskBytesPerSecond',
    { readonly value: number; readonly unit: string; readonly source: string }
  >
>;

/** A disk by its numbers: fsync medians and tails, and rare stalls. */
export type DiskConstants = Constants<DiskEntries>;

export const nvmeDisk: DiskConstants = diskConstants('disk-nvme', {
  p50Us: 100,
  p99Us: 500,
  stallsPerMillion: 1,
  stallUs: 50_000,
  bytesPerSecond: 1_000_000_000,
});

export const virtualNvmeDisk: DiskConstants = diskConstants('disk-virtual-nvme', {
  p50Us: 1_000,
  p99Us: 5_000,
  stallsPerMillion: 10,
  stallUs: 100_000,
  bytesPerSecond: 400_000_000,
});

export const cloudSsdDisk: DiskConstants = diskConstants('disk-cloud-ssd', {
  p50Us: 2_000,
  p99Us: 12_000,
  stallsPerMillion: 100,
  stallUs: 500_000,
  bytesPerSecond: 125_000_000,
});

export const networkDisk: DiskConstants = diskConstants('disk-network-disk', {
  p50Us: 7_000,
  p99Us: 70_000,
  stallsPerMillion: 1_000,
  stallUs: 2_000_000,
  bytesPerSecond: 60_000_000,
});

export const hardDisk: DiskConstants = diskConstants('disk-hdd', {
  p50Us: 10_000,
  p99Us: 40_000,
  stallsPerMillion: 1_000,
  stallUs: 500_000,
  bytesPerSecond: 100_000_000,
});
