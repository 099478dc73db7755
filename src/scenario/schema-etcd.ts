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
    mapping({ count: wholeNumber(1, 99).optional(), cores: positiveNumber().optional() }),
    list(mapping({ name: name('a host name'), cores: positiveNumber() }), 'hosts {name, cores}', 1),
  ],
  { error: 'a mapping {count, cores}, or a list of hosts {name, cores}' },
);

const disk = z.union(
  [oneOf(diskNames), mapping({ fsync: durations, bytesPerSecond: bandwidth.optional() })],
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
