// One member of etcd: a process on a machine. Its Raft state machine takes messages and proposals
// at once; one serial loop then works off what came of them: hand over to the applier, send, make
// durable with one flush, and begin again. Batches form by themselves.
// Source: etcd v3.6 server/etcdserver/raft.go raftNode.start (reference: controlplane A3).
import type { EtcdError, EtcdResult } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { CpuHost, Disk } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { alarmOf, refusalOf } from './admission.js';
import { Applier } from './applier.js';
import { Backend } from './backend.js';
import { etcdCosts, etcdSettings } from './constants.js';
import type { Group } from './group.js';
import type { Lessor } from './lessor.js';
import { MemberMetrics } from './member-metrics.js';
import type { Network } from './network.js';
import type { Message } from './raft/message.js';
import { Raft, type Ready } from './raft/raft.js';
import { NONE } from './raft/raft-core.js';
import { ReadLoop } from './read-loop.js';
import { failure, isLinearizable, type Request } from './request.js';
import { OwedCpu, type Session } from './session.js';
import type { Ticker } from './ticker.js';
import { WatchHub } from './watch-hub.js';

/** Where one member runs. */
export interface MemberPlace {
  readonly name: string;
  readonly host: CpuHost;
  readonly wal: Disk;
  readonly backend: Disk;
}

/** What all members use together. */
export interface MemberServices {
  readonly network: Network;
  readonly ticker: Ticker;
  readonly lessor: Lessor;
  /** Ends the process of a member. */
  crash(member: Member): void;
}

/** An event that came while the process was stopped. */
interface HeldEvent {
  readonly kind: EventKind;
  readonly target: number;
  readonly arg: number;
}

/** Entries that are applied within the pass that brings their commit, when that does no more. */
const APPLIED_IN_PASS = 1;

/** A member. Invariant: at most one pass of its loop at a time. */
export class Member {
  readonly id: number;
  readonly name: string;
  readonly host: CpuHost;
  readonly raft: Raft;
  readonly applier: Applier;
  readonly backend: Backend;
  readonly reads: ReadLoop;
  readonly watches: WatchHub;
  readonly metrics: MemberMetrics;
  /** Rises with every start; work of an earlier one is void. */
  incarnation = 1;
  state: 'running' | 'paused' | 'down' = 'running';
  /** CPU time that its work takes, in units of what it takes as a rule. */
  cpuFactor = 1;
  /** It was asked to end and hands the leadership over first. */
  isLeaving = false;
  /** The file system of its WAL is full: the next write ends the process. */
  isWalFull = false;
  readonly wal: Disk;
  readonly backendDisk: Disk;
  /** Connections of clients. */
  readonly sessions: Session[] = [];
  /** When the process was started, and when it was stopped last. */
  startedUs: SimTime = 0;
  pausedUs: SimTime = 0;
  /** When the loop began its pass; -1: it waits. */
  busySinceUs: SimTime = -1;
  /** When a follower last heard of its leader by a message of the model. */
  leaderHeardUs: SimTime = 0;
  /** When it was last known that there is a leader. */
  leaderKnownUs: SimTime = 0;
  readonly #group: Group;
  readonly #services: MemberServices;
  readonly #owed = new OwedCpu();
  /** Proposals that came while there was no leader. */
  #unled: Request[] = [];
  #ready: Ready | undefined;
  #isAppliedInPass = false;
  /** Bundles of messages that have arrived since the last pass began. */
  #bundles = 0;
  #flushBytes = 0;
  #flushStartedUs: SimTime = -1;
  #lead: number;
  #held: HeldEvent[] = [];

  constructor(group: Group, id: number, place: MemberPlace, services: MemberServices) {
    const { simulation, options } = group;
    this.#group = group;
    this.#services = services;
    this.id = id;
    this.name = place.name;
    this.host = place.host;
    this.wal = place.wal;
    this.backendDisk = place.backend;
    const stream = simulation.random.stream(`${place.name}/election`);
    const electionTicks = Math.round(options.electionTimeoutUs / options.heartbeatIntervalUs);
    this.raft = new Raft({
      id,
      members: group.size,
      electionTicks,
      randomElectionTicks: () => electionTicks + stream.below(electionTicks),
      maxSizePerMsgBytes: etcdSettings.maxSizePerMsgBytes,
      maxInflightMsgs: etcdSettings.maxInflightMsgs,
    });
    this.raft.bootstrap(0);
    this.#lead = this.raft.lead;
    this.metrics = new MemberMetrics();
    this.backend = new Backend(group, this, place.backend);
    this.applier = new Applier(group, this);
    this.reads = new ReadLoop(group, this);
    this.watches = new WatchHub(group, this);
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Uses CPU time, then fires an event of this member. */
  run(workUs: number, kind: EventKind): void {
    this.runWith(workUs, kind, this.id, this.incarnation);
  }

  /** Uses CPU time, then fires any event. */
  runWith(workUs: number, kind: EventKind, target: number, arg = 0): void {
    this.host.run(workUs * this.cpuFactor, kind, target, arg);
  }

  /** True when an event of that incarnation may be handled now; a stopped process does it later. */
  accepts(incarnation: number, kind: EventKind, target: number, arg: number): boolean {
    if (incarnation !== this.incarnation || this.state === 'down') return false;
    if (this.state === 'running') return true;
    this.#held.push({ kind, target, arg });
    return false;
  }

  /** CPU time for which nobody waits. */
  owe(us: number): void {
    const now = this.#owed.add(us);
    if (now > 0) this.run(now, this.#group.kinds.cpuUsed);
  }

  takeOwedCpuUs(): number {
    return this.#owed.take();
  }

  /** Requests of one connection, decoded. */
  handle(requests: readonly Request[]): void {
    this.#group.expiry.ensure(this.#group.simulation.now + etcdSettings.requestTimeoutUs);
    const serializable: Request[] = [];
    for (const request of requests) {
      this.metrics.requestsReceived++;
      this.metrics.requestBytes += request.bytes;
      if (request.isSerializable) serializable.push(request);
      else if (request.isRead) this.reads.add(request);
      else if (request.type === 'keepAlive') this.#services.lessor.keepAlive(request, this);
      else if (request.type === 'defragment') this.backend.defragment(request);
      else this.#admit(request);
    }
    if (serializable.length > 0) this.reads.read(serializable);
    this.wake();
  }

  /** Checks a proposal as etcd's server does before Raft sees it. */
  #admit(request: Request): void {
    const error = refusalOf(request, this, this.#group.options.quotaBackendBytes);
    if (error === undefined) return this.propose(request);
    const isFull = error === 'etcdserver: mvcc: database space exceeded';
    if (isFull && !this.#group.machine.noSpaceAlarms.has(this.id)) this.propose(alarmOf(this.id));
    this.fail(request, error);
  }

  /** Proposes; without a leader the proposal waits for one. */
  propose(request: Request): void {
    request.member = this.id;
    this.metrics.proposalsPending++;
    if (!this.raft.propose(request)) this.#unled.push(request);
  }

  fail(request: Request, error: EtcdError): void {
    this.answer(request, failure(error, this.applier.revision));
  }

  answer(request: Request, result: EtcdResult): void {
    if (!request.isOpen) return;
    if (request.isProposal) {
      this.metrics.proposalsPending--;
      if (result.error === 'etcdserver: request timed out') this.metrics.proposalsFailed++;
    }
    request.isOpen = false;
    request.result = result;
    if (result.succeeded && isLinearizable(request)) this.#noteAnswer(request, result.revision);
    request.requester?.answered(request);
  }

  #noteAnswer({ leastRevision }: Request, revision: number): void {
    const group = this.#group;
    group.observer.etcdAnswered(this.id, revision, leastRevision);
    if (revision > group.answeredRevision) group.answeredRevision = revision;
  }

  /** Messages of a peer have arrived; the pass that they lead to pays for them. */
  receive(messages: readonly Message[]): void {
    this.#bundles++;
    for (const message of messages) {
      this.raft.step(message);
      const { type } = message;
      if (type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap') {
        this.leaderHeardUs = this.#group.simulation.now;
      }
    }
    this.wake();
  }

  /** Begins a pass when the loop waits and there is anything to do. */
  wake(): void {
    if (this.raft.lead !== this.#lead) this.#leaderChanged();
    if (this.busySinceUs >= 0 || !this.isRunning || !this.raft.hasReady) return;
    const ready = this.raft.takeReady();
    this.#ready = ready;
    this.busySinceUs = this.#group.simulation.now;
    this.#services.ticker.watchLoops();
    this.#flushBytes = this.#bytesToFlush(ready);
    const entries = ready.persistTo - ready.persistFrom;
    const { readyCpuUs, readyCpuPerEntryUs, readyCpuPerBundleUs } = etcdCosts;
    let cpuUs = readyCpuUs + readyCpuPerEntryUs * entries + readyCpuPerBundleUs * this.#bundles;
    this.#bundles = 0;
    const { applier, backend } = this;
    this.#isAppliedInPass =
      entries === 0 &&
      ready.applyTo - applier.applied === APPLIED_IN_PASS &&
      !(applier.isWorking || backend.isBusy || backend.isDue);
    if (this.#isAppliedInPass) cpuUs += applier.begin(ready.applyTo);
    this.run(cpuUs, this.#group.kinds.readyProcessed);
  }

  /** The CPU part of the pass is done. */
  processed(): void {
    const ready = this.#ready as Ready;
    if (ready.isLeader) this.#services.network.send(this, ready.messages);
    if (ready.restoredTo > 0) this.#restore(ready.restoredTo);
    if (this.#isAppliedInPass) this.applier.finish();
    else this.applier.hand(ready.applyTo);
    if (ready.readStates.length > 0) this.reads.confirmed(ready.readStates);
    if (this.#flushBytes === 0) return this.persisted();
    if (this.isWalFull) return this.#services.crash(this);
    this.#flushStartedUs = this.#group.simulation.now;
    const { kinds } = this.#group;
    this.wal.sync(this.#flushBytes, kinds.readyPersisted, this.id, this.incarnation);
  }

  /** What the pass wanted durable is so. */
  persisted(): void {
    const ready = this.#ready as Ready;
    const { now } = this.#group.simulation;
    if (this.#flushStartedUs >= 0) {
      this.metrics.walSynced(now - this.#flushStartedUs);
      this.#flushStartedUs = -1;
    }
    if (!ready.isLeader) this.#services.network.send(this, ready.messages);
    this.raft.advance();
    this.busySinceUs = -1;
    this.wake();
  }

  /** An entry of a client has been applied here. */
  entryApplied(request: Request, index: number, cpuUs: number): void {
    this.metrics.applied(request, cpuUs);
    if (request.type === 'compact') {
      const compaction = this.#group.machine.compactions.get(index);
      if (compaction !== undefined) this.backend.compact(compaction);
    }
    this.#services.lessor.applied(request, this);
    if (request.member === this.id && request.outcome !== undefined) {
      this.answer(request, request.outcome);
    }
  }

  /** A step of the applier is done; the store was at `before`. */
  stepApplied(before: number, entries: number, bytes: number, isForced: boolean): void {
    this.backend.written(entries, bytes, isForced);
    if (this.applier.revision > before) this.watches.notify(this.applier.revision);
    this.reads.serve();
    this.backend.continue();
    this.wake();
  }

  /** The process is stopped where it is. */
  pause(): void {
    this.state = 'paused';
    this.pausedUs = this.#group.simulation.now;
  }

  /** A stopped process goes on where it was. */
  resume(): void {
    this.state = 'running';
    const held = this.#held;
    this.#held = [];
    for (const { kind, target, arg } of held) this.#group.simulation.after(0, kind, target, arg);
    this.backend.continue();
    for (const session of this.sessions) session.startIfIdle();
    this.wake();
  }

  /** The process is gone; what is durable stays. */
  crash(): void {
    this.state = 'down';
    this.incarnation++;
    this.busySinceUs = -1;
    this.#flushStartedUs = -1;
    this.isLeaving = false;
    this.#held = [];
    this.#unled = [];
    this.#bundles = 0;
    this.metrics.proposalsPending = 0;
    this.raft.crash(this.backend.durableIndex);
    this.backend.crash();
    this.reads.crash();
    this.watches.crash();
    this.applier.restart(this.raft.log.applying);
    this.#lead = NONE;
  }

  /** A new process takes over what the old one has left on its disks. */
  start(): void {
    const { now } = this.#group.simulation;
    this.state = 'running';
    this.startedUs = now;
    this.leaderKnownUs = now;
    this.applier.hand(this.raft.log.applying);
    this.wake();
  }

  /** Some time after the leader was lost: nobody may watch any more if there is none. */
  leaderMissed(): void {
    if (this.raft.lead === NONE) this.watches.cancelAll();
  }

  /** A snapshot for that member has arrived, or was lost. */
  snapshotDelivered(to: number, isDelivered: boolean): void {
    this.raft.reportSnapshot(to, isDelivered);
    this.wake();
  }

  #leaderChanged(): void {
    this.#lead = this.raft.lead;
    this.leaderKnownUs = this.#group.simulation.now;
    if (this.#lead === NONE) {
      this.#services.ticker.leaderLost(this);
      return;
    }
    this.metrics.leaderChanges++;
    this.reads.leaderChanged();
    const unled = this.#unled;
    this.#unled = [];
    for (const request of unled) if (request.isOpen) this.#proposeAgain(request);
    if (this.#lead === this.id) {
      this.#services.lessor.promote(this);
      this.#group.observer.etcdLeaderElected(this.id, this.raft.term, this.raft.log.lastIndex);
    } else if (this.isLeaving) return this.#services.crash(this);
    this.#services.ticker.leaderFound(this);
  }

  #proposeAgain(request: Request): void {
    if (!this.raft.propose(request)) this.#unled.push(request);
  }

  #restore(index: number): void {
    this.applier.restore(index);
    this.backend.restore(index);
    this.watches.notify(this.applier.revision);
  }

  /** 0: nothing has to be flushed. */
  #bytesToFlush({ persistFrom, persistTo, isVoteChanged, restoredTo }: Ready): number {
    if (restoredTo > 0) return this.backend.fileBytes;
    let bytes = isVoteChanged ? etcdCosts.walBytesPerEntry : 0;
    for (let index = persistFrom + 1; index <= persistTo; index++) {
      bytes += this.raft.log.entry(index).bytes;
    }
    this.metrics.walBytes += bytes;
    return bytes;
  }
}
