/**
 * The disks that a scenario can name: a log-normal fsync with a rare, long stall, because the tail
 * and not the median is what makes etcd lose its leader.
 */

import type { DiskSpec } from '../cluster/cluster-spec.js';
import {
  cloudSsdDisk,
  type DiskConstants,
  hardDisk,
  networkDisk,
  nvmeDisk,
  virtualNvmeDisk,
} from './constants.js';

/** Names in order of speed. */
export const diskNames = ['nvme', 'virtual-nvme', 'cloud-ssd', 'network-disk', 'hdd'] as const;

export type DiskName = (typeof diskNames)[number];

const disks: Readonly<Record<DiskName, DiskConstants>> = {
  nvme: nvmeDisk,
  'virtual-nvme': virtualNvmeDisk,
  'cloud-ssd': cloudSsdDisk,
  'network-disk': networkDisk,
  hdd: hardDisk,
};

/** The disk of that name. */
export function diskNamed(name: DiskName): DiskSpec {
  const disk = disks[name];
  const { fsyncP50Us, fsyncP99Us, stallsPerMillionFsyncs, stallUs, diskBytesPerSecond } = disk;
  return {
    fsync: {
      kind: 'mixture',
      parts: [
        {
          weight: 1_000_000 - stallsPerMillionFsyncs,
          of: { kind: 'logNormal', p50: fsyncP50Us, p99: fsyncP99Us },
        },
        { weight: stallsPerMillionFsyncs, of: { kind: 'constant', value: stallUs } },
      ],
    },
    bytesPerSecond: diskBytesPerSecond,
  };
}
