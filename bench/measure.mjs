// How a benchmark measures: batches under tinybench, medians of processor time, and ratios from
// alternating rounds.

import { Bench } from 'tinybench';

/** Steps of a batch: several turns of what the queue does now and then. */
const BATCH = 20_000;

/** Milliseconds of processor time, so that the turns of other processes do not count. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Runs each task in turn for `timeMs`; the median of milliseconds per batch of each. */
async function medianBatchMs(tasks, timeMs) {
  const bench = new Bench({ now: cpuMs, time: timeMs, iterations: 5, warmup: false });
  tasks.forEach((task, index) => {
    bench.add(`${index}`, () => task(BATCH), { async: false });
  });
  await bench.run();
  return bench.tasks.map(({ result }) => result.latency.p50);
}

/** Millions of steps a second of `task(count)`: the median of batches over 2 s, after a warm-up. */
export async function medianRate(task) {
  await medianBatchMs([task], 1_000);
  const [ms] = await medianBatchMs([task], 2_000);
  return BATCH / ms / 1_000;
}

/**
 * How many times as fast `task` is as `peer`, in this process. They take turns, so that a slow
 * moment of the machine hits both; the median of the rounds' ratios.
 */
export async function medianRatio(task, peer) {
  await medianBatchMs([task, peer], 1_000);
  const ratios = [];
  for (let round = 0; round < 15; round++) {
    const [ms, peerMs] = await medianBatchMs([task, peer], 100);
    ratios.push(peerMs / ms);
  }
  return ratios.sort((a, b) => a - b)[7];
}
