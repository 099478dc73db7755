// The worker goroutines of a controller: how many at once, never two on a key, nothing forgotten.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkQueue } from '../../src/client/work-queue.js';
import { type SyncOutcome, Workers } from '../../src/client/workers.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost } from '../../src/kernel/stations.js';

interface Bench {
  readonly simulation: Simulation;
  readonly queue: WorkQueue;
  readonly workers: Workers;
  /** `[key, start, end]` of every sync. */
  readonly syncs: [string, number, number][];
  /** Keys in work. */
  readonly running: Set<string>;
  maxRunning: number;
}

/** Workers whose sync takes 100 µs of CPU and then waits `waitUs(n-th sync)` for an answer. */
function bench(
  count: number,
  waitUs: (index: number) => number,
  outcome: (index: number) => SyncOutcome = () => 'done',
): Bench {
  const simulation = new Simulation('workers');
  const queue = new WorkQueue(simulation, 'test');
  const syncs: [string, number, number][] = [];
  const running = new Set<string>();
  const syncOf: number[] = [];
  const finished = simulation.defineEvent('test.SyncFinished', (worker) => {
    const index = syncOf[worker] as number;
    const sync = syncs[index] as [string, number, number];
    sync[2] = simulation.now;
    running.delete(sync[0]);
    workers.finish(worker, outcome(index));
  });
  const workers = new Workers(simulation, {
    name: 'test',
    queue,
    count,
    host: new CpuHost(simulation, 'host', 64),
    cpuUs: () => 100,
    sync: (key, worker) => {
      expect(running.has(key), `two workers on ${key}`).toBe(false);
      running.add(key);
      own.maxRunning = Math.max(own.maxRunning, running.size);
      syncOf[worker] = syncs.push([key, simulation.now, -1]) - 1;
      simulation.after(waitUs(syncOf[worker] as number), finished, worker);
    },
  });
  const own: Bench = { simulation, queue, workers, syncs, running, maxRunning: 0 };
  return own;
}

describe('workers', () => {
  test('do nothing before they are started, then work on what is there', () => {
    const { simulation, queue, workers, syncs } = bench(2, () => 0);
    queue.add('a');
    simulation.run();
    expect(syncs).toEqual([]);
    workers.start();
    simulation.run();
    expect(syncs).toEqual([['a', 100, 100]]);
  });

  test('work on as many keys at a time as there are workers, in order', () => {
    const { simulation, queue, workers, syncs } = bench(2, () => 1000);
    workers.start();
    for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key);
    simulation.run();
    expect(syncs).toEqual([
      ['a', 100, 1100],
      ['b', 100, 1100],
      ['c', 1200, 2200],
      ['d', 1200, 2200],
      ['e', 2300, 3300],
    ]);
  });

  test('a key added during its sync is synced once more, whatever the number of adds', () => {
    const { simulation, queue, workers, syncs } = bench(5, () => 1000);
    workers.start();
    queue.add('a');
    const add = simulation.defineEvent('test.KeyAdded', () => queue.add('a'));
    for (const time of [300, 500, 1099]) simulation.at(time, add);
    simulation.run();
    expect(syncs).toEqual([
      ['a', 100, 1100],
      ['a', 1200, 2200],
    ]);
  });

  test('a sync that fails comes again after 5, 10, 20 ms, one that is done is forgotten', () => {
    const { simulation, queue, workers, syncs } = bench(
      1,
      () => 0,
      (index) => (index < 3 ? 'retry' : 'done'),
    );
    workers.start();
    queue.add('a');
    simulation.run();
    expect(syncs.map(([, start]) => start)).toEqual([100, 5200, 15_300, 35_400]);
    expect(queue.retries('a')).toBe(0);
  });

  test('take turns on the CPU of their host', () => {
    const simulation = new Simulation('workers');
    const queue = new WorkQueue(simulation, 'test');
    const starts: number[] = [];
    const workers = new Workers(simulation, {
      name: 'test',
      queue,
      count: 4,
      host: new CpuHost(simulation, 'host', 1),
      cpuUs: (key) => (key === 'large' ? 300 : 100),
      sync: (_, worker) => {
        starts.push(simulation.now);
        workers.finish(worker, 'done');
      },
    });
    workers.start();
    for (const key of ['large', 'b', 'c']) queue.add(key);
    simulation.run();
    expect(starts).toEqual([300, 400, 500]);
  });
});

test('every added key is synced after its last add, never by two workers, never by too many', () => {
  const adds = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      at: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(adds, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5000 }), check),
  );
  function check(added: { key: string; at: number }[], count: number, wait: number): void {
    const own = bench(
      count,
      (index) => (wait * (index % 3)) | 0,
      (index) => (index % 4 === 3 ? 'retry' : 'done'),
    );
    const { simulation, queue, workers, syncs } = own;
    const due = simulation.defineEvent('test.KeyAdded', (i) => {
      queue.add((added[i] as { key: string }).key);
    });
    added.forEach(({ at }, i) => {
      simulation.at(at, due, i);
    });
    workers.start();
    simulation.run();
    expect(own.maxRunning).toBeLessThanOrEqual(count);
    expect(own.running.size).toBe(0);
    for (const { key, at } of added) {
      expect(syncs.some(([synced, start]) => synced === key && start > at)).toBe(true);
    }
  }
});
