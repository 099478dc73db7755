/**
 * What any thread that computes for a command says to it, and how it notices that it should stop.
 */

import { toSeconds } from '../kernel/time.js';
import type { RunOutcome, RunResult } from '../metrics/run-result.js';
import { formatCount } from '../report/number-format.js';

/** What a thread posts. */
export type ThreadMessage<Answer, Progress> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly answer: Answer }
  | FailedMessage;

/** The error that has ended the work of a thread. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Between two progress messages, ms. */
const progressIntervalMs = 100;

/** Does the work of a thread and posts what came of it. */
export function postAnswer<Answer, Progress>(
  work: (onProgress: (progress: Progress) => void) => Answer,
  post: (message: ThreadMessage<Answer, Progress>) => void,
): void {
  try {
    post({ type: 'done', answer: work(throttled(post)) });
  } catch (error) {
    post(failedMessage(error));
  }
}

/** The end of a thread's work by an error. */
export function failedMessage(error: unknown): FailedMessage {
  const { name, message, stack = '' } = error as Error;
  return { type: 'failed', name, message, stack };
}

/** Posts the progress of a thread's work, now and then. */
export function throttled<Progress>(
  post: (message: ThreadMessage<never, Progress>) => void,
): (progress: Progress) => void {
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (now < next) return;
    next = now + progressIntervalMs;
    post({ type: 'progress', progress });
  };
}

/** Whether a thread has to stop: it was told to, or its heap has grown too large. */
export class StopCondition {
  isOutOfMemory = false;
  readonly #stop: Int32Array;
  readonly #heapBytes: () => number;
  readonly #maxMemoryBytes: number | undefined;

  /** `stopFlag` is one integer: 0 while the thread may go on. */
  constructor(
    stopFlag: SharedArrayBuffer,
    heapBytes: () => number,
    maxMemoryBytes: number | undefined,
  ) {
    this.#stop = new Int32Array(stopFlag);
    this.#heapBytes = heapBytes;
    this.#maxMemoryBytes = maxMemoryBytes;
  }

  readonly holds = (): boolean => {
    const limit = this.#maxMemoryBytes;
    if (limit !== undefined && this.#heapBytes() > limit) this.isOutOfMemory = true;
    return this.isOutOfMemory || Atomics.load(this.#stop, 0) !== 0;
  };
}

/** Outcome of a run that StopCondition has ended for its memory; `where` says how far it was. */
export function outOfMemory(where: string): RunOutcome {
  const message = `Stopped at --max-memory ${where}; the results are partial.`;
  return { end: 'limit', partial: true, message };
}

/** How far a run was, and what it was full of. */
export function whereStopped(run: Pick<RunResult, 'endUs' | 'pods' | 'kubernetesEvents'>): string {
  const { endUs, pods, kubernetesEvents } = run;
  const objects = `${formatCount(pods.length)} pods and ${formatCount(kubernetesEvents.length)}`;
  return `at ${toSeconds(endUs)} s of simulated time, with ${objects} Events`;
}
