// The limits on requests being served that hold without API Priority and Fairness: one for reads,
// one for writes; what comes beyond is turned away.
// Source: Kubernetes v1.36 apiserver server/filters/maxinflight.go (reference: controlplane B2).
import { apiserverConstants } from './constants.js';
import type { UserInfo } from './flow-control/matching.js';

/** Members are always served. */
const MASTERS = 'system:masters';

export class MaxInFlight {
  readonly #maxReads: number;
  readonly #maxWrites: number;
  #reads = 0;
  #writes = 0;

  constructor(maxRequests: number, maxMutatingRequests: number) {
    this.#maxReads = maxRequests;
    this.#maxWrites = maxMutatingRequests;
  }

  /** 0: the request may be served; else how long the client is to wait, s. */
  arrive(isWrite: boolean, { groups }: UserInfo): number {
    const isFull = isWrite ? this.#writes >= this.#maxWrites : this.#reads >= this.#maxReads;
    if (isFull && !groups.includes(MASTERS)) return apiserverConstants.overflowRetryAfterSeconds;
    if (isWrite) this.#writes++;
    else this.#reads++;
    return 0;
  }

  finish(isWrite: boolean): void {
    if (isWrite) this.#writes--;
    else this.#reads--;
  }
}
