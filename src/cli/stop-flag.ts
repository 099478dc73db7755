/**
 * How a thread of a pool learns that it shall stop.
 */

/** What every task carries beside its own: one integer, 0 while runs may go on. */
export interface Stoppable {
  readonly stopFlag: SharedArrayBuffer;
}

/** Whether the threads have been asked to stop. */
export function stopAsked({ stopFlag }: Stoppable): () => boolean {
  const stop = new Int32Array(stopFlag);
  return () => Atomics.load(stop, 0) !== 0;
}
