// Delays between tries that fail: each twice the one before, with jitter, from the beginning again
// after a quiet time. Source: Kubernetes v1.36 apimachinery util/wait/backoff.go (reference:
// controlplane C3).
import type { RandomStream } from '../kernel/random-stream.js';
import type { SimTime } from '../kernel/time.js';

export interface BackoffLimits {
  /** Of the first delay, without jitter. */
  readonly initialUs: number;
  /** Of a delay, without jitter. */
  readonly maxUs: number;
  /** A delay is longer by up to this part of itself. */
  readonly jitterFactor: number;
  /** Without a failure for longer than this the next delay is the first again. */
  readonly resetAfterUs: number;
}

export class ExponentialBackoff {
  readonly #limits: BackoffLimits;
  readonly #stream: RandomStream;
  #delayUs: number;
  #lastUs: SimTime = 0;

  constructor(limits: BackoffLimits, stream: RandomStream) {
    this.#limits = limits;
    this.#stream = stream;
    this.#delayUs = limits.initialUs;
  }

  /** The delay after a failure now, µs. */
  next(now: SimTime): number {
    const { initialUs, maxUs, jitterFactor, resetAfterUs } = this.#limits;
    if (now - this.#lastUs > resetAfterUs) this.#delayUs = initialUs;
    this.#lastUs = now;
    const delayUs = this.#delayUs * (1 + this.#stream.uniform() * jitterFactor);
    this.#delayUs = Math.min(this.#delayUs * 2, maxUs);
    return Math.round(delayUs);
  }
}
