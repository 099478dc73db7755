// Log replication: what a leader sends and to whom, how followers take it, when entries commit.
// Source: etcd-io/raft v3.6 raft.go maybeSendAppend, handleAppendEntries, stepLeader (reference:
// controlplane A3).
import type { EntryData } from './entry-data.js';
import { type Entry, type Message, NO_ENTRIES } from './message.js';
import type { Progress } from './progress.js';
import type { RaftCore } from './raft-core.js';
import { confirmReads, releasePendingReads } from './read-index.js';

/** Bytes of an entry without data: the one that begins a term. */
const EMPTY_ENTRY_BYTES = 16;

export function appendEntry(core: RaftCore, data: EntryData | undefined): Entry {
  const index = core.log.lastIndex + 1;
  const entry = { term: core.term, index, bytes: data?.bytes ?? EMPTY_ENTRY_BYTES, data };
  core.log.append(entry);
  core.hasNews = true;
  return entry;
}

/** Sends every follower the entries and the commit index that it lacks and may be sent. */
export function sendAppends(core: RaftCore): void {
  core.hasNews = false;
  for (let to = 0; to < core.options.members; to++) {
    if (to !== core.id) while (maybeSendAppend(core, to));
  }
}

/** Sends one MsgApp or MsgSnap; false when there is nothing to send or nothing may be sent. */
function maybeSendAppend(core: RaftCore, to: number): boolean {
  const progress = core.progress[to] as Progress;
  const { log, options } = core;
  if (progress.state === 'Snapshot' || progress.isPaused) return false;
  const isFull = progress.inflights.count >= options.maxInflightMsgs;
  const hasEntries = progress.next <= log.lastIndex && !isFull;
  const commit = Math.min(log.committed, log.lastIndex);
  if (!hasEntries && progress.sentCommit >= commit && !progress.isProbeDue) return false;
  progress.isProbeDue = false;
  const index = progress.next - 1;
  const logTerm = log.term(index);
  if (logTerm === undefined) return sendSnapshot(core, to, progress);
  const entries = hasEntries ? log.slice(progress.next, options.maxSizePerMsgBytes) : NO_ENTRIES;
  core.sendAbout('MsgApp', to, index, logTerm, entries, commit);
  progress.sentCommit = commit;
  const end = index + entries.length;
  if (progress.state === 'Replicate' && entries.length > 0) {
    progress.next = end + 1;
    // Each proposal is a message of its own; those that had to wait are sent together.
    progress.inflights.add(end, Math.min(entries.length, options.maxInflightMsgs));
  } else if (progress.state === 'Probe' && entries.length > 0) progress.isPaused = true;
  return progress.state === 'Replicate' && end < log.lastIndex;
}

function sendSnapshot(core: RaftCore, to: number, progress: Progress): boolean {
  if (!progress.isRecentActive) return false;
  const { applied: index } = core.log;
  const logTerm = core.log.term(index) as number;
  core.send('MsgSnap', to, { index, logTerm, commit: index });
  progress.becomeSnapshot(index);
  return false;
}

/** Commits what is durable on a quorum, when it is of this term; true when that is more. */
export function maybeCommit(core: RaftCore): boolean {
  const matches = core.progress.map(({ match }) => match).sort((a, b) => b - a);
  const index = matches[core.quorum - 1] as number;
  if (index <= core.log.committed || core.log.term(index) !== core.term) return false;
  core.log.committed = index;
  core.hasNews = true;
  releasePendingReads(core);
  return true;
}

/** MsgApp at a follower. */
export function handleAppend(core: RaftCore, message: Message): void {
  const { log } = core;
  const { from, index, logTerm, entries, commit } = message;
  if (index < log.committed) return acceptAppend(core, from, log.committed);
  const last = log.maybeAppend(index, logTerm, entries);
  if (last !== undefined) {
    const committed = Math.max(log.committed, Math.min(commit, last));
    // Nobody learns anything from the answer to a message that only moves the commit index.
    const isNews = entries.length === 0 && committed > log.committed;
    log.committed = committed;
    if (!isNews) acceptAppend(core, from, last);
    return;
  }
  const rejectHint = log.findConflictByTerm(index, logTerm);
  const hintTerm = log.term(rejectHint) as number;
  core.send('MsgAppResp', from, { index, reject: true, rejectHint, logTerm: hintTerm });
}

/** Of several answers in one Ready only the last is sent. */
function acceptAppend(core: RaftCore, to: number, index: number): void {
  const last = core.messages.at(-1);
  const isRepeated = last?.type === 'MsgAppResp' && last.to === to && !last.reject;
  if (isRepeated) core.messages.pop();
  core.sendAbout('MsgAppResp', to, index);
}

/** MsgAppResp at the leader. */
export function handleAppendResponse(core: RaftCore, message: Message): void {
  const { from, index, reject, rejectHint, logTerm } = message;
  const progress = core.progress[from] as Progress;
  progress.isRecentActive = true;
  if (reject) {
    const next = logTerm > 0 ? core.log.findConflictByTerm(rejectHint, logTerm) : rejectHint;
    if (!progress.refuse(index, next)) return;
    if (progress.state === 'Replicate') progress.becomeProbe();
    core.hasNews = true;
    return;
  }
  if (!progress.update(index) && !(progress.match === index && progress.state === 'Probe')) return;
  if (progress.state === 'Probe') progress.becomeReplicate();
  else if (progress.state === 'Snapshot') progress.becomeReplicate();
  else progress.inflights.freeTo(index);
  maybeCommit(core);
  if (progress.next <= core.log.lastIndex || progress.sentCommit < core.log.committed) {
    core.hasNews = true;
  }
  if (from === core.leadTransferee && progress.match === core.log.lastIndex) {
    core.send('MsgTimeoutNow', from, {});
  }
}

/** MsgHeartbeatResp at the leader. */
export function handleHeartbeatResponse(core: RaftCore, { from, context }: Message): void {
  const progress = core.progress[from] as Progress;
  progress.isRecentActive = true;
  progress.isPaused = false;
  if (progress.inflights.count >= core.options.maxInflightMsgs) progress.inflights.freeFirst();
  if (progress.match < core.log.lastIndex || progress.state === 'Probe') {
    // An empty MsgApp finds out what was lost.
    progress.isProbeDue = true;
    core.hasNews = true;
  }
  confirmReads(core, from, context);
}

/** MsgSnap at a follower; it answers like to a MsgApp. */
export function handleSnapshot(core: RaftCore, { from, index, logTerm }: Message): void {
  if (index > core.log.committed && core.log.term(index) !== logTerm) {
    core.log.restore(index, logTerm);
    core.restoredTo = index;
  } else if (index > core.log.committed) core.log.committed = index;
  acceptAppend(core, from, core.log.committed);
}

/** A message to that follower may have been lost. */
export function reportUnreachable(core: RaftCore, to: number): void {
  const progress = core.progress[to] as Progress;
  if (core.role === 'leader' && progress.state === 'Replicate') progress.becomeProbe();
}

/** The snapshot to that follower was delivered or lost; it is probed from there on. */
export function reportSnapshot(core: RaftCore, to: number, isDelivered: boolean): void {
  const progress = core.progress[to] as Progress;
  if (core.role !== 'leader' || progress.state !== 'Snapshot') return;
  if (!isDelivered) progress.pendingSnapshot = 0;
  progress.becomeProbe();
  // The answer to the snapshot, or the next heartbeat, lets it go on.
  progress.isPaused = true;
}
