// One member's log: entries by index, what of it is durable, committed and handed on, and what was
// cut off behind a snapshot.
// Source: etcd-io/raft v3.6 log.go, log_unstable.go (reference: controlplane A3).
import { assert } from '../../../kernel/assert.js';
import { type Entry, NO_ENTRIES } from './message.js';

/** Cut-off entries that may stay in memory, so that cutting costs a bounded time an entry. */
const SLACK = 4096;

/**
 * The log. Invariants: `compacted <= applied <= applying <= committed <= lastIndex`,
 * `stable <= lastIndex`, terms never fall with the index.
 */
export class RaftLog {
  /** Highest index known to be on a quorum. */
  committed = 0;
  /** Highest index handed to the application. */
  applying = 0;
  /** Highest index that the application has told to be applied; snapshots are made of it. */
  applied = 0;
  /** Highest index that is durable here. */
  stable = 0;
  /** Index and term of the last entry that is only in a snapshot. */
  compacted = 0;
  compactedTerm = 0;
  #entries: Entry[] = [];
  /** Index of the first entry in memory. */
  #offset = 1;

  get lastIndex(): number {
    return this.#offset + this.#entries.length - 1;
  }

  get lastTerm(): number {
    return this.term(this.lastIndex) as number;
  }

  /** The entry of an index after `compacted` and up to `lastIndex`. */
  entry(index: number): Entry {
    return this.#entries[index - this.#offset] as Entry;
  }

  /** Term of an index; undefined when it is cut off or not there yet. */
  term(index: number): number | undefined {
    if (index === this.compacted) return this.compactedTerm;
    if (index < this.compacted || index > this.lastIndex) return undefined;
    return this.entry(index).term;
  }

  append(entry: Entry): void {
    assert(entry.index === this.lastIndex + 1, 'an entry must follow the last one');
    this.#entries.push(entry);
  }

  /** Entries from `first` on, at least one, as many as fit into `maxBytes`. */
  slice(first: number, maxBytes: number): readonly Entry[] {
    if (first > this.lastIndex) return NO_ENTRIES;
    const end = this.endOfBytes(first - 1, this.lastIndex, maxBytes) + 1;
    return this.#entries.slice(first - this.#offset, end - this.#offset);
  }

  /** The last index after `from`, up to `to`, so that at least one fits and `maxBytes` do. */
  endOfBytes(from: number, to: number, maxBytes: number): number {
    if (from >= to) return to;
    let end = from + 1;
    let { bytes } = this.entry(end);
    while (end < to) {
      bytes += this.entry(end + 1).bytes;
      if (bytes > maxBytes) break;
      end++;
    }
    return end;
  }

  /**
   * Appends what a leader sent after (index, term) and returns the last index they share from now
   * on; undefined when this log has no such entry. What contradicts the leader is dropped.
   */
  maybeAppend(index: number, term: number, entries: readonly Entry[]): number | undefined {
    if (this.term(index) !== term) return undefined;
    for (const entry of entries) {
      if (entry.index <= this.compacted || this.term(entry.index) === entry.term) continue;
      if (entry.index <= this.lastIndex) this.#truncate(entry.index);
      this.append(entry);
    }
    return index + entries.length;
  }

  /** The greatest index up to `index` whose term is at most `term`: where logs may agree. */
  findConflictByTerm(index: number, term: number): number {
    let at = Math.min(index, this.lastIndex);
    while (at > this.compacted && (this.term(at) as number) > term) at--;
    return at;
  }

  isUpToDate(index: number, term: number): boolean {
    const { lastTerm } = this;
    return term > lastTerm || (term === lastTerm && index >= this.lastIndex);
  }

  /** Everything up to an entry of that index and term is durable. */
  stableTo(index: number, term: number): void {
    if (index > this.stable && this.term(index) === term) this.stable = index;
  }

  /** Cuts off what lies behind a snapshot at `index`; nothing when that is cut off already. */
  compact(index: number): void {
    if (index <= this.compacted) return;
    assert(index <= this.applied, 'only applied entries may be cut off');
    this.compactedTerm = this.term(index) as number;
    this.compacted = index;
    if (index - this.#offset < SLACK) return;
    this.#entries = this.#entries.slice(index + 1 - this.#offset);
    this.#offset = index + 1;
  }

  /** Replaces the whole log by a snapshot at (index, term). */
  restore(index: number, term: number): void {
    this.#entries = [];
    this.#offset = index + 1;
    this.compacted = index;
    this.compactedTerm = term;
    this.committed = index;
    this.applying = index;
    this.applied = index;
    this.stable = index;
  }

  /**
   * What is left of it after a crash: the durable entries. `applied` is what the application has
   * kept; the rest is handed to it again.
   */
  crash(applied: number): void {
    this.committed = Math.min(this.committed, this.stable);
    this.applying = Math.max(this.compacted, Math.min(applied, this.committed));
    this.applied = this.applying;
    if (this.stable < this.lastIndex) this.#truncate(this.stable + 1);
  }

  #truncate(first: number): void {
    assert(first > this.committed, 'a committed entry must not be overwritten');
    this.#entries.length = first - this.#offset;
    this.stable = Math.min(this.stable, first - 1);
  }
}
