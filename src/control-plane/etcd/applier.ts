// The apply loop of one member: committed entries in their order, one after the other, while the
// backend does not hold its lock.
// Source: etcd v3.6 server/etcdserver/server.go applyAll (reference: controlplane A6).
import type { SimTime } from '../../kernel/time.js';
import { etcdCosts, etcdSettings } from './constants.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { Entry } from './raft/message.js';
import type { Request } from './request.js';

/**
 * Entries applied as one piece of work at most, so that those of a large batch are answered early.
 */
const APPLY_STEP = 8;

/** Invariant: `applied <= handed`. */
export class Applier {
  /** Highest applied index and the revision of the store after it. */
  applied: number;
  revision: number;
  readonly #group: Group;
  readonly #member: Member;
  #handed: number;
  /** CPU time of each entry of the step, on the average, and when the step began. */
  #entryCpuUs = 0;
  #startedUs: SimTime = 0;
  /** Last index of the step that is being worked on; 0: none. */
  #end = 0;

  constructor(group: Group, member: Member) {
    this.#group = group;
    this.#member = member;
    this.applied = group.machine.applied;
    this.#handed = this.applied;
    this.revision = group.machine.store.revision;
  }

  get isWorking(): boolean {
    return this.#end > 0;
  }

  /** Entries that were handed over and are not applied. */
  get backlog(): number {
    return this.#handed - this.applied;
  }

  /** Everything up to `index` is committed. */
  hand(index: number): void {
    if (index <= this.#handed) return;
    this.#handed = index;
    this.resume();
  }

  /** Goes on unless it is at it already, or the backend is busy. */
  resume(): void {
    if (this.isWorking || this.backlog === 0 || this.#member.backend.isBusy) return;
    const end = Math.min(this.#handed, this.applied + APPLY_STEP);
    this.#member.run(this.begin(end), this.#group.kinds.entriesApplied);
  }

  /** Takes the entries up to `end` as the next step; the CPU time that it takes. */
  begin(end: number): number {
    this.#handed = Math.max(this.#handed, end);
    this.#end = end;
    const { log } = this.#member.raft;
    let cpuUs = 0;
    for (let index = this.applied + 1; index <= end; index++) {
      cpuUs += this.#cpuUs(log.entry(index));
    }
    this.#entryCpuUs = cpuUs / (end - this.applied);
    this.#startedUs = this.#group.simulation.now;
    return cpuUs;
  }

  /** The step is done. */
  finish(): void {
    // A snapshot has replaced what was being applied.
    if (!this.isWorking) return;
    const { log } = this.#member.raft;
    const first = this.applied + 1;
    const end = this.#end;
    const before = this.revision;
    let bytes = 0;
    let isForced = false;
    for (let index = first; index <= end; index++) {
      const entry = log.entry(index);
      this.revision = this.#group.machine.apply(entry);
      this.applied = index;
      this.#group.observer.etcdEntryApplied(this.#member.id, index, entry.term, this.revision);
      bytes += entry.bytes;
      const request = entry.data as Request | undefined;
      if (request === undefined) continue;
      // What deletes from the database itself may not wait for the end of a batch.
      isForced ||= request.type === 'revoke';
      this.#member.entryApplied(request, index, this.#entryCpuUs);
    }
    this.#end = 0;
    if (this.#group.simulation.now - this.#startedUs > etcdSettings.slowApplyUs) {
      this.#member.metrics.slowApplies += end - first + 1;
    }
    log.applied = end;
    this.#cutLog();
    this.#member.stepApplied(before, end - first + 1, bytes, isForced);
    this.resume();
  }

  /** Everything is replaced by a snapshot up to `index`. */
  restore(index: number): void {
    this.applied = index;
    this.#handed = index;
    this.#end = 0;
    this.revision = this.#group.machine.revisionAfter(index);
    this.#group.observer.etcdMemberRestored(this.#member.id, index);
  }

  /** After a crash: everything after `index` is applied again. */
  restart(index: number): void {
    this.restore(index);
    this.#member.raft.log.applied = index;
  }

  #cutLog(): void {
    const { snapshotEveryEntries, snapshotCatchUpEntries } = etcdSettings;
    const cut = this.applied - snapshotCatchUpEntries;
    const { log } = this.#member.raft;
    if (cut >= log.compacted + snapshotEveryEntries) log.compact(cut);
  }

  #cpuUs({ data, bytes }: Entry): number {
    if (data === undefined) return 0;
    const { applyCpuUs, applyCpuNanosecondsPerByte, applyPerDeletedKeyUs } = etcdCosts;
    const request = data as Request;
    let cpuUs = applyCpuUs + (bytes * applyCpuNanosecondsPerByte) / 1000;
    cpuUs += (this.#member.watches.count * etcdCosts.applyWatcherNanoseconds) / 1000;
    if (request.type === 'revoke') {
      const { leases } = this.#group.machine.store;
      cpuUs += leases.keysOf(request.subject).size * applyPerDeletedKeyUs;
    }
    return cpuUs;
  }
}
