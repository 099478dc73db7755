// The history of etcd: what Raft promises, and that reads and writes are linearizable. One member
// leads in a term; whoever leads has all that was ever applied; all members apply the same entries
// in the same order; nobody is answered from a state older than one that somebody has seen before.
// Left out: entries that lie further back than the ring that is kept.
// Source: D. Ongaro, Consensus: Bridging Theory and Practice, 2014, figure 3.2; M. Herlihy and
// J. Wing, Linearizability, 1990.
import { Checker } from './checker.js';

/** Entries remembered: a power of two. */
const RING = 65_536;

export class EtcdHistory extends Checker {
  readonly #leaders = new Map<number, number>();
  /** Highest index applied by each member. */
  readonly #applied: number[] = [];
  #highest = 0;
  // By index modulo the ring: index, term and revision of the entry when it was first applied.
  readonly #indexes = new Float64Array(RING);
  readonly #terms = new Float64Array(RING);
  readonly #revisions = new Float64Array(RING);

  override etcdLeaderElected(member: number, term: number, lastIndex: number): void {
    const other = this.#leaders.get(term) ?? member;
    this.expect(other === member, () => `etcd members ${other} and ${member} lead in term ${term}`);
    this.#leaders.set(term, member);
    this.expect(
      lastIndex >= this.#highest,
      () => `etcd member ${member} leads with a log up to ${lastIndex}, not ${this.#highest}`,
    );
  }

  override etcdEntryApplied(member: number, index: number, term: number, revision: number): void {
    const before = this.#applied[member];
    if (before !== undefined && index !== before + 1) {
      this.violated(`etcd member ${member} applies entry ${index} after ${before}`);
    }
    this.#applied[member] = index;
    const place = index & (RING - 1);
    if (index > this.#highest) {
      const previous = this.#revisions[(index - 1) & (RING - 1)] as number;
      if (revision < previous) {
        this.violated(`entry ${index} of etcd leads back from revision ${previous} to ${revision}`);
      }
      this.#highest = index;
      this.#indexes[place] = index;
      this.#terms[place] = term;
      this.#revisions[place] = revision;
      return;
    }
    if (this.#indexes[place] !== index) return;
    const isSame = this.#terms[place] === term && this.#revisions[place] === revision;
    if (!isSame) this.violated(`etcd member ${member} applies another entry at index ${index}`);
  }

  override etcdMemberRestored(member: number, index: number): void {
    this.expect(
      index <= this.#highest || this.#highest === 0,
      () => `etcd member ${member} begins at entry ${index}, which nobody has applied`,
    );
    this.#applied[member] = index;
  }

  override etcdAnswered(member: number, revision: number, leastRevision: number): void {
    if (revision >= leastRevision) return;
    this.violated(`etcd member ${member} answers from revision ${revision} after ${leastRevision}`);
  }
}
