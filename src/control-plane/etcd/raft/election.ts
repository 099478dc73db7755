// Campaigns and votes: pre-vote, vote, leadership transfer.
// Source: etcd-io/raft v3.6 raft.go campaign, Step, stepCandidate (reference: controlplane A2).
import type { Message } from './message.js';
import { NONE, type RaftCore } from './raft-core.js';
import { appendEntry } from './replication.js';

/** Asks the others for (pre-)votes; the own counts when `countOwnVote` is called. */
export function campaign(core: RaftCore, kind: 'preVote' | 'vote', isTransfer = false): void {
  if (kind === 'preVote') core.becomePreCandidate();
  else core.becomeCandidate();
  core.isSelfVotePending = true;
  // A pre-candidate asks about the next term and does not enter it.
  const term = kind === 'preVote' ? core.term + 1 : core.term;
  const { lastIndex: index, lastTerm: logTerm } = core.log;
  for (let to = 0; to < core.options.members; to++) {
    if (to === core.id) continue;
    const context = isTransfer ? 1 : 0;
    core.send(kind === 'preVote' ? 'MsgPreVote' : 'MsgVote', to, { term, index, logTerm, context });
  }
}

/** The candidate's own vote is durable. */
export function countOwnVote(core: RaftCore): void {
  if (!core.isSelfVotePending) return;
  core.isSelfVotePending = false;
  count(core, core.id, true);
}

/** MsgPreVote and MsgVote of a term that is not below this member's (or of the next, PreVote). */
export function answerVote(core: RaftCore, message: Message): void {
  const { type, from, term, index, logTerm } = message;
  const isPreVote = type === 'MsgPreVote';
  const canVote =
    core.vote === from ||
    (core.vote === NONE && core.lead === NONE) ||
    (isPreVote && term > core.term);
  const answer = isPreVote ? 'MsgPreVoteResp' : 'MsgVoteResp';
  if (!canVote || !core.log.isUpToDate(index, logTerm)) {
    core.send(answer, from, { reject: true });
    return;
  }
  core.send(answer, from, { term });
  if (isPreVote) return;
  core.electionElapsed = 0;
  core.vote = from;
}

/** An answer to this candidate's or pre-candidate's question. */
export function handleVoteResponse(core: RaftCore, { type, from, reject }: Message): void {
  const { role } = core;
  const isAsked =
    (role === 'preCandidate' && type === 'MsgPreVoteResp') ||
    (role === 'candidate' && type === 'MsgVoteResp');
  if (isAsked) count(core, from, !reject);
}

function count(core: RaftCore, from: number, isGranted: boolean): void {
  if (core.votes[from] === 0) core.votes[from] = isGranted ? 1 : -1;
  const granted = core.votes.filter((vote) => vote === 1).length;
  const refused = core.votes.filter((vote) => vote === -1).length;
  if (granted >= core.quorum) {
    if (core.role === 'preCandidate') campaign(core, 'vote');
    else lead(core);
  } else if (refused >= core.quorum) core.becomeFollower(core.term, NONE);
}

function lead(core: RaftCore): void {
  core.becomeLeader();
  // Entries of older terms commit together with this one.
  appendEntry(core, undefined);
}
