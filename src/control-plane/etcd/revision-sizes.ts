// How large the database is. Revisions are stored in the order in which they were made, so that
// they fill the pages of the file one after the other: at least two a page, and no more once it is
// nine tenths full. What is replaced or deleted is given back by a compaction, to be used again.
// Left out: the pages of the B+tree above the leaves, and those that a commit copies.
// Source: etcd v3.6 server/storage/backend, bbolt node.go split (reference: controlplane A6, A11).
import { etcdCosts } from './constants.js';

/** What a compaction takes away. */
export interface Compaction {
  readonly revision: number;
  /** Revisions that it looks at, and that it deletes. */
  readonly scanned: number;
  readonly deleted: number;
  readonly freedBytes: number;
}

const LEAST_PER_PAGE = 2;

export class RevisionSizes {
  /** Bytes of all pages that were ever filled, also of those that are free again. */
  #closedBytes = 0;
  #pageBytes = 0;
  #pageItems = 0;
  /** Bytes of revisions, and those of them that were deleted again. */
  #itemBytes = 0;
  /** Revisions in the database. */
  #revisions = 0;
  /** By revision from `#first` on: what it made superfluous, added up. */
  #superfluousBytes: number[] = [];
  #superfluousItems: number[] = [];
  #first = 2;

  /** Pages in use and free ones, without compactions. */
  get allocatedBytes(): number {
    const { pageBytes } = etcdCosts;
    return this.#closedBytes + Math.ceil(this.#pageBytes / pageBytes) * pageBytes;
  }

  /** Bytes of values and keys that were put, with the overhead of each. */
  get itemBytes(): number {
    return this.#itemBytes;
  }

  /** A revision of `bytes` was written; it makes `replaced` bytes superfluous (0: nothing). */
  put(revision: number, bytes: number, replaced: number): void {
    const { pageBytes, pageFillPercent, bytesPerRevision } = etcdCosts;
    const item = bytes + bytesPerRevision;
    const isFull = this.#pageBytes + item > (pageBytes * pageFillPercent) / 100;
    if (this.#pageItems >= LEAST_PER_PAGE && isFull) {
      this.#closedBytes = this.allocatedBytes;
      this.#pageBytes = 0;
      this.#pageItems = 0;
    }
    this.#pageBytes += item;
    this.#pageItems++;
    this.#itemBytes += item;
    this.#revisions++;
    if (replaced === 0) this.#note(revision, 0, 0);
    else this.#note(revision, replaced + bytesPerRevision, 1);
  }

  /** A tombstone of `bytes`, superfluous from the start, was written over a value. */
  remove(revision: number, bytes: number, replaced: number): void {
    this.put(revision, bytes, replaced);
    this.#note(revision, bytes + etcdCosts.bytesPerRevision, 1);
  }

  /** What everything superfluous up to a revision amounts to; it is forgotten here. */
  compact(revision: number): Compaction {
    const place = Math.min(revision - this.#first, this.#superfluousBytes.length - 1);
    const bytes = this.#superfluousBytes[place] ?? 0;
    const deleted = this.#superfluousItems[place] ?? 0;
    const later = this.#first + this.#superfluousBytes.length - 1 - revision;
    const scanned = Math.max(0, this.#revisions - later);
    this.#superfluousBytes = this.#superfluousBytes.slice(place + 1).map((sum) => sum - bytes);
    this.#superfluousItems = this.#superfluousItems.slice(place + 1).map((sum) => sum - deleted);
    this.#first += place + 1;
    this.#revisions -= deleted;
    const freedBytes = Math.floor(bytes * (this.allocatedBytes / Math.max(1, this.#itemBytes)));
    return { revision, scanned, deleted, freedBytes };
  }

  #note(revision: number, bytes: number, items: number): void {
    const place = revision - this.#first;
    const last = this.#superfluousBytes.length - 1;
    const sumBytes = (this.#superfluousBytes[last] ?? 0) + bytes;
    const sumItems = (this.#superfluousItems[last] ?? 0) + items;
    // Several keys of one revision share its place.
    this.#superfluousBytes[place] = sumBytes;
    this.#superfluousItems[place] = sumItems;
  }
}
