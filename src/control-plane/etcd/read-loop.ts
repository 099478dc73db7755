// The linearizable reads of one member: all that wait share one ReadIndex round through the leader,
// those that come during a round share the next, and they are served when what was committed by
// then is applied here, each by a goroutine of its own.
// Source: etcd v3.6 server/etcdserver/v3_server.go linearizableReadLoop (reference: controlplane
// A7).
import { encodedBytes } from '../../api/encoded-size.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import type { SimTime } from '../../kernel/time.js';
import { etcdCosts, etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { ReadState } from './raft/message.js';
import { failure, plainResult, type Request } from './request.js';

const NO_READS: Request[] = [];

export class ReadLoop {
  readonly #group: Group;
  readonly #member: Member;
  readonly #retry: DueTimer;
  #waiting: Request[] = [];
  #round: Request[] = NO_READS;
  /** Serializable reads that came during a defragmentation. */
  #held: Request[] = [];
  /** Number of the round; another one in every round of every member. */
  #context: number;
  #askedUs: SimTime = 0;
  /** Index that the round must see; -1: not confirmed. */
  #index = -1;

  constructor(group: Group, member: Member) {
    this.#group = group;
    this.#member = member;
    this.#context = member.id + 1;
    this.#retry = new DueTimer(group.simulation, group.kinds.readIndexDue, member.id);
  }

  add(read: Request): void {
    this.#waiting.push(read);
    if (this.#round.length === 0) this.#start();
  }

  /** The leader has confirmed reads; the round is among them, or they are outdated. */
  confirmed(states: readonly ReadState[]): void {
    for (const { context, index } of states) {
      if (context === this.#context && this.#round.length > 0) this.#index = index;
    }
    this.serve();
  }

  /** The database can be read again. */
  defragmented(): void {
    const held = this.#held;
    this.#held = [];
    this.read(held.filter(({ isOpen }) => isOpen));
    this.serve();
  }

  /** Serves the round as soon as its index is applied. */
  serve(): void {
    const { applier, backend } = this.#member;
    if (this.#index < 0 || applier.applied < this.#index || backend.isDefragmenting) return;
    const round = this.#round;
    this.#round = NO_READS;
    this.#index = -1;
    this.read(round);
    this.#start();
  }

  /** Another member leads: whoever waits for the old one is told, and may ask again. */
  leaderChanged(): void {
    if (this.#round.length === 0 || this.#index >= 0) return;
    const failed = this.#round;
    this.#round = NO_READS;
    const { metrics } = this.#member;
    metrics.readIndexesFailed++;
    for (const read of failed) this.#member.fail(read, 'etcdserver: leader changed');
    this.#start();
  }

  /** The round is late: asks again, as long as anybody waits. */
  retryDue(): void {
    this.#retry.fired();
    this.#round = this.#round.filter(({ isOpen }) => isOpen);
    if (this.#round.length === 0) this.#start();
    if (this.#round.length === 0 || this.#index >= 0) return;
    const { now } = this.#group.simulation;
    if (now >= this.#askedUs + etcdSettings.readIndexRetryUs) {
      this.#member.metrics.slowReadIndexes++;
      this.#ask();
      this.#member.wake();
    }
    this.#retry.ensure(this.#askedUs + etcdSettings.readIndexRetryUs);
  }

  /**
   * Reads from what is applied here, without asking anybody. Each read is a goroutine: those of a
   * round become runnable at once, and everything else on the machine waits with them.
   */
  read(reads: readonly Request[]): void {
    if (this.#member.backend.isDefragmenting) {
      this.#held.push(...reads);
      return;
    }
    const { readings, kinds } = this.#group;
    const { incarnation, metrics } = this.#member;
    for (const read of reads) {
      read.outcome = this.#resultOf(read);
      const rangeUs = costUs(read.outcome);
      metrics.rangeRead(rangeUs);
      const cpuUs = etcdCosts.rpcAnswerCpuUs + rangeUs;
      this.#member.runWith(cpuUs, kinds.rangeRead, readings.add(read), incarnation);
    }
  }

  crash(): void {
    this.#waiting = [];
    this.#round = NO_READS;
    this.#held = [];
    this.#index = -1;
    this.#retry.cancel();
  }

  #start(): void {
    const round = this.#waiting.filter(({ isOpen }) => isOpen);
    this.#waiting = [];
    if (round.length === 0) return;
    this.#round = round;
    // Numbers of different members differ, those of one rise.
    this.#context += this.#group.size;
    this.#ask();
    this.#retry.ensure(this.#askedUs + etcdSettings.readIndexRetryUs);
  }

  #ask(): void {
    this.#askedUs = this.#group.simulation.now;
    // Without a leader nobody answers, and the next attempt may.
    this.#member.raft.readIndex(this.#context);
  }

  #resultOf({ type, key, range }: Request): EtcdResult {
    const { store } = this.#group.machine;
    const { revision } = this.#member.applier;
    if (type === 'read') return { ...plainResult(revision), current: store.get(key, revision) };
    const { prefix = '', startKey = '', limit = 0, revision: wanted = 0 } = range ?? {};
    const at = wanted === 0 ? revision : wanted;
    if (at > revision) {
      return failure('etcdserver: mvcc: required revision is a future revision', revision);
    }
    if (!store.isReadable(at)) {
      return failure('etcdserver: mvcc: required revision has been compacted', revision);
    }
    return { ...store.range(prefix, startKey, limit, at), revision };
  }
}

/** CPU time of a range: the walk of the index, the values, and their encoding. */
function costUs({ values, count }: EtcdResult): number {
  const { rangeCpuUs, rangePerKeyNanoseconds, rangePerValueNanoseconds } = etcdCosts;
  if (count === 0) return rangeCpuUs;
  let nanoseconds = count * rangePerKeyNanoseconds + values.length * rangePerValueNanoseconds;
  for (const value of values)
    nanoseconds += encodedBytes(value) * etcdCosts.rangeNanosecondsPerByte;
  return rangeCpuUs + nanoseconds / 1000;
}
