// Stations against closed forms. Loads are Poisson, runs are long enough that the mean of the
// chosen seed lies within 2 % of the formula; Little's law and utilisation hold to the same.

import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/kernel/assert.js';
import { type DistributionSpec, distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import {
  CpuHost,
  Disk,
  Link,
  type StationMeter,
  type StationReport,
  TokenBucket,
  WorkerPool,
} from '../../src/kernel/stations.js';

/** Takes a job's work in µs, its kind and its number; fires (kind, number) when it is done. */
type Submit = (workUs: number, kind: number, job: number) => void;

interface Measured {
  readonly meanSojournUs: number;
  readonly meanJobs: number;
  readonly report: StationReport;
}

/** Poisson arrivals, one every `intervalUs` on average, each with work from `work`. */
function load(
  seed: number,
  jobs: number,
  intervalUs: number,
  work: DistributionSpec,
  build: (simulation: Simulation) => { submit: Submit; meter: StationMeter },
): Measured {
  const simulation = new Simulation(seed);
  const { submit, meter } = build(simulation);
  const [gap, service] = [
    distribution({ kind: 'exponential', mean: intervalUs }),
    distribution(work),
  ];
  const [gaps, services] = [simulation.random.stream('gaps'), simulation.random.stream('services')];
  const arrivedAt = new Float64Array(jobs);
  let sojournUs = 0;
  const left = simulation.defineEvent('test.JobLeft', (job, _, now) => {
    sojournUs += now - (arrivedAt[job] as number);
  });
  const arrived = simulation.defineEvent('test.JobArrived', (job, _, now) => {
    arrivedAt[job] = now;
    submit(service.sample(services), left, job);
    if (job + 1 < jobs) simulation.after(gap.sample(gaps), arrived, job + 1);
  });
  simulation.at(0, arrived);
  simulation.run();
  const report = meter.report(simulation.now);
  return { meanSojournUs: sojournUs / jobs, meanJobs: sojournUs / simulation.now, report };
}

const within = (found: number, expected: number, share = 0.02): void => {
  expect(Math.abs(found / expected - 1), `${found} against ${expected}`).toBeLessThan(share);
};

/** Probability that an arrival waits in M/M/c (Erlang C) at `erlangs` of offered load. */
function erlangC(servers: number, erlangs: number): number {
  let inverseB = 1;
  for (let k = 1; k <= servers; k++) inverseB = 1 + (inverseB * k) / erlangs;
  const rho = erlangs / servers;
  return 1 / (inverseB * (1 - rho) + rho);
}

const MEAN_US = 10_000;
const exponential: DistributionSpec = { kind: 'exponential', mean: MEAN_US };
const constant: DistributionSpec = { kind: 'constant', value: MEAN_US };
/** Squared coefficient of variation 4: heavier than exponential. */
const gamma: DistributionSpec = { kind: 'gamma', mean: MEAN_US, shape: 0.25 };

describe('WorkerPool', () => {
  test.each([
    ['M/M/1', 1, 0.5, exponential, 1, 11],
    ['M/M/1 at 0.8', 1, 0.8, exponential, 1, 12],
    ['M/M/2', 2, 0.7, exponential, 1, 13],
    ['M/M/4', 4, 0.8, exponential, 1, 14],
    ['M/D/1', 1, 0.7, constant, 0.5, 15],
    ['M/G/1 (Pollaczek-Khinchine)', 1, 0.5, gamma, 2.5, 16],
  ] as const)('%s has the mean wait of its formula', (_, servers, rho, work, factor, seed) => {
    const waitUs = (factor * erlangC(servers, servers * rho) * MEAN_US) / (servers * (1 - rho));
    const { meanSojournUs, report } = load(
      seed,
      600_000,
      MEAN_US / servers / rho,
      work,
      (simulation) => {
        const pool = new WorkerPool(simulation, 'pool', servers);
        return { submit: (us, kind, job) => pool.submit(us, kind, job), meter: pool.meter };
      },
    );
    within(report.meanWaitUs, waitUs);
    within(meanSojournUs, waitUs + MEAN_US);
    within(report.utilisation, rho);
    expect(report.served).toBe(600_000);
    // Little's law: waiting jobs = arrival rate x wait.
    within(report.meanQueueLength, (waitUs * servers * rho) / MEAN_US);
    expect(report.maxQueueLength).toBeGreaterThan(report.meanQueueLength);
  });

  test('serves in order of arrival on the server that is free first', () => {
    const simulation = new Simulation(1);
    const pool = new WorkerPool(simulation, 'pool', 2);
    const log: number[][] = [];
    const done = simulation.defineEvent('test.JobDone', (target, arg, now) =>
      log.push([target, arg, now]),
    );
    [30, 10, 10, 5].forEach((serviceUs, job) => {
      pool.submit(serviceUs, done, job, 7);
    });
    simulation.run();
    expect(log).toEqual([
      [1, 7, 10],
      [2, 7, 20],
      [3, 7, 25],
      [0, 7, 30],
    ]);
    expect(pool.meter.report(30)).toEqual({
      name: 'pool',
      utilisation: 55 / 60,
      meanQueueLength: (2 * 10 + 10) / 30,
      maxQueueLength: 2,
      served: 4,
      meanWaitUs: 7.5,
    });
  });

  test('starts the next job before the continuation of the last one runs', () => {
    const simulation = new Simulation(1);
    const pool = new WorkerPool(simulation, 'pool', 1);
    const log: string[] = [];
    const done = simulation.defineEvent('test.JobDone', (job, _, now) => {
      log.push(`${job} at ${now}`);
      if (job === 0) pool.submit(1, done, 9);
    });
    for (const job of [0, 1]) pool.submit(10, done, job);
    simulation.run();
    expect(log).toEqual(['0 at 10', '1 at 20', '9 at 21']);
  });

  test('holds a queue of 100,000 jobs without slowing down', () => {
    const simulation = new Simulation(1);
    const pool = new WorkerPool(simulation, 'pool', 1);
    const order: number[] = [];
    const done = simulation.defineEvent('test.JobDone', (job) => order.push(job));
    for (let job = 0; job < 100_000; job++) pool.submit(1, done, job);
    simulation.run();
    expect(order.every((job, index) => job === index)).toBe(true);
    expect([order.length, simulation.now]).toEqual([100_000, 100_000]);
  });

  test('needs a server', () => {
    expect(() => new WorkerPool(new Simulation(1), 'pool', 0)).toThrow(AssertionError);
  });
});

const onCpu =
  (cores: number) =>
  (simulation: Simulation): { submit: Submit; meter: StationMeter } => {
    const host = new CpuHost(simulation, 'cpu', cores);
    return { submit: (us, kind, job) => host.run(us, kind, job), meter: host.meter };
  };

describe('CpuHost', () => {
  const SHORT_US = 1_000;
  test.each([
    ['M/M/1', 1, 0.7, { kind: 'exponential', mean: SHORT_US }, 1, 21],
    ['M/M/2', 2, 0.7, { kind: 'exponential', mean: SHORT_US }, 1, 22],
    ['M/M/4', 4, 0.8, { kind: 'exponential', mean: SHORT_US }, 1, 23],
    ['M/D/1', 1, 0.7, { kind: 'constant', value: SHORT_US }, 0.5, 24],
  ] as const)('short jobs line up: %s has the mean wait of its formula', (...row) => {
    const [, cores, rho, work, factor, seed] = row;
    const waitUs = (factor * erlangC(cores, cores * rho) * SHORT_US) / (cores * (1 - rho));
    const interval = SHORT_US / cores / rho;
    const { meanSojournUs, report } = load(seed, 600_000, interval, work, onCpu(cores));
    within(meanSojournUs, SHORT_US + waitUs);
    within(report.meanWaitUs, waitUs, 0.05);
    within(report.utilisation, rho);
    expect(report.served).toBe(600_000);
  });

  // Processor sharing, which slices come close to, does not see the law of the work: the mean
  // sojourn is S / (1 - rho) on one core.
  test.each([
    ['exponential', { kind: 'exponential', mean: 200_000 }, 0.7, 25],
    ['gamma of shape 1/4', { kind: 'gamma', mean: 200_000, shape: 0.25 }, 0.5, 26],
    ['two points, 20 and 560 ms', twoPoints(20_000), 0.6, 27],
  ] as const)('long jobs share: M/G/1 with work %s has the mean sojourn of M/M/1', (...row) => {
    const [, work, rho, seed] = row;
    const { meanSojournUs, report } = load(seed, 100_000, 200_000 / rho, work, onCpu(1));
    within(meanSojournUs, 200_000 / (1 - rho), 0.05);
    within(report.utilisation, rho);
  });

  /** Runs [start, work] pairs; the times at which they end, by job. */
  function ends(cores: number, jobs: readonly (readonly [number, number])[]): number[] {
    const simulation = new Simulation(1);
    const host = new CpuHost(simulation, 'cpu', cores);
    const at: number[] = [];
    const done = simulation.defineEvent('test.JobDone', (job, _, now) => {
      at[job] = now;
    });
    const start = simulation.defineEvent('test.JobStarted', (job) => {
      host.run(jobs[job]?.[1] as number, done, job);
    });
    jobs.forEach(([time], job) => {
      simulation.at(time, start, job);
    });
    simulation.run();
    return at;
  }

  test('serves short jobs one after the other', () => {
    expect(
      ends(1, [
        [0, 300],
        [0, 100],
      ]),
    ).toEqual([300, 400]);
    expect(
      ends(1, [
        [0, 100],
        [50, 100],
      ]),
    ).toEqual([100, 200]);
  });

  test('puts a long job behind the others after every 10 ms', () => {
    expect(
      ends(1, [
        [0, 25_000],
        [0, 5_000],
        [0, 12_000],
        [20_000, 1_000],
      ]),
    ).toEqual([43_000, 15_000, 38_000, 36_000]);
  });

  test('gives a job one core at most, and less than one core when there is less', () => {
    expect(
      ends(4, [
        [0, 100],
        [0, 300],
      ]),
    ).toEqual([100, 300]);
    expect(ends(0.5, [[0, 100]])).toEqual([200]);
    expect(
      ends(1.5, [
        [0, 90],
        [0, 90],
        [0, 90],
      ]),
    ).toEqual([120, 120, 240]);
    expect(
      ends(
        2,
        [0, 0, 0, 0].map((at) => [at, 100] as const),
      ),
    ).toEqual([100, 100, 200, 200]);
  });

  test('ends jobs without work at once, in order, however many come at one instant', () => {
    expect(
      ends(1, [
        [5, 0],
        [5, 0],
        [5, 10],
        [5, 0],
      ]),
    ).toEqual([5, 5, 15, 15]);
  });

  test('loses no part of a µs: a thousand jobs of a quarter take 250', () => {
    const times = ends(1, new Array(1_000).fill([0, 0.25]));
    expect(times.at(-1)).toBe(250);
  });
});

/** Two of three jobs have this work, the third 28 times as much. */
function twoPoints(shortUs: number): DistributionSpec {
  return {
    kind: 'mixture',
    parts: [
      { weight: 2, of: { kind: 'constant', value: shortUs } },
      { weight: 1, of: { kind: 'constant', value: 28 * shortUs } },
    ],
  };
}

describe('TokenBucket', () => {
  test('20/s with a burst of 30: 30 grants at once, then one every 50 ms', () => {
    const bucket = new TokenBucket('client', 20, 30);
    const grants = Array.from({ length: 90 }, () => bucket.take(1_000));
    const expected = Array.from({ length: 90 }, (_, k) => 1_000 + Math.max(0, k - 29) * 50_000);
    expect(grants).toEqual(expected);
  });

  test('50/s with a burst of 100: the last of 1,000 takes is granted after 18 s', () => {
    const bucket = new TokenBucket('client', 50, 100);
    const grants = Array.from({ length: 1_000 }, () => bucket.take(0));
    expect([grants[99], grants[100], grants[999]]).toEqual([0, 20_000, 18_000_000]);
    const { served, meanWaitUs, utilisation } = bucket.meter.report(18_000_000);
    expect([served, meanWaitUs]).toEqual([1_000, (900 * 901 * 20_000) / 2 / 1_000]);
    expect(utilisation).toBeCloseTo(1_000 / (50 * 18), 12);
  });

  test('saves up to its burst while nobody takes', () => {
    const bucket = new TokenBucket('client', 10, 3);
    for (let i = 0; i < 3; i++) bucket.take(0);
    const later = [250_000, 250_000, 250_000].map((now) => bucket.take(now));
    expect(later).toEqual([250_000, 250_000, 300_000]);
    const rested = Array.from({ length: 4 }, () => bucket.take(10_000_000));
    expect(rested).toEqual([10_000_000, 10_000_000, 10_000_000, 10_100_000]);
  });

  test('tryTake takes a token only if there is one now', () => {
    const bucket = new TokenBucket('client', 10, 2);
    const taken = [0, 0, 0, 99_999, 100_000, 100_000].map((now) => bucket.tryTake(now));
    expect(taken).toEqual([true, true, false, false, true, false]);
    expect([bucket.take(100_000), bucket.meter.served]).toEqual([200_000, 4]);
  });

  test('keeps its rate where a µs does not divide the interval', () => {
    const bucket = new TokenBucket('client', 3, 1);
    const grants = Array.from({ length: 31 }, () => bucket.take(0));
    expect([grants[1], grants[2], grants[3], grants[30]]).toEqual([
      333_334, 666_667, 1_000_000, 10_000_000,
    ]);
  });

  test.each([
    [0, 1],
    [-1, 1],
    [1, 0],
    [Number.NaN, 1],
  ])('refuses qps %d, burst %d', (qps, burst) => {
    expect(() => new TokenBucket('client', qps, burst)).toThrow('client');
  });
});

describe('Link', () => {
  const fixed = (value: number) => distribution({ kind: 'constant', value });

  test('adds the time to transmit to the delay, one message after the other', () => {
    const link = new Link(new Simulation(1), 'wire', fixed(500), 1_000_000);
    expect([link.send(0, 100), link.send(0, 200), link.send(10_000, 50)]).toEqual([
      600, 800, 10_550,
    ]);
    expect(link.meter.report(10_550)).toMatchObject({
      served: 3,
      meanWaitUs: 100 / 3,
      utilisation: 350 / 10_550,
    });
  });

  test('gives all of its bandwidth and no more', () => {
    const link = new Link(new Simulation(1), 'wire', fixed(0), 125_000_000);
    let arrival = 0;
    for (let i = 0; i < 1_000; i++) arrival = link.send(0, 1_250_000);
    expect(arrival).toBe(10_000_000);
    expect(link.meter.report(arrival).utilisation).toBe(1);
  });

  test('keeps the order of what is sent, whatever the delays', () => {
    const delay = distribution({ kind: 'exponential', mean: 10_000 });
    const link = new Link(new Simulation(1), 'wire', delay, Number.POSITIVE_INFINITY);
    const arrivals = Array.from({ length: 1_000 }, (_, i) => link.send(i * 100, 1_000));
    expect(arrivals.every((time, i) => i === 0 || time >= (arrivals[i - 1] as number))).toBe(true);
    expect(arrivals.every((time, i) => time >= i * 100)).toBe(true);
  });

  test('needs a bandwidth', () => {
    expect(() => new Link(new Simulation(1), 'wire', fixed(0), 0)).toThrow('wire');
  });
});

describe('Disk', () => {
  const flushUs = 2_000;

  /** Sends `writes` of [time, bytes]; the times at which they are durable. */
  function durable(
    writes: readonly (readonly [number, number])[],
    prepare: (disk: Disk) => void = () => {},
  ) {
    const simulation = new Simulation(1);
    const flush = distribution({ kind: 'constant', value: flushUs });
    const disk = new Disk(simulation, 'disk', flush, 1_000_000);
    prepare(disk);
    const at: number[] = [];
    const done = simulation.defineEvent('test.WriteDone', (write, _, now) => {
      at[write] = now;
    });
    const start = simulation.defineEvent('test.WriteStarted', (write) => {
      disk.sync(writes[write]?.[1] as number, done, write);
    });
    writes.forEach(([time], write) => {
      simulation.at(time, start, write);
    });
    simulation.run();
    return { at, report: disk.meter.report(simulation.now) };
  }

  const writes = [
    [0, 100],
    [10, 100],
    [20, 300],
    [5_000, 0],
  ] as const;

  test('flushes one write after the other', () => {
    const { at, report } = durable(writes);
    expect(at).toEqual([2_100, 4_200, 6_500, 8_500]);
    expect(report).toMatchObject({ served: 4, utilisation: 1 });
    expect(report.meanWaitUs).toBe((0 + 2_090 + 4_180 + 1_500) / 4);
  });

  test('takes a multiple of the time when it is degraded', () => {
    expect(durable(writes, (disk) => disk.degrade(10)).at).toEqual([
      21_000, 42_000, 65_000, 85_000,
    ]);
    expect(() => durable(writes, (disk) => disk.degrade(0))).toThrow('negative time');
  });

  test('writes nothing before a stall is over, and then goes on as ever', () => {
    const { at } = durable(writes, (disk) => disk.stall(3_000));
    expect(at).toEqual([5_100, 7_200, 9_500, 11_500]);
    const late = durable([[4_000, 0]], (disk) => disk.stall(3_000));
    expect(late.at).toEqual([6_000]);
  });

  test('writes without bytes at a steady rate wait like M/D/1', () => {
    const { meanSojournUs } = load(31, 600_000, 4_000, constant, (simulation) => {
      const flush = distribution({ kind: 'constant', value: flushUs });
      const disk = new Disk(simulation, 'disk', flush, 1_000_000);
      return { submit: (_, kind, job) => disk.sync(0, kind, job), meter: disk.meter };
    });
    within(meanSojournUs, flushUs + (0.5 * flushUs) / (2 * (1 - 0.5)));
  });
});
