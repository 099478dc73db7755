// The ranges of equal size in the cluster's range of pod addresses, and which of them are taken.
// The search goes on behind the range that was given out last, so that one that was given back is
// the last to be used again.
// Source: Kubernetes v1.36 pkg/controller/nodeipam/ipam/cidrset.
import { addressCount, type Cidr, isWithin } from '../../../api/cidr.js';

export class CidrSet {
  readonly #cluster: Cidr;
  readonly #bits: number;
  readonly #isTaken: Uint8Array;
  #next = 0;
  #free: number;

  /** `bits`: of the mask of each range, not fewer than the cluster's. */
  constructor(cluster: Cidr, bits: number) {
    this.#cluster = cluster;
    this.#bits = bits;
    this.#free = addressCount(cluster.bits) / addressCount(bits);
    this.#isTaken = new Uint8Array(this.#free);
  }

  /** The next free range; undefined: all are taken. O(ranges) at most, O(1) on average. */
  allocate(): Cidr | undefined {
    if (this.#free === 0) return undefined;
    const count = this.#isTaken.length;
    let place = this.#next;
    while (this.#isTaken[place] === 1) place = (place + 1) % count;
    this.#next = (place + 1) % count;
    this.#isTaken[place] = 1;
    this.#free--;
    return { first: this.#cluster.first + place * addressCount(this.#bits), bits: this.#bits };
  }

  /** Marks a range that a node has already; one outside the cluster's is nobody's affair. */
  occupy(range: Cidr): void {
    this.#mark(range, 1);
  }

  /** Takes a range back. */
  release(range: Cidr): void {
    this.#mark(range, 0);
  }

  #mark(range: Cidr, taken: 0 | 1): void {
    if (range.bits !== this.#bits || !isWithin(range, this.#cluster)) return;
    const place = (range.first - this.#cluster.first) / addressCount(this.#bits);
    if (this.#isTaken[place] === taken) return;
    this.#isTaken[place] = taken;
    this.#free += taken === 1 ? -1 : 1;
  }
}
