// The level's queues against the naive ones: the same requests start at the same times, whatever
// comes. And against closed forms: a level whose flows are alike is a station of its seats.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlowRequests } from '../../../../src/control-plane/apiserver/flow-control/flow-requests.js';
import {
  dealHand,
  flowHash,
} from '../../../../src/control-plane/apiserver/flow-control/shuffle-sharding.js';
import { distribution } from '../../../../src/kernel/distributions.js';
import { Simulation } from '../../../../src/kernel/simulation.js';
import { FlowBench, oneLevel } from './flow-bench.js';
import { NaiveFairQueues, type NaiveRequest } from './naive-fair-queues.js';

interface Job {
  readonly atUs: number;
  readonly user: number;
  readonly serviceUs: number;
  readonly initialSeats: number;
  readonly finalSeats: number;
  readonly lingerUs: number;
}

const QUEUES = 8;
const HAND = 3;
const LENGTH = 4;

/** Widths in the order in which requests come. */
function scripted(jobs: readonly Job[]) {
  let next = 0;
  return {
    estimate: (requests: FlowRequests, id: number): void => {
      const { initialSeats, finalSeats, lingerUs } = jobs[next++] as Job;
      requests.initialSeats[id] = initialSeats;
      requests.finalSeats[id] = finalSeats;
      requests.lingerUs[id] = lingerUs;
    },
  };
}

/** When each job started in ours; -1 for those that were turned away. */
function ours(jobs: readonly Job[], seats: number): { starts: readonly number[]; limit: number } {
  const options = { ...oneLevel(QUEUES, HAND, LENGTH), seats, estimator: scripted(jobs) };
  const bench = new FlowBench(options);
  for (const { atUs, user, serviceUs } of jobs) {
    bench.at(atUs, () => bench.send(`user-${user}`, serviceUs));
  }
  bench.run(9_000_000);
  return {
    starts: bench.sent.map(({ startedUs }) => startedUs),
    limit: bench.limits['only'] ?? 0,
  };
}

/** The same with the naive queues, on an event queue of its own. */
function naive(jobs: readonly Job[], limit: number): readonly number[] {
  const queues = new NaiveFairQueues(QUEUES, LENGTH, limit);
  const simulation = new Simulation('naive');
  const requests = jobs.map(
    ({ initialSeats, finalSeats, lingerUs }, id): NaiveRequest => ({
      id,
      initialSeats,
      finalSeats,
      lingerUs,
      startedUs: -1,
    }),
  );
  const plan = (): void => {
    for (const id of queues.started.splice(0)) {
      simulation.after((jobs[id] as Job).serviceUs, ended, id);
    }
  };
  const ended = simulation.defineEvent('ended', (id, _, now) => {
    const request = requests[id] as NaiveRequest;
    if (request.lingerUs > 0) simulation.after(request.lingerUs, released, id);
    queues.finish(now, request);
    plan();
  });
  const released = simulation.defineEvent('released', (id, _, now) => {
    queues.release(now, requests[id] as NaiveRequest);
    plan();
  });
  const arrived = simulation.defineEvent('arrived', (id, _, now) => {
    const hand = dealHand(flowHash('everyone', `user-${(jobs[id] as Job).user}`), QUEUES, HAND);
    queues.arrive(now, requests[id] as NaiveRequest, hand);
    plan();
  });
  for (const [id, { atUs }] of jobs.entries()) simulation.at(atUs, arrived, id);
  simulation.run();
  return requests.map(({ startedUs }) => startedUs);
}

describe('fair queues', () => {
  const job = fc
    .record({
      gapUs: fc.oneof(fc.constant(0), fc.nat(4_000)),
      user: fc.nat(5),
      serviceUs: fc.integer({ min: 1, max: 30_000 }),
      initialSeats: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })),
      final: fc.oneof(
        fc.constant({ finalSeats: 0, lingerUs: 0 }),
        fc.record({
          finalSeats: fc.integer({ min: 1, max: 3 }),
          lingerUs: fc.integer({ min: 1, max: 20_000 }),
        }),
      ),
    })
    .map(({ final, ...rest }) => ({ ...rest, ...final }));

  test('start the same requests at the same times as the naive ones', () => {
    fc.assert(
      fc.property(
        fc.array(job, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 3, max: 12 }),
        (gaps, seats) => {
          let atUs = 0;
          const jobs = gaps.map(({ gapUs, ...rest }): Job => {
            atUs += gapUs;
            return { atUs, ...rest };
          });
          const { starts, limit } = ours(jobs, seats);
          expect(starts).toEqual(naive(jobs, limit));
        },
      ),
      { seed: 5, numRuns: 250 },
    );
  });
});

/** Erlang's C: mean wait of M/M/c in units of the mean service time. */
function erlangWait(servers: number, rho: number): number {
  const offered = servers * rho;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = ((term * offered) / servers) * (1 / (1 - rho));
  return last / (sum + last) / (servers * (1 - rho));
}

describe('a level whose requests are all alike', () => {
  test.each([
    [5, 0.8],
    [10, 0.9],
  ])('with %i seats at load %d keeps them waiting as M/M/c does', (seats, rho) => {
    const bench = new FlowBench({ ...oneLevel(1, 1, 1_000_000), seats: seats + 1 });
    const limit = bench.limits['only'] ?? 0;
    const stream = bench.simulation.random.stream('test');
    const serviceUs = distribution({ kind: 'exponential', mean: 10_000 });
    const gapUs = distribution({ kind: 'exponential', mean: 10_000 / rho / limit });
    const next = (): void => {
      bench.send('u', serviceUs.sample(stream));
      if (bench.sent.length < 150_000) {
        bench.at(bench.simulation.now + gapUs.sample(stream), next);
      }
    };
    next();
    bench.run(10_000_000_000);
    const waits = bench.sent.map(({ startedUs, arrivedUs }) => startedUs - arrivedUs);
    const mean = waits.reduce((sum, each) => sum + each, 0) / waits.length / 10_000;
    expect(mean / erlangWait(limit, rho)).toBeGreaterThan(0.93);
    expect(mean / erlangWait(limit, rho)).toBeLessThan(1.07);
  });
});
