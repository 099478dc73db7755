// One Raft member as a pure state machine: `step` takes messages, `tick` time, `propose` and
// `readIndex` the application's wishes; `takeReady` says what to make durable, send and apply, and
// `advance` that it was done. The same inputs give the same outputs.
// Source: etcd-io/raft v3.6 raft.go, rawnode.go (reference: controlplane A2, A3).
import { assert } from '../../../kernel/assert.js';
import { answerVote, campaign, countOwnVote, handleVoteResponse } from './election.js';
import type { EntryData } from './entry-data.js';
import { handleHeartbeat, sendHeartbeats } from './heartbeat.js';
import type { Message, ReadState } from './message.js';
import { NONE, RaftCore, type RaftOptions, type RaftRole } from './raft-core.js';
import type { RaftLog } from './raft-log.js';
import { handleReadIndex } from './read-index.js';
import {
  appendEntry,
  handleAppend,
  handleAppendResponse,
  handleHeartbeatResponse,
  handleSnapshot,
  maybeCommit,
  reportSnapshot,
  reportUnreachable,
  sendAppends,
} from './replication.js';

/** What is to be done next, in this order; the caller then calls `advance`. */
export interface Ready {
  /** Entries (persistFrom, persistTo] of the log are to be made durable. */
  persistFrom: number;
  persistTo: number;
  persistTerm: number;
  /** Term or vote has changed: to be made durable even without entries. */
  isVoteChanged: boolean;
  /** Entries (applyFrom, applyTo] are committed: to be applied. */
  applyFrom: number;
  applyTo: number;
  /** A snapshot up to this index has replaced the log; 0: none. */
  restoredTo: number;
  /** The leader sends before it makes things durable, all others after it. */
  isLeader: boolean;
  messages: readonly Message[];
  readStates: readonly ReadState[];
}

const NO_MESSAGES: readonly Message[] = [];
const NO_READ_STATES: readonly ReadState[] = [];

/** A member. */
export class Raft {
  readonly #core: RaftCore;
  readonly #ready: Ready = {
    persistFrom: 0,
    persistTo: 0,
    persistTerm: 0,
    isVoteChanged: false,
    applyFrom: 0,
    applyTo: 0,
    restoredTo: 0,
    isLeader: false,
    messages: [],
    readStates: [],
  };
  /** Term and vote that are durable, and those that the taken Ready makes so. */
  #durableTerm = 0;
  #durableVote = NONE;
  #readyTerm = 0;
  #readyVote = NONE;

  constructor(options: RaftOptions) {
    this.#core = new RaftCore(options);
  }

  get role(): RaftRole {
    return this.#core.role;
  }

  get term(): number {
    return this.#core.term;
  }

  /** The member that leads, as far as this one knows; NONE. */
  get lead(): number {
    return this.#core.lead;
  }

  /** The log, to be read, and to be cut off behind snapshots. */
  get log(): RaftLog {
    return this.#core.log;
  }

  /** Highest index that the leader knows to be durable at a member. */
  matchOf(member: number): number {
    return this.#core.progress[member]?.match ?? 0;
  }

  /** Entries are sent to that member as a stream: nothing was lost on the way. */
  isReplicatingTo(member: number): boolean {
    return member === this.#core.id || this.#core.progress[member]?.state === 'Replicate';
  }

  /**
   * Heartbeats were exchanged without being modelled: `ticks` since the leader was heard of, or, on
   * the leader, since it last checked the quorum.
   */
  resumeTicking(ticks: number): void {
    this.#core.electionElapsed = ticks;
    for (const progress of this.#core.progress) progress.isRecentActive = true;
  }

  /** Begins as if `lead` had won the election of term 1 and everybody had heard of it. */
  bootstrap(lead: number): void {
    const core = this.#core;
    core.term = 1;
    core.vote = lead;
    if (lead === core.id) core.becomeLeader();
    else core.becomeFollower(1, lead);
    appendEntry(core, undefined);
    core.log.stableTo(1, 1);
    core.log.committed = 1;
    core.log.applying = 1;
    core.log.applied = 1;
    for (const progress of core.progress) {
      progress.match = 1;
      progress.becomeReplicate();
      progress.sentCommit = 1;
      progress.isRecentActive = true;
    }
    core.hasNews = false;
    this.#durableTerm = core.term;
    this.#durableVote = core.vote;
  }

  /** The process is gone: what was not durable is lost. `applied`: what the application kept. */
  crash(applied: number): void {
    const core = this.#core;
    core.log.crash(applied);
    core.term = this.#durableTerm;
    core.becomeFollower(core.term, NONE);
    core.vote = this.#durableVote;
    core.messages = [];
    core.readStates = [];
    core.restoredTo = 0;
  }

  /** One heartbeat interval has passed. */
  tick(): void {
    const core = this.#core;
    core.electionElapsed++;
    if (core.role === 'leader') {
      if (core.electionElapsed >= core.options.electionTicks) this.#checkQuorum();
      if (core.role === 'leader') sendHeartbeats(core, core.readOnly.lastNumber);
    } else if (core.electionElapsed >= core.randomizedElectionTimeout) {
      core.electionElapsed = 0;
      campaign(core, 'preVote');
    }
  }

  /** Takes a proposal or forwards it to the leader; false when none is known or it hands over. */
  propose(data: EntryData): boolean {
    const core = this.#core;
    if (core.lead === NONE || core.leadTransferee !== NONE) return false;
    if (core.role === 'leader') appendEntry(core, data);
    else {
      const entries = [{ term: 0, index: 0, bytes: data.bytes, data }];
      core.send('MsgProp', core.lead, { term: 0, entries });
    }
    return true;
  }

  /** Asks the leader for an index to read at; false when none is known. `context` is not 0. */
  readIndex(context: number): boolean {
    const core = this.#core;
    if (core.lead === NONE) return false;
    if (core.role === 'leader') handleReadIndex(core, core.id, context);
    else core.send('MsgReadIndex', core.lead, { term: 0, context });
    return true;
  }

  /** Hands the leadership over to a member, as soon as that has everything. */
  transferLeadership(to: number): void {
    const core = this.#core;
    if (core.role !== 'leader' || to === core.id) return;
    core.leadTransferee = to;
    core.electionElapsed = 0;
    if (this.matchOf(to) === core.log.lastIndex) core.send('MsgTimeoutNow', to, {});
  }

  /** A message has arrived. MsgProp and MsgReadIndex belong to no term (0). */
  step(message: Message): void {
    const core = this.#core;
    const { term, type } = message;
    if (term > core.term && !this.#meetHigherTerm(message)) return;
    if (term !== 0 && term < core.term) return this.#meetLowerTerm(message);
    switch (type) {
      case 'MsgPreVote':
      case 'MsgVote':
        return answerVote(core, message);
      case 'MsgPreVoteResp':
      case 'MsgVoteResp':
        return handleVoteResponse(core, message);
      case 'MsgApp':
      case 'MsgHeartbeat':
      case 'MsgSnap':
        return this.#stepFromLeader(message);
      case 'MsgTimeoutNow':
        if (core.role === 'follower') campaign(core, 'vote', true);
        return;
      case 'MsgReadIndexResp':
        core.readStates.push({ index: message.index, context: message.context });
        return;
      default:
        if (core.role === 'leader') this.#stepLeader(message);
    }
  }

  /** A connection to that member is down; what was on its way may be lost. */
  reportUnreachable(to: number): void {
    reportUnreachable(this.#core, to);
  }

  /** The snapshot on its way to that member has arrived, or was lost. */
  reportSnapshot(to: number, isDelivered: boolean): void {
    reportSnapshot(this.#core, to, isDelivered);
  }

  /** Whether `takeReady` would have anything in it. */
  get hasReady(): boolean {
    const core = this.#core;
    const { log } = core;
    return (
      core.hasNews ||
      log.stable < log.lastIndex ||
      log.applying < log.committed ||
      core.messages.length > 0 ||
      core.readStates.length > 0 ||
      core.restoredTo > 0 ||
      core.isSelfVotePending ||
      this.#isVoteChanged()
    );
  }

  /** What is to be done; the same object each time, valid until the next call. */
  takeReady(): Ready {
    const core = this.#core;
    const { log } = core;
    if (core.role === 'leader' && core.hasNews) sendAppends(core);
    core.hasNews = false;
    const ready = this.#ready;
    ready.persistFrom = log.stable;
    ready.persistTo = log.lastIndex;
    ready.persistTerm = log.lastTerm;
    ready.isVoteChanged = this.#isVoteChanged();
    ready.applyFrom = log.applying;
    ready.applyTo = log.endOfBytes(log.applying, log.committed, core.options.maxSizePerMsgBytes);
    log.applying = ready.applyTo;
    ready.restoredTo = core.restoredTo;
    core.restoredTo = 0;
    ready.isLeader = core.role === 'leader';
    // What is produced from now on belongs to the next Ready.
    ready.messages = NO_MESSAGES;
    ready.readStates = NO_READ_STATES;
    if (core.messages.length > 0) {
      ready.messages = core.messages;
      core.messages = [];
    }
    if (core.readStates.length > 0) {
      ready.readStates = core.readStates;
      core.readStates = [];
    }
    this.#readyTerm = core.term;
    this.#readyVote = core.vote;
    return ready;
  }

  /** What the taken Ready wanted durable is so. */
  advance(): void {
    const core = this.#core;
    core.log.stableTo(this.#ready.persistTo, this.#ready.persistTerm);
    this.#durableTerm = this.#readyTerm;
    this.#durableVote = this.#readyVote;
    if (core.role === 'leader') {
      const self = core.progress[core.id];
      if (self?.update(core.log.stable) === true) maybeCommit(core);
    }
    // A pre-candidate has promised nothing that would have to be durable.
    if (core.role === 'preCandidate' || this.#durableTerm === core.term) countOwnVote(core);
  }

  #isVoteChanged(): boolean {
    return this.#core.term !== this.#durableTerm || this.#core.vote !== this.#durableVote;
  }

  #checkQuorum(): void {
    const core = this.#core;
    core.electionElapsed = 0;
    core.leadTransferee = NONE;
    let active = 0;
    for (const [member, progress] of core.progress.entries()) {
      if (progress.isRecentActive) active++;
      progress.isRecentActive = member === core.id;
    }
    if (active < core.quorum) core.becomeFollower(core.term, NONE);
  }

  /** Takes over a higher term; false when the message is to be ignored. */
  #meetHigherTerm({ type, term, from, reject, context }: Message): boolean {
    const core = this.#core;
    if (type === 'MsgVote' || type === 'MsgPreVote') {
      // Whoever hears of a leader lets nobody disturb it, but for a transfer.
      const isInLease = core.lead !== NONE && core.electionElapsed < core.options.electionTicks;
      if (isInLease && context !== 1) return false;
    }
    if (type === 'MsgPreVote' || (type === 'MsgPreVoteResp' && !reject)) return true;
    const isFromLeader = type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap';
    core.becomeFollower(term, isFromLeader ? from : NONE);
    return true;
  }

  /** Tells whoever is behind of the newer term. */
  #meetLowerTerm({ type, from }: Message): void {
    const core = this.#core;
    if (type === 'MsgApp' || type === 'MsgHeartbeat') core.send('MsgAppResp', from, {});
    else if (type === 'MsgPreVote') core.send('MsgPreVoteResp', from, { reject: true });
  }

  #stepFromLeader(message: Message): void {
    const core = this.#core;
    assert(core.role !== 'leader', 'two members lead in one term');
    if (core.role !== 'follower') core.becomeFollower(core.term, message.from);
    core.electionElapsed = 0;
    core.lead = message.from;
    if (message.type === 'MsgApp') handleAppend(core, message);
    else if (message.type === 'MsgHeartbeat') handleHeartbeat(core, message);
    else handleSnapshot(core, message);
  }

  #stepLeader(message: Message): void {
    const core = this.#core;
    switch (message.type) {
      case 'MsgProp':
        if (core.leadTransferee !== NONE) return;
        for (const { data } of message.entries) appendEntry(core, data);
        return;
      case 'MsgReadIndex':
        return handleReadIndex(core, message.from, message.context);
      case 'MsgAppResp':
        return handleAppendResponse(core, message);
      default:
        return handleHeartbeatResponse(core, message);
    }
  }
}
