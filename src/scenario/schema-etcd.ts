/**
 * etcd in a scenario: its members, machines, disks and flags, by the names of the flags.
 */

import { z } from 'zod';
import { diskNames } from './disks.js';
import {
  bandwidth,
  duration,
  durations,
  list,
  mapping,
  name,
  oneOf,
  positiveDuration,
  positiveNumber,
  quantity,
  wholeNumber,
} from './schema-parts.js';

/** Machines: so many alike, or each by itself. */
export const hosts = z.union(
  [
    mapping({
      count: wholeNumber(1, 99)
        .optional()
        .describe('Machines that are alike; of etcd as many as members when absent.'),
      cores: positiveNumber().optional().describe('Of each; 4 when absent.'),
    }),
    list(
      mapping({
        name: name('a host name').describe('Of the machine, such as master-0.'),
        cores: positiveNumber().describe('Of this machine, such as 4 or 0.5.'),
      }),
      'hosts {name, cores}',
      1,
    ),
  ],
  { error: 'a mapping {count, cores}, or a list of hosts {name, cores}' },
);

const disk = z.union(
  [
    oneOf(diskNames),
    mapping({
      fsync: durations.describe('Time of one flush, such as {p50: 2ms, p99: 8ms}.'),
      bytesPerSecond: bandwidth
        .optional()
        .describe('That it writes, such as 125M; those of nvme when absent.'),
    }),
  ],
  { error: `one of ${diskNames.join(', ')}, or a mapping {fsync, bytesPerSecond}` },
);

export const etcd = mapping({
  members: wholeNumber(1, 9).optional().describe('Odd: an even number adds no safety.'),
  hosts: hosts.optional().describe("Machines of its own; without them, the control plane's."),
  disk: disk.optional().describe('Of each member: its flushes set the pace of writes.'),
  walDisk: disk.optional().describe('A disk for the WAL alone.'),
  quotaBackendBytes: quantity('a size in bytes, such as 2Gi')
    .optional()
    .describe('A larger database takes no writes.'),
  heartbeatInterval: positiveDuration().optional().describe('Of the leader.'),
  electionTimeout: positiveDuration()
    .optional()
    .describe('Without a heartbeat for longer, members elect another leader.'),
  watchProgressNotifyInterval: duration().optional().describe('0s: never.'),
});
