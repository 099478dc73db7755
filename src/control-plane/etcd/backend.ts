// The backend of one member (bbolt): what was written is committed every 100 ms or 10,000
// operations, and while a commit, a batch of a compaction or a defragmentation is at work nothing
// is applied. It knows how large the file is.
// Left out: readers that wait for the swap of a commit's buffers.
// Source: etcd v3.6 server/storage/backend, mvcc/kvstore_compaction.go (reference: controlplane A6,
// A11).
import type { Disk } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { etcdCosts, etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import { plainResult, type Request } from './request.js';
import type { Compaction } from './revision-sizes.js';

/** Invariant: `freeBytes <= fileBytes`. */
export class Backend {
  /** It holds the lock: nothing may be applied. */
  isBusy = false;
  /** It is being defragmented: nothing may be read either. */
  isDefragmenting = false;
  /** Highest index that a crash does not lose. */
  durableIndex: number;
  fileBytes = 0;
  freeBytes = 0;
  readonly #group: Group;
  readonly #member: Member;
  readonly #disk: Disk;
  readonly #timer: DueTimer;
  #operations = 0;
  #bytes = 0;
  /** What is being committed. */
  #committingBytes = 0;
  #committingIndex = 0;
  #startedUs: SimTime = 0;
  #isCommitDue = false;
  /** Bytes of pages that the store had allocated when they were last counted here. */
  #allocated = 0;
  #compaction: Compaction | undefined;
  #compactionStartedUs: SimTime = 0;
  #keysLeft = 0;
  #isBatchDue = false;
  #isBatch = false;
  #isDefragmentationDue = false;
  #askedToDefragment: Request[] = [];

  constructor(group: Group, member: Member, disk: Disk) {
    this.#group = group;
    this.#member = member;
    this.#disk = disk;
    this.#timer = new DueTimer(group.simulation, group.kinds.backendDue, member.id);
    this.durableIndex = group.machine.applied;
  }

  /** Old revisions are being deleted. */
  get isCompacting(): boolean {
    return this.#compaction !== undefined;
  }

  get inUseBytes(): number {
    return this.fileBytes - this.freeBytes;
  }

  /** Work that must come before anything else is applied. */
  get isDue(): boolean {
    return this.#isCommitDue || this.#isBatchDue || this.#isDefragmentationDue;
  }

  /** Entries were applied; `isForced`: the next commit may not wait. */
  written(operations: number, bytes: number, isForced: boolean): void {
    this.countPages();
    if (this.#operations === 0) {
      const { now } = this.#group.simulation;
      const { backendBatchIntervalUs } = etcdSettings;
      const batches = Math.floor(now / backendBatchIntervalUs) + 1;
      this.#timer.ensure(batches * backendBatchIntervalUs);
    }
    this.#operations += operations;
    this.#bytes += bytes;
    if (isForced || this.#operations >= etcdSettings.backendBatchLimit) this.#isCommitDue = true;
  }

  /** New pages are free ones first, then the file grows. */
  countPages(): void {
    const { allocatedBytes } = this.#group.machine.store.sizes;
    const grown = allocatedBytes - this.#allocated;
    this.#allocated = allocatedBytes;
    const reused = Math.min(grown, this.freeBytes);
    this.freeBytes -= reused;
    this.fileBytes += grown - reused;
  }

  /** The batch interval is over. */
  batchIntervalOver(): void {
    this.#timer.fired();
    if (this.#operations === 0) return;
    this.#isCommitDue = true;
    this.continue();
  }

  /** An entry has asked to forget old revisions: it begins with a commit. */
  compact(compaction: Compaction): void {
    this.#isCommitDue = true;
    this.#compaction = compaction;
    this.#compactionStartedUs = this.#group.simulation.now;
    this.#keysLeft = compaction.scanned;
    this.#isBatchDue = true;
  }

  compactionDue(): void {
    this.#isBatchDue = this.#compaction !== undefined;
    this.continue();
  }

  /**
   * Copies everything into a new file; nothing is read or applied meanwhile. `request` is answered
   * when it is done.
   */
  defragment(request?: Request): void {
    if (request !== undefined) this.#askedToDefragment.push(request);
    this.#isDefragmentationDue = true;
    this.continue();
  }

  /** Does what is due unless something is at work; the applier goes on after it. */
  continue(): void {
    if (this.isBusy || this.#member.applier.isWorking || !this.isDue) return;
    this.isBusy = true;
    this.#startedUs = this.#group.simulation.now;
    if (this.#isDefragmentationDue) return this.#startDefragmentation();
    this.#isBatch = !this.#isCommitDue;
    let cpuUs = etcdCosts.commitCpuUs + this.#operations * etcdCosts.commitPerOperationUs;
    cpuUs += (this.#bytes * etcdCosts.commitNanosecondsPerByte) / 1000;
    if (this.#isBatch) cpuUs += this.#takeBatch();
    this.#isCommitDue = false;
    this.#committingBytes = this.#bytes;
    this.#committingIndex = this.#member.applier.applied;
    this.#operations = 0;
    this.#bytes = 0;
    this.#timer.cancel();
    this.#member.run(cpuUs, this.#group.kinds.backendPrepared);
  }

  /** The pages are ready: written and flushed, then the page that names them. */
  prepared(): void {
    this.#sync(this.#committingBytes, this.#group.kinds.pagesWritten);
  }

  pagesWritten(): void {
    this.#sync(etcdCosts.pageBytes, this.#group.kinds.backendCommitted);
  }

  committed(): void {
    const { now } = this.#group.simulation;
    this.durableIndex = this.#committingIndex;
    this.#member.metrics.backendCommitted(now - this.#startedUs);
    if (this.#isBatch) this.#batchDone();
    this.#release();
  }

  defragmented(): void {
    this.isDefragmenting = false;
    this.fileBytes -= this.freeBytes;
    this.freeBytes = 0;
    this.#member.metrics.defragmented(this.#group.simulation.now - this.#startedUs);
    const asked = this.#askedToDefragment;
    this.#askedToDefragment = [];
    const { applier } = this.#member;
    for (const request of asked) this.#member.answer(request, plainResult(applier.revision));
    this.#release();
    this.#member.reads.defragmented();
  }

  /** The process is gone, and with it everything since the last commit. */
  crash(): void {
    this.isBusy = false;
    this.isDefragmenting = false;
    this.#operations = 0;
    this.#bytes = 0;
    this.#isCommitDue = false;
    this.#isBatchDue = false;
    this.#isDefragmentationDue = false;
    this.#askedToDefragment = [];
    this.#compaction = undefined;
    this.#timer.cancel();
  }

  /** A snapshot up to `index` has replaced it. */
  restore(index: number): void {
    this.crash();
    this.durableIndex = index;
    this.countPages();
  }

  #sync(bytes: number, kind: number): void {
    this.#disk.sync(bytes, kind, this.#member.id, this.#member.incarnation);
  }

  #takeBatch(): number {
    this.#isBatchDue = false;
    const { compactionBatchKeys } = etcdSettings;
    const keys = Math.min(compactionBatchKeys, this.#keysLeft);
    this.#keysLeft -= keys;
    return (etcdCosts.compactionBatchCpuUs * keys) / compactionBatchKeys;
  }

  #batchDone(): void {
    const compaction = this.#compaction;
    const { simulation, kinds } = this.#group;
    this.#member.metrics.compactionPaused(simulation.now - this.#startedUs);
    if (compaction === undefined) return;
    if (this.#keysLeft > 0) {
      simulation.after(etcdSettings.compactionSleepUs, kinds.compactionDue, this.#member.id);
      return;
    }
    this.freeBytes = Math.min(this.fileBytes, this.freeBytes + compaction.freedBytes);
    this.#compaction = undefined;
    this.#member.metrics.compacted(compaction, simulation.now - this.#compactionStartedUs);
  }

  #startDefragmentation(): void {
    this.#isDefragmentationDue = false;
    this.isDefragmenting = true;
    const cpuUs = (this.fileBytes * etcdCosts.defragmentNanosecondsPerByte) / 1000;
    this.#member.run(cpuUs, this.#group.kinds.defragmented);
  }

  #release(): void {
    this.isBusy = false;
    this.continue();
    this.#member.applier.resume();
  }
}
