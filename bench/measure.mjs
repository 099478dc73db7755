// How a benchmark measures: batches under tinybench, medians of processor time, and ratios from
// alternating rounds.

import { Bench } from 'tinybench';

/** Steps of a batch where a case does not say: several turns of what a queue does now and then. */
const BATCH = 20_000;

/** Milliseconds of processor time, so that the turns of other processes do not count. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The middle of sorted numbers. */
const middle = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;

/** The median of samples, and the median distance from it as a part of it. */
export function summaryOf(samples) {
  const value = middle([...samples].sort((a, b) => a - b));
  const distances = samples.map((sample) => Math.abs(sample - value));
  return { value, spread: middle(distances.sort((a, b) => a - b)) / Math.abs(value) };
}

/**
 * Runs each task in turn for `timeMs`; of each the milliseconds per batch: median, and median
 * distance from it. A task with a `prepare` has it called before every batch, outside the
 * measurement.
 */
async function batchMs(tasks, timeMs, batch) {
  const bench = new Bench({ now: cpuMs, time: timeMs, iterations: 5, warmup: false });
  tasks.forEach((task, index) => {
    const beforeEach = () => task.prepare?.(batch);
    bench.add(`${index}`, () => task(batch), { async: false, beforeEach });
  });
  await bench.run();
  return bench.tasks.map(({ result: { latency } }) => ({ ms: latency.p50, distance: latency.mad }));
}

/** Millions of steps a second of `task(count)`: the median of batches over 2 s, after a warm-up. */
export async function medianRate(task, batch = BATCH) {
  await batchMs([task], 1_000, batch);
  const [{ ms, distance }] = await batchMs([task], 2_000, batch);
  return { value: batch / ms / 1_000, spread: distance / ms };
}

/**
 * How many times as fast `task` is as `peer`, in this process. They take turns, so that a slow
 * moment of the machine hits both; the median of the rounds' ratios.
 */
export async function medianRatio(task, peer, batch = BATCH) {
  await batchMs([task, peer], 1_000, batch);
  const ratios = [];
  for (let round = 0; round < 15; round++) {
    const [own, other] = await batchMs([task, peer], 100, batch);
    ratios.push(other.ms / own.ms);
  }
  return summaryOf(ratios);
}

/** Memory use once the collector and its helper threads are done. */
export async function settledMemory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage();
}
