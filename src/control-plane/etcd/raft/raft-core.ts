// The state of one Raft member and the changes of role that everything else is made of. It knows no
// clock, no network and no disk: inputs are messages, proposals and ticks, outputs are messages and
// what Raft.takeReady lists.
// Left out: learners, membership changes, asynchronous storage writes.
// Source: etcd-io/raft v3.6 raft.go (reference: controlplane A2, A3); D. Ongaro, Consensus:
// Bridging Theory and Practice, 2014.
import type { Entry, Message, MessageType, ReadState } from './message.js';
import { NO_ENTRIES } from './message.js';
import { Progress } from './progress.js';
import { RaftLog } from './raft-log.js';
import { type PendingRead, ReadOnly } from './read-only.js';

/** Nobody: no leader is known, no vote was given. */
export const NONE = -1;

export type RaftRole = 'follower' | 'preCandidate' | 'candidate' | 'leader';

export interface RaftOptions {
  /** 0 to members - 1. */
  readonly id: number;
  readonly members: number;
  /** Ticks without a leader after which a member may campaign; at least 2. */
  readonly electionTicks: number;
  /** A random number of ticks, `electionTicks` to twice that less one. */
  readonly randomElectionTicks: () => number;
  /** Most bytes of the entries of one MsgApp, and of the committed entries of one Ready. */
  readonly maxSizePerMsgBytes: number;
  /** Most MsgApps to a follower that are not answered. */
  readonly maxInflightMsgs: number;
}

/** Fields of a message that differ from 0, false and empty. */
export type MessageFields = Partial<Omit<Message, 'type' | 'from' | 'to'>>;

/** State. Invariants: at most one vote a term; the role is leader only with `lead === id`. */
export class RaftCore {
  readonly options: RaftOptions;
  readonly id: number;
  readonly log: RaftLog = new RaftLog();
  term = 0;
  vote: number = NONE;
  lead: number = NONE;
  role: RaftRole = 'follower';
  electionElapsed = 0;
  randomizedElectionTimeout = 0;
  /** Of each member, as the leader knows; its own tells what is durable here. */
  progress: Progress[] = [];
  readOnly: ReadOnly;
  /** Reads that came before the first commit of the leader's term. */
  pendingReads: PendingRead[] = [];
  readStates: ReadState[] = [];
  messages: Message[] = [];
  /** 1 granted, -1 refused, 0 not heard of. */
  votes: number[] = [];
  /** The own vote counts when it is durable. */
  isSelfVotePending = false;
  /** Member that the leader hands over to; it accepts no proposals meanwhile. */
  leadTransferee: number = NONE;
  /** Index of a snapshot that has replaced the log, until the application is told; 0: none. */
  restoredTo = 0;
  /** The leader may have entries or a commit index to send. */
  hasNews = false;

  constructor(options: RaftOptions) {
    this.options = options;
    this.id = options.id;
    this.readOnly = new ReadOnly(options.members);
    this.reset(0);
  }

  /** Members that make a quorum. */
  get quorum(): number {
    return (this.options.members >> 1) + 1;
  }

  /** Sends; messages of an election carry the term they are about in `fields`. */
  send(type: MessageType, to: number, fields: MessageFields): void {
    this.messages.push({
      type,
      from: this.id,
      to,
      term: fields.term ?? this.term,
      index: fields.index ?? 0,
      logTerm: fields.logTerm ?? 0,
      entries: fields.entries ?? NO_ENTRIES,
      commit: fields.commit ?? 0,
      reject: fields.reject ?? false,
      rejectHint: fields.rejectHint ?? 0,
      context: fields.context ?? 0,
    });
  }

  /** As `send`, for the two types that are sent most and refuse nothing. */
  sendAbout(
    type: 'MsgApp' | 'MsgAppResp',
    to: number,
    index: number,
    logTerm = 0,
    entries: readonly Entry[] = NO_ENTRIES,
    commit = 0,
  ): void {
    this.messages.push({
      type,
      from: this.id,
      to,
      term: this.term,
      index,
      logTerm,
      entries,
      commit,
      reject: false,
      rejectHint: 0,
      context: 0,
    });
  }

  becomeFollower(term: number, lead: number): void {
    this.reset(term);
    this.lead = lead;
    this.role = 'follower';
  }

  becomePreCandidate(): void {
    this.votes = new Array<number>(this.options.members).fill(0);
    this.lead = NONE;
    this.role = 'preCandidate';
  }

  becomeCandidate(): void {
    this.reset(this.term + 1);
    this.votes = new Array<number>(this.options.members).fill(0);
    this.vote = this.id;
    this.role = 'candidate';
  }

  /** The part of becoming leader that sends nothing. */
  becomeLeader(): void {
    this.reset(this.term);
    this.lead = this.id;
    this.role = 'leader';
    const self = this.progress[this.id] as Progress;
    self.match = this.log.stable;
    self.becomeReplicate();
    self.isRecentActive = true;
  }

  /** What every change of term or role forgets. */
  reset(term: number): void {
    if (this.term !== term) {
      this.term = term;
      this.vote = NONE;
    }
    this.lead = NONE;
    this.electionElapsed = 0;
    this.randomizedElectionTimeout = this.options.randomElectionTicks();
    this.leadTransferee = NONE;
    this.isSelfVotePending = false;
    this.hasNews = false;
    const next = this.log.lastIndex + 1;
    this.progress = Array.from({ length: this.options.members }, () => new Progress(next));
    this.readOnly = new ReadOnly(this.options.members);
    this.pendingReads = [];
  }
}
