// The linearizable reads of a leader that wait for a quorum to confirm that it still leads.
// Source: etcd-io/raft v3.6 read_only.go (reference: controlplane A7).

/** A read: whose it is, the asker's number for it, and the commit index when it came. */
export interface PendingRead {
  readonly from: number;
  readonly context: number;
  readonly index: number;
}

/** Reads in order of arrival, confirmed from the front. */
export class ReadOnly {
  readonly #reads: PendingRead[] = [];
  /** Number of each read, for heartbeats; rises by one a read. */
  #first = 1;
  /** Highest number that each member has confirmed. */
  readonly #confirmed: number[];

  constructor(members: number) {
    this.#confirmed = new Array<number>(members).fill(0);
  }

  /** Number that heartbeats carry to confirm everything that waits; 0: nothing waits. */
  get lastNumber(): number {
    return this.#reads.length === 0 ? 0 : this.#first + this.#reads.length - 1;
  }

  add(read: PendingRead): void {
    this.#reads.push(read);
  }

  /** A member has answered a heartbeat with that number; the reads that a quorum confirms. */
  acknowledge(member: number, number: number, quorum: number): readonly PendingRead[] {
    this.#confirmed[member] = Math.max(this.#confirmed[member] as number, number);
    if (this.#reads.length === 0) return [];
    // The leader itself counts as one of the quorum.
    const others = this.#confirmed.filter((each) => each >= number).length;
    if (others + 1 < quorum) return [];
    const count = Math.max(0, Math.min(this.#reads.length, number - this.#first + 1));
    this.#first += count;
    return this.#reads.splice(0, count);
  }
}
