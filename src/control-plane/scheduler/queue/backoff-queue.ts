// backoffQ: pods that have failed and wait a while. Pods that a plugin rejected and pods that an
// error stopped are kept apart; only the first are popped early by an idle scheduler.
// Source: kube-scheduler v1.36 backend/queue/backoff_queue.go; reference: scheduler 1.2.

import type { SimTime } from '../../../kernel/time.js';
import { KeyedHeap } from './keyed-heap.js';
import type { QueuedPodInfo } from './queued-pod-info.js';

const secondUs = 1_000_000;

/** The start of the second that `time` lies in: backoffs end together, once a second. */
function truncateToSecond(time: SimTime): SimTime {
  return time - (time % secondUs);
}

export interface BackoffOptions {
  readonly podInitialBackoffUs: SimTime;
  /** 0: no backoff at all. */
  readonly podMaxBackoffUs: SimTime;
  /** The order of activeQ, total. */
  readonly less: (a: QueuedPodInfo, b: QueuedPodInfo) => boolean;
}

/** Times are absolute. */
export class BackoffQueue {
  readonly #options: BackoffOptions;
  readonly #rejected: KeyedHeap<QueuedPodInfo>;
  readonly #failed: KeyedHeap<QueuedPodInfo>;

  constructor(options: BackoffOptions) {
    this.#options = options;
    const keyOf = ({ key }: QueuedPodInfo): string => key;
    const less = (a: QueuedPodInfo, b: QueuedPodInfo): boolean => {
      const difference = (a.backoffExpirationUs ?? 0) - (b.backoffExpirationUs ?? 0);
      return difference < 0 || (difference === 0 && options.less(a, b));
    };
    this.#rejected = new KeyedHeap(keyOf, less);
    this.#failed = new KeyedHeap(keyOf, less);
  }

  get size(): number {
    return this.#rejected.size + this.#failed.size;
  }

  /** Visits all entries, in no order that means anything. */
  visit(visitor: (entry: QueuedPodInfo) => void): void {
    this.#rejected.visit(visitor);
    this.#failed.visit(visitor);
  }

  /** Whether an idle scheduler would take a pod from here. */
  get hasRejected(): boolean {
    return this.#rejected.size > 0;
  }

  has(key: string): boolean {
    return this.#rejected.has(key) || this.#failed.has(key);
  }

  get(key: string): QueuedPodInfo | undefined {
    return this.#rejected.get(key) ?? this.#failed.get(key);
  }

  set(entry: QueuedPodInfo): void {
    this.expirationUs(entry);
    (entry.hasRejectors ? this.#rejected : this.#failed).set(entry);
  }

  delete(key: string): QueuedPodInfo | undefined {
    return this.#rejected.delete(key) ?? this.#failed.delete(key);
  }

  /** The rejected pod whose backoff ends first, though it has not ended. */
  popRejected(): QueuedPodInfo | undefined {
    return this.#rejected.pop();
  }

  /** The next pod whose backoff is over at `now`; the rejected ones come first. */
  popCompleted(now: SimTime): QueuedPodInfo | undefined {
    for (const heap of [this.#rejected, this.#failed]) {
      const head = heap.peek();
      if (head !== undefined && !this.isBackingOff(head, now)) return heap.pop();
    }
    return undefined;
  }

  /** Whether the pod has to wait; a backoff that ends in the current second has not ended. */
  isBackingOff(entry: QueuedPodInfo, now: SimTime): boolean {
    return backoffUs(entry, this.#options) > 0 && this.expirationUs(entry) >= truncateToSecond(now);
  }

  /** The first whole second at which a pod can leave; undefined when none is here. */
  nextCompletionUs(): SimTime | undefined {
    const heads = [this.#rejected.peek(), this.#failed.peek()].filter((head) => head !== undefined);
    if (heads.length === 0) return undefined;
    return Math.min(...heads.map((head) => this.expirationUs(head))) + secondUs;
  }

  /** When the backoff ends, in whole seconds. Kept until the next attempt. */
  expirationUs(entry: QueuedPodInfo): SimTime {
    entry.backoffExpirationUs ??= truncateToSecond(
      entry.timestampUs + backoffUs(entry, this.#options),
    );
    return entry.backoffExpirationUs;
  }
}

/** Doubles with every failure of the same sort: 1, 2, 4, 8, 10, 10, … s by default. */
export function backoffUs(
  entry: Pick<QueuedPodInfo, 'consecutiveErrorsCount' | 'unschedulableCount'>,
  options: Pick<BackoffOptions, 'podInitialBackoffUs' | 'podMaxBackoffUs'>,
): SimTime {
  const { consecutiveErrorsCount, unschedulableCount } = entry;
  const count = consecutiveErrorsCount > 0 ? consecutiveErrorsCount : unschedulableCount;
  if (count === 0) return 0;
  let duration = options.podInitialBackoffUs;
  for (let i = 1; i < count && duration < options.podMaxBackoffUs; i++) duration *= 2;
  return Math.min(duration, options.podMaxBackoffUs);
}
