// When the runner of each proxy lets a sync begin: at once after a rest, else spaced, so that what
// arrives meanwhile is programmed together.
// Source: Kubernetes v1.36 pkg/proxy/runner and, up to v1.34, pkg/util/async
// bounded_frequency_runner.go (reference: nodes-controllers §2.3).
import type { SimTime } from '../../kernel/time.js';

/**
 * `completion` (1.35 on): not before the minimum period after the end of the last sync.
 * `tokenBucket` (up to 1.34): one start a period, and one more saved up; without a token, a period
 * after the end of the last sync.
 */
export type RunnerKind = 'completion' | 'tokenBucket';

/** Starts that a bucket saves up. */
const BURST = 2;

/** The runners of all proxies, by index. */
export class SyncRunners {
  readonly #lastEndUs: SimTime[] = [];
  /** Of a bucket: it holds (time - this) / period tokens, at most BURST. */
  readonly #bucketUs: SimTime[] = [];

  add(): void {
    this.#lastEndUs.push(Number.NEGATIVE_INFINITY);
    this.#bucketUs.push(Number.NEGATIVE_INFINITY);
  }

  /** The next process of a proxy has not synced yet. */
  reset(member: number): void {
    this.#lastEndUs[member] = Number.NEGATIVE_INFINITY;
    this.#bucketUs[member] = Number.NEGATIVE_INFINITY;
  }

  /** -Infinity before the first. */
  lastEndUs(member: number): SimTime {
    return this.#lastEndUs[member]!;
  }

  /** When the sync for a change that arrives then can begin; no sync is running. */
  startUs(member: number, kind: RunnerKind, periodUs: number, arrivesUs: SimTime): SimTime {
    const spacedUs = Math.max(arrivesUs, this.#lastEndUs[member]! + periodUs);
    if (kind === 'completion') return spacedUs;
    const freeUs = Math.max(arrivesUs, this.#lastEndUs[member]!);
    return freeUs - this.#bucketUs[member]! >= periodUs ? freeUs : spacedUs;
  }

  started(member: number, periodUs: number, at: SimTime): void {
    this.#bucketUs[member] = Math.max(this.#bucketUs[member]!, at - BURST * periodUs) + periodUs;
  }

  ended(member: number, at: SimTime): void {
    this.#lastEndUs[member] = at;
  }
}
