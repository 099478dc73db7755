/**
 * A run from the main thread's side: starts the thread, hands on its progress, turns signals into a
 * request to stop.
 */

import { constants, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RunProgress } from '../experiment/run-scenario.js';
import { formatBytes } from '../report/number-format.js';
import type { SimulationAnswer, SimulationRequest } from './simulation-protocol.js';
import type { ThreadMessage } from './thread-messages.js';

/** The thread's entry; tests put another in its place. */
const simulationWorker: URL = new URL('./simulation-worker.js', import.meta.url);

/** The run ended by an error. */
export class SimulationFailure extends Error {
  /** Name of the error inside the thread. */
  readonly errorName: string;

  constructor(name: string, message: string, stack: string) {
    super(message);
    this.errorName = name;
    this.stack = stack;
  }
}

/** What a thread came to. */
export interface ThreadEnd<Answer> {
  readonly answer: Answer;
  /** The signal that stopped it, if one did. */
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined;
}

/** What a run came to. */
export type SimulationEnd = ThreadEnd<SimulationAnswer>;

/** Runs a scenario in a thread; see `runInThread`. */
export function simulateInThread(
  request: Omit<SimulationRequest, 'stopFlag'>,
  onProgress: (progress: RunProgress) => void,
  entry: URL = simulationWorker,
): Promise<SimulationEnd> {
  return runInThread(request, onProgress, entry);
}

/**
 * Runs a request in a thread, to which it goes with a `stopFlag`. The first SIGINT or SIGTERM asks
 * the thread to stop and keep what it has; the second ends the process at once.
 *
 * `heapMiB`: the heap of the thread at most.
 *
 * @throws SimulationFailure when the thread fails, named `OutOfMemory` when its heap is too small.
 */
export async function runInThread<Answer, Progress = RunProgress>(
  request: object,
  onProgress: (progress: Progress) => void,
  entry: URL,
  heapMiB: number = machineShareMiB(),
): Promise<ThreadEnd<Answer>> {
  const stopFlag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  let signal: ThreadEnd<Answer>['signal'];
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (signal !== undefined) process.exit(128 + constants.signals[name]);
    signal = name;
    Atomics.store(new Int32Array(stopFlag), 0, 1);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const answer = await answerOf<Answer, Progress>(
      new Worker(entry, {
        workerData: { ...request, stopFlag },
        resourceLimits: { maxOldGenerationSizeMb: heapMiB },
      }),
      onProgress,
      heapMiB,
    );
    return { answer, signal };
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Of the machine's memory: the engine's own limit is 4 GiB or less, whatever there is. */
const HEAP_SHARE = 0.8;

function machineShareMiB(): number {
  return Math.floor((totalmem() * HEAP_SHARE) / 1_048_576);
}

/** What the end of a thread by an error is told as. */
function failureOf(error: NodeJS.ErrnoException, heapMiB: number): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  const message =
    `the run needs more memory than the ${formatBytes(heapMiB * 1_048_576)} that it may ` +
    'have, and nothing is left of it. With --max-memory it ends before, and keeps what it has.';
  return new SimulationFailure('OutOfMemory', message, '');
}

function answerOf<Answer, Progress>(
  worker: Worker,
  onProgress: (progress: Progress) => void,
  heapMiB: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: ThreadMessage<Answer, Progress>) => {
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'done') resolve(message.answer);
      else reject(new SimulationFailure(message.name, message.message, message.stack));
    });
    worker.on('error', (error) => reject(failureOf(error, heapMiB)));
    worker.on('exit', (code) => reject(new Error(`the simulation thread ended with code ${code}`)));
  });
}
