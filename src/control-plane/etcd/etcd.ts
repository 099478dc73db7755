// An etcd cluster: proposals go to the leader, are written by a quorum of members with group
// commit, applied one after the other, and answered. Linearizable reads confirm the leader by a
// heartbeat round through the members' Ready loops, shared by all reads that wait for it, and see
// everything that was committed when the round began. Left out in this version: elections (member 0
// leads), forwarding from followers, the CPU of their applying, backend commits, compaction,
// leases, quota (docs/MODEL.md). Source: etcd v3.6, etcd raft v3.6 (reference: controlplane A3-A8).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { EtcdPort, EtcdResult, EtcdTransaction } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import { Slab } from '../../client/slab.js';
import type { WatchEvent } from '../../client/watch.js';
import { assert } from '../../kernel/assert.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost, Disk } from '../../kernel/stations.js';
import { etcdConstants } from './constants.js';
import { EMPTY_PASS, type Pass, type ReadyHandler, ReadyLoop } from './member.js';
import { Store } from './store.js';

/**
 * Entries applied as one piece of work at most, so that those of a large batch are answered early.
 */
const APPLY_STEP = 8;

/** Where one member runs. */
export interface EtcdMemberOptions {
  readonly name: string;
  readonly host: CpuHost;
  readonly disk: Disk;
}

interface Request {
  /** Absent: a read. */
  readonly transaction: EtcdTransaction | undefined;
  readonly key: string;
  readonly kind: EventKind;
  readonly target: number;
  result: EtcdResult | undefined;
}

interface Watcher {
  readonly kind: EventKind;
  readonly target: number;
}

interface Member {
  readonly loop: ReadyLoop;
  readonly host: CpuHost;
  /** Highest index durable there, as the leader knows. */
  match: number;
  /** Messages on their way to it, in order. */
  readonly inbox: Pass[];
}

/** The cluster; `name` of every event begins with `etcd`. */
export class Etcd implements EtcdPort {
  readonly #simulation: Simulation;
  readonly #observer: ClusterObserver;
  readonly #store = new Store();
  readonly #members: Member[] = [];
  readonly #requests = new Slab<Request>();
  readonly #watchers: Watcher[] = [];
  readonly #kinds: ReturnType<Etcd['defineEvents']>;
  /**
   * Tickets of proposals by index; those at or below `#applied` are gone. Entry i is at i - base.
   */
  #entries: number[] = [];
  #entriesStart = 1;
  #lastIndex = 0;
  #commit = 0;
  #handedToApply = 0;
  #applied = 0;
  #isApplying = false;
  #readsWaiting: number[] = [];
  #readsInRound: number[] = [];
  /** Number of the newest ReadIndex round, and the followers that have answered it. */
  #round = 0;
  #roundAnswers = 0;
  /** Commit index when the round began: its reads are served when that is applied. */
  #readIndex = 0;
  #isRoundConfirmed = false;

  constructor(
    simulation: Simulation,
    members: readonly EtcdMemberOptions[],
    observer: ClusterObserver,
  ) {
    assert(members.length % 2 === 1, 'etcd needs an odd number of members');
    this.#simulation = simulation;
    this.#observer = observer;
    this.#kinds = this.defineEvents();
    members.forEach(({ name, host, disk }, index) => {
      const handler = index === 0 ? this.#leaderHandler() : this.#followerHandler(index);
      const loop = new ReadyLoop(simulation, name, host, disk, handler);
      this.#members.push({ loop, host, match: 0, inbox: [] });
    });
  }

  private defineEvents() {
    const define = (name: string, handler: (target: number, arg: number) => void): EventKind =>
      this.#simulation.defineEvent(`etcd.${name}`, handler);
    return {
      proposed: define('ProposalArrived', (ticket) => this.#append(ticket)),
      appendArrived: define('AppendArrived', (member) => this.#receiveAppend(member)),
      acknowledged: define('AppendAcknowledged', (member, index) =>
        this.#acknowledge(member, index),
      ),
      heartbeatAnswered: define('HeartbeatAnswered', (_, round) => this.#countAnswer(round)),
      applied: define('EntriesApplied', (_, last) => this.#applyUpTo(last)),
      readArrived: define('ReadArrived', (ticket) => this.#queueRead(ticket)),
      rangeDone: define('RangeRead', (ticket) => this.#answerRead(ticket)),
    };
  }

  /** Puts objects that existed before the run; observers see them as added. */
  preload(objects: readonly KubernetesObject[]): void {
    for (const object of objects) {
      this.#store.preload(object);
      this.#observer.committed(this.#store.change(this.#store.revision));
    }
  }

  propose(transaction: EtcdTransaction, kind: EventKind, target: number): void {
    const ticket = this.#requests.add({
      transaction,
      key: transaction.key,
      kind,
      target,
      result: undefined,
    });
    this.#simulation.after(etcdConstants.rpcOverheadUs, this.#kinds.proposed, ticket);
  }

  read(key: string, kind: EventKind, target: number): void {
    const ticket = this.#requests.add({
      transaction: undefined,
      key,
      kind,
      target,
      result: undefined,
    });
    this.#simulation.after(etcdConstants.rpcOverheadUs, this.#kinds.readArrived, ticket);
  }

  result(ticket: number): EtcdResult {
    return this.#requests.remove(ticket).result as EtcdResult;
  }

  watch(kind: EventKind, target: number): void {
    this.#watchers.push({ kind, target });
  }

  change(revision: number): WatchEvent {
    return this.#store.change(revision);
  }

  snapshot(): { readonly revision: number; readonly values: readonly KubernetesObject[] } {
    return { revision: this.#store.revision, values: this.#store.values };
  }

  get #leader(): Member {
    return this.#members[0] as Member;
  }

  #append(ticket: number): void {
    this.#entries.push(ticket);
    const lastIndex = ++this.#lastIndex;
    const { transaction } = this.#requests.get(ticket);
    const bytes = (transaction as EtcdTransaction).bytes + etcdConstants.walBytesPerEntry;
    this.#leader.loop.add({ ...EMPTY_PASS, entries: 1, bytes, lastIndex, commit: this.#commit });
  }

  #leaderHandler(): ReadyHandler {
    return {
      processed: (pass) => {
        this.#handToApply(pass.commit);
        if (pass.confirmed === this.#round && pass.confirmed > 0) this.#confirmRound();
        if (pass.entries > 0 || pass.commit > 0 || pass.heartbeat > 0) this.#broadcast(pass);
      },
      persisted: (pass) => {
        if (pass.entries === 0) return;
        this.#leader.match = pass.lastIndex;
        this.#advanceCommit();
      },
    };
  }

  #broadcast(pass: Pass): void {
    for (let member = 1; member < this.#members.length; member++) {
      (this.#members[member] as Member).inbox.push(pass);
      this.#simulation.after(etcdConstants.peerDelayUs, this.#kinds.appendArrived, member);
    }
  }

  #followerHandler(member: number): ReadyHandler {
    const { peerDelayUs } = etcdConstants;
    return {
      processed: () => {},
      persisted: ({ entries, lastIndex, heartbeat }) => {
        const { acknowledged, heartbeatAnswered } = this.#kinds;
        if (entries > 0) this.#simulation.after(peerDelayUs, acknowledged, member, lastIndex);
        if (heartbeat > 0)
          this.#simulation.after(peerDelayUs, heartbeatAnswered, member, heartbeat);
      },
    };
  }

  #receiveAppend(index: number): void {
    const member = this.#members[index] as Member;
    member.loop.add(member.inbox.shift() as Pass);
  }

  #acknowledge(member: number, index: number): void {
    (this.#members[member] as Member).match = index;
    this.#advanceCommit();
  }

  /** Commit index = the highest index durable on a quorum. */
  #advanceCommit(): void {
    const matches = this.#members.map((member) => member.match).sort((a, b) => b - a);
    const commit = matches[this.#members.length >> 1] as number;
    if (commit <= this.#commit) return;
    this.#commit = commit;
    this.#leader.loop.add({ ...EMPTY_PASS, commit });
  }

  #handToApply(commit: number): void {
    this.#handedToApply = Math.max(this.#handedToApply, commit);
    if (!this.#isApplying) this.#applyNext();
  }

  #applyNext(): void {
    const last = Math.min(this.#handedToApply, this.#applied + APPLY_STEP);
    if (last === this.#applied) return;
    this.#isApplying = true;
    let cpuUs = 0;
    for (let index = this.#applied + 1; index <= last; index++) {
      const { transaction } = this.#requests.get(this.#ticketOf(index));
      const { bytes } = transaction as EtcdTransaction;
      cpuUs += etcdConstants.applyCpuUs + (bytes * etcdConstants.applyCpuNanosecondsPerByte) / 1000;
    }
    this.#leader.host.run(cpuUs, this.#kinds.applied, 0, last);
  }

  #ticketOf(index: number): number {
    return this.#entries[index - this.#entriesStart] as number;
  }

  #applyUpTo(last: number): void {
    const before = this.#store.revision;
    for (let index = this.#applied + 1; index <= last; index++) {
      const ticket = this.#ticketOf(index);
      const request = this.#requests.get(ticket);
      const result = this.#store.apply(request.transaction as EtcdTransaction);
      if (result.succeeded) this.#observer.committed(this.#store.change(result.revision));
      request.result = result;
      this.#simulation.after(etcdConstants.rpcOverheadUs, request.kind, request.target, ticket);
    }
    this.#applied = last;
    this.#isApplying = false;
    this.#forgetApplied();
    if (this.#store.revision > before) this.#notifyWatchers();
    this.#serveReads();
    this.#applyNext();
  }

  /** Cuts applied entries off in large steps, so that each is moved a bounded number of times. */
  #forgetApplied(): void {
    const count = this.#applied + 1 - this.#entriesStart;
    if (count * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(count);
    this.#entriesStart += count;
  }

  #notifyWatchers(): void {
    for (const { kind, target } of this.#watchers) {
      this.#simulation.after(etcdConstants.rpcOverheadUs, kind, target, this.#store.revision);
    }
  }

  #queueRead(ticket: number): void {
    this.#readsWaiting.push(ticket);
    if (this.#readsInRound.length === 0) this.#startReadRound();
  }

  /** One ReadIndex round for all reads that wait; a single member confirms itself. */
  #startReadRound(): void {
    this.#readsInRound = this.#readsWaiting;
    this.#readsWaiting = [];
    if (this.#readsInRound.length === 0) return;
    const round = ++this.#round;
    this.#roundAnswers = 0;
    this.#readIndex = this.#commit;
    const isAlone = this.#members.length === 1;
    this.#leader.loop.add({
      ...EMPTY_PASS,
      ...(isAlone ? { confirmed: round } : { heartbeat: round }),
    });
  }

  /** The leader and half of the followers, rounded down, are a quorum. */
  #countAnswer(round: number): void {
    if (round !== this.#round || ++this.#roundAnswers !== this.#members.length >> 1) return;
    this.#leader.loop.add({ ...EMPTY_PASS, confirmed: round });
  }

  #confirmRound(): void {
    this.#isRoundConfirmed = true;
    this.#serveReads();
  }

  /** Serves the reads of a confirmed round as soon as its read index is applied. */
  #serveReads(): void {
    if (!this.#isRoundConfirmed || this.#applied < this.#readIndex) return;
    this.#isRoundConfirmed = false;
    for (const ticket of this.#readsInRound) {
      this.#leader.host.run(etcdConstants.rangeCpuUs, this.#kinds.rangeDone, ticket);
    }
    this.#startReadRound();
  }

  #answerRead(ticket: number): void {
    const request = this.#requests.get(ticket);
    const current = this.#store.get(request.key);
    request.result = { succeeded: true, revision: this.#store.revision, current };
    this.#simulation.after(etcdConstants.rpcOverheadUs, request.kind, request.target, ticket);
  }
}
