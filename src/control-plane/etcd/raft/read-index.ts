// Linearizable reads by ReadIndex: the leader notes its commit index, has a quorum confirm by a
// heartbeat that it still leads, and tells the asker the index to wait for.
// Source: etcd-io/raft v3.6 raft.go, read_only.go (reference: controlplane A7).
import { sendHeartbeats } from './heartbeat.js';
import type { RaftCore } from './raft-core.js';

/** A read asked of the leader by member `from`, itself included. */
export function handleReadIndex(core: RaftCore, from: number, context: number): void {
  const index = core.log.committed;
  if (core.options.members === 1) return answer(core, from, context, index);
  // Before that commit the leader does not know what was committed before its term.
  if (!hasCommittedInTerm(core)) {
    core.pendingReads.push({ from, context, index });
    return;
  }
  core.readOnly.add({ from, context, index });
  sendHeartbeats(core, core.readOnly.lastNumber);
}

/** The first entry of the term has committed: the reads that waited for it begin. */
export function releasePendingReads(core: RaftCore): void {
  if (core.pendingReads.length === 0 || !hasCommittedInTerm(core)) return;
  const reads = core.pendingReads;
  core.pendingReads = [];
  for (const { from, context } of reads) handleReadIndex(core, from, context);
}

/** A follower has confirmed the reads up to that number. */
export function confirmReads(core: RaftCore, from: number, number: number): void {
  if (number === 0) return;
  for (const read of core.readOnly.acknowledge(from, number, core.quorum)) {
    answer(core, read.from, read.context, read.index);
  }
}

function answer(core: RaftCore, to: number, context: number, index: number): void {
  if (to === core.id) core.readStates.push({ index, context });
  else core.send('MsgReadIndexResp', to, { index, context });
}

function hasCommittedInTerm(core: RaftCore): boolean {
  return core.log.term(core.log.committed) === core.term;
}
