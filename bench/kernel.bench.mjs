// Micro-benchmarks of the event kernel, on the compiled code in dist/. Plain JavaScript, because
// Node 20 runs no TypeScript and a transformer in between would be measured as well.
//
// Hold model: with n events pending, one hold takes the first event out and puts it back at a later
// time. Increments come from a table of 65,536 draws, so that drawing is not measured.

import FastPriorityQueue from 'fastpriorityqueue';
import { distribution } from '../dist/kernel/distributions.js';
import { FastEventQueue } from '../dist/kernel/fast-event-queue.js';
import { RandomRoot } from '../dist/kernel/random-stream.js';
import { Simulation } from '../dist/kernel/simulation.js';
import { calibration } from './calibration.mjs';
import { medianRate, medianRatio, settledMemory } from './measure.mjs';

const TABLE = 65_536;

/** @param {import('../dist/kernel/distributions.js').DistributionSpec} spec */
function table(spec) {
  const stream = new RandomRoot('bench').stream('increments');
  const { sample } = distribution(spec);
  return Float64Array.from({ length: TABLE }, () => sample(stream));
}

/** Mean 1,000 s in µs: ties are rare, as with nanoseconds and a mean of 1 s in published tables. */
const exponential = { kind: 'exponential', mean: 1e9 };
/** Calls and watches, periods with many ties, minutes, days. */
const clusterMix = {
  kind: 'mixture',
  parts: [
    { weight: 60, of: { kind: 'exponential', mean: 2e3 } },
    { weight: 30, of: { kind: 'constant', value: 1e7 } },
    { weight: 9, of: { kind: 'exponential', mean: 3e8 } },
    { weight: 1, of: { kind: 'exponential', mean: 8.64e10 } },
  ],
};
const halfAtOnce = {
  kind: 'mixture',
  parts: [
    { weight: 1, of: { kind: 'constant', value: 0 } },
    { weight: 1, of: exponential },
  ],
};

/** Returns a function that does `count` holds on our queue with `pending` events. */
function holds(spec, pending) {
  const increments = table(spec);
  const queue = new FastEventQueue();
  let next = 0;
  for (let i = 0; i < pending; i++) queue.push(increments[next++ & (TABLE - 1)], i & 7, i, 0);
  return (count) => {
    for (let i = 0; i < count; i++) {
      queue.pop(Number.MAX_SAFE_INTEGER);
      const time = queue.time + increments[next++ & (TABLE - 1)];
      queue.push(time, queue.kind, queue.target, queue.arg);
    }
  };
}

/** The same on fastpriorityqueue with an object per event, in the same total order. */
function peerHolds(spec, pending) {
  const increments = table(spec);
  const queue = new FastPriorityQueue(
    (a, b) => a.time < b.time || (a.time === b.time && a.sequence < b.sequence),
  );
  let sequence = 0;
  const add = (time, kind, target, arg) => {
    queue.add({ time, sequence, kind, target, arg });
    sequence++;
  };
  for (let i = 0; i < pending; i++) add(increments[i & (TABLE - 1)], i & 7, i, 0);
  return (count) => {
    for (let i = 0; i < count; i++) {
      const { time, kind, target, arg } = queue.poll();
      add(time + increments[sequence & (TABLE - 1)], kind, target, arg);
    }
  };
}

/** A run with 8 kinds of events whose handlers change state and schedule one event each. */
function dispatch(spec, pending) {
  const increments = table(spec);
  const simulation = new Simulation('bench');
  const state = new Int32Array(pending);
  let next = 0;
  let left = 0;
  const kinds = Array.from({ length: 8 }, (_, index) =>
    simulation.defineEvent(`bench.Event${index}Happened`, (target, arg) => {
      state[target] += arg + index;
      if (--left === 0) simulation.stop();
      const after = increments[next++ & (TABLE - 1)];
      simulation.after(after, kinds[next & 7], target, (arg + 1) & 255);
    }),
  );
  for (let i = 0; i < pending; i++) simulation.at(increments[i & (TABLE - 1)], kinds[i & 7], i, 0);
  return (count) => {
    left = count;
    simulation.run();
  };
}

/** Each entity arms a time-out of 30 s and cancels it 0.1 s later, again and again. */
function timeouts(entities) {
  const increments = table({ kind: 'exponential', mean: 1e5 });
  const simulation = new Simulation('bench');
  const armed = new Float64Array(entities);
  let next = 0;
  let left = 0;
  const expired = simulation.defineEvent('bench.TimeoutExpired', () => {
    throw new Error('no time-out may expire');
  });
  const answered = simulation.defineEvent('bench.AnswerArrived', (target) => {
    if (armed[target] !== 0) simulation.cancel(armed[target]);
    armed[target] = simulation.after(30_000_000, expired, target);
    if (--left === 0) simulation.stop();
    simulation.after(Math.min(increments[next++ & (TABLE - 1)], 10_000_000), answered, target);
  });
  for (let i = 0; i < entities; i++) simulation.at(increments[i & (TABLE - 1)], answered, i);
  return (count) => {
    left = count;
    simulation.run();
  };
}

const QUEUES = 10;
const PENDING = 100_000;

/** Bytes per pending event by the growth of one of process.memoryUsage()'s figures. */
async function bytesPerEvent(read) {
  const fill = (pending) => {
    const queue = new FastEventQueue();
    for (let i = 0; i < pending; i++) queue.push(1 + ((i * 7_919) % PENDING), 0, i, 0);
    return queue;
  };
  for (let i = 0; i < 100; i++) fill(1_000); // compiles before it counts
  const before = read(await settledMemory());
  const queues = Array.from({ length: QUEUES }, () => fill(PENDING));
  const bytes = read(await settledMemory()) - before;
  if (queues.some(({ size }) => size !== PENDING)) throw new Error('a queue lost an event');
  return bytes / PENDING / QUEUES;
}

const holdCases = [1_000, 10_000, 100_000, 1_000_000].flatMap((pending) => {
  const isTarget = pending === 100_000;
  return [
    {
      name: `hold-${pending}`,
      unit: 'M holds/s',
      ...(isTarget && { atLeast: 4 }),
      measure: () => medianRate(holds(exponential, pending)),
    },
    {
      name: `hold-${pending}-vs-fastpriorityqueue`,
      unit: 'x',
      ...(isTarget && { atLeast: 3 }),
      measure: () => medianRatio(holds(exponential, pending), peerHolds(exponential, pending)),
    },
  ];
});

export const cases = [
  {
    name: 'calibration',
    unit: 'M steps/s',
    measure: () => medianRate(calibration()),
  },
  ...holdCases,
  {
    name: 'cluster-mix-100000',
    unit: 'M holds/s',
    measure: () => medianRate(holds(clusterMix, 100_000)),
  },
  {
    name: 'cluster-mix-100000-vs-fastpriorityqueue',
    unit: 'x',
    measure: () => medianRatio(holds(clusterMix, 100_000), peerHolds(clusterMix, 100_000)),
  },
  {
    name: 'zero-delay-10000',
    unit: 'M holds/s',
    measure: () => medianRate(holds(halfAtOnce, 10_000)),
  },
  {
    name: 'dispatch-10000',
    unit: 'M events/s',
    atLeast: 5,
    measure: () => medianRate(dispatch(exponential, 10_000)),
  },
  {
    name: 'cancel-1000',
    unit: 'M time-outs/s',
    measure: () => medianRate(timeouts(1_000)),
  },
  {
    name: 'memory-allocated',
    unit: 'bytes/event',
    atMost: 60,
    measure: () => bytesPerEvent(({ arrayBuffers }) => arrayBuffers),
  },
  {
    name: 'memory-resident',
    unit: 'bytes/event',
    atMost: 60,
    measure: () => bytesPerEvent(({ rss }) => rss),
  },
];
