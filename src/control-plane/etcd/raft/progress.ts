// What a leader knows about one follower and how it may send to it.
// Source: etcd-io/raft v3.6 tracker/progress.go, tracker/inflights.go (reference: controlplane A3).

/**
 * Probe: one MsgApp until it is answered or the next heartbeat is; Replicate: optimistic pipeline;
 * Snapshot: nothing until the snapshot has arrived.
 */
export type ProgressState = 'Probe' | 'Replicate' | 'Snapshot';

/** MsgApps that are on their way: the last index of each sending and how many messages it was. */
class Inflights {
  count = 0;
  readonly #ends: number[] = [];
  readonly #counts: number[] = [];

  add(end: number, messages: number): void {
    this.#ends.push(end);
    this.#counts.push(messages);
    this.count += messages;
  }

  /** Everything up to `index` has been answered. */
  freeTo(index: number): void {
    let freed = 0;
    while (freed < this.#ends.length && (this.#ends[freed] as number) <= index) {
      this.count -= this.#counts[freed] as number;
      freed++;
    }
    if (freed === 0) return;
    this.#ends.splice(0, freed);
    this.#counts.splice(0, freed);
  }

  /** The oldest sending has been answered, whatever it was. */
  freeFirst(): void {
    if (this.#ends.length > 0) this.freeTo(this.#ends[0] as number);
  }

  clear(): void {
    this.#ends.length = 0;
    this.#counts.length = 0;
    this.count = 0;
  }
}

/** Progress of one follower. Invariant: `match < next`. */
export class Progress {
  /** Highest index known to be durable there. */
  match = 0;
  /** First index to send. */
  next: number;
  state: ProgressState = 'Probe';
  /** Probe: a MsgApp is unanswered. */
  isPaused = false;
  /** A MsgApp goes out even if it carries nothing. */
  isProbeDue = false;
  /** It was heard of since the last check of the quorum. */
  isRecentActive = false;
  /** Snapshot: its index. */
  pendingSnapshot = 0;
  /** Highest commit index it was told. */
  sentCommit = 0;
  readonly inflights: Inflights = new Inflights();

  constructor(next: number) {
    this.next = next;
  }

  becomeProbe(): void {
    this.next =
      this.state === 'Snapshot' ? Math.max(this.match, this.pendingSnapshot) + 1 : this.match + 1;
    this.#become('Probe');
  }

  becomeReplicate(): void {
    this.next = this.match + 1;
    this.#become('Replicate');
  }

  becomeSnapshot(index: number): void {
    this.#become('Snapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
  }

  /** It has everything up to `index`; false when that was known. */
  update(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.isPaused = false;
    return true;
  }

  /** It refused what follows `index`; false when that is outdated. */
  refuse(index: number, hint: number): boolean {
    if (this.state === 'Replicate') {
      if (index <= this.match) return false;
      this.next = this.match + 1;
      return true;
    }
    if (this.next - 1 !== index) return false;
    this.next = Math.max(Math.min(index, hint + 1), this.match + 1);
    this.isPaused = false;
    return true;
  }

  #become(state: ProgressState): void {
    this.isPaused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    this.inflights.clear();
  }
}
