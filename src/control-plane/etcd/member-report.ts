// What a scrape of one member sees beside what the member has counted: the state it is in.
// Source: etcd v3.6 metrics (reference: controlplane A12).
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { MemberMetrics } from './member-metrics.js';

/** One member as of now. */
export interface MemberReport {
  readonly id: number;
  readonly name: string;
  readonly counted: MemberMetrics;
  readonly hasLeader: boolean;
  readonly isLeader: boolean;
  /** Other members to which it has a connection. */
  readonly activePeers: readonly number[];
  readonly committed: number;
  readonly applied: number;
  readonly fileBytes: number;
  readonly inUseBytes: number;
  readonly quotaBytes: number;
  readonly isDefragmenting: boolean;
  readonly keys: number;
  readonly revision: number;
  /** -1: nothing was compacted. */
  readonly compactRevision: number;
  readonly watchers: number;
  readonly slowWatchers: number;
}

/** Reports about all members of a group. */
export function memberReports(
  { members, options, machine }: Group,
  isConnected: (from: number, to: number) => boolean,
): readonly MemberReport[] {
  const { store } = machine;
  return members.map((member): MemberReport => {
    const { id, name, metrics, raft, applier, backend, watches, isRunning } = member;
    const isPeer = (other: Member): boolean =>
      other.id !== id && isRunning && other.isRunning && isConnected(id, other.id);
    return {
      id,
      name,
      counted: metrics,
      hasLeader: isRunning && raft.lead >= 0,
      isLeader: isRunning && raft.role === 'leader',
      activePeers: members.filter(isPeer).map((other) => other.id),
      committed: raft.log.committed,
      applied: applier.applied,
      fileBytes: backend.fileBytes,
      inUseBytes: backend.inUseBytes,
      quotaBytes: options.quotaBackendBytes,
      isDefragmenting: backend.isDefragmenting,
      keys: store.keyCount,
      revision: applier.revision,
      compactRevision: store.compactRevision,
      watchers: watches.count,
      slowWatchers: watches.slowCount,
    };
  });
}
