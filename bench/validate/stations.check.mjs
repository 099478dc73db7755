// Queueing stations against closed forms.

import { distribution } from '../../dist/kernel/distributions.js';
import { FastEventQueue } from '../../dist/kernel/fast-event-queue.js';
import { ReferenceEventQueue } from '../../dist/kernel/reference-event-queue.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { WorkerPool } from '../../dist/kernel/stations.js';

/** Mean wait in units of the mean service time, at load `rho` on `servers`. */
function meanWait(servers, rho, service) {
  return ofStation(servers, rho, service, new FastEventQueue()).wait;
}

/** The same, and the hash of all events, with a queue of events. */
function ofStation(servers, rho, service, queue, horizonUs = 10_000_000_000) {
  const simulation = new Simulation('validate', queue);
  const pool = new WorkerPool(simulation, 'station', servers);
  const stream = simulation.random.stream('arrivals');
  const gap = distribution({ kind: 'exponential', mean: 10_000 / rho / servers });
  const law = distribution(service);
  const served = simulation.defineEvent('job.Served', () => {});
  const arrived = simulation.defineEvent('job.Arrived', () => {
    pool.submit(law.sample(stream), served);
    simulation.after(gap.sample(stream), arrived);
  });
  simulation.after(0, arrived);
  simulation.run(horizonUs);
  const wait = pool.meter.report(simulation.now).meanWaitUs / 10_000;
  return { wait, traceHash: simulation.traceHash };
}

/** Of runs with the fast queue, the share whose trace is that of the plain one. */
function sameTraces() {
  const loads = [0.3, 0.7, 0.95, 1.2];
  const same = loads.filter((rho) => {
    const [fast, plain] = [new FastEventQueue(), new ReferenceEventQueue()].map(
      (queue) => ofStation(4, rho, exponential, queue, 1_000_000_000).traceHash,
    );
    return fast === plain;
  });
  return same.length / loads.length;
}

/** Erlang's C: mean wait of M/M/c in units of the service time. */
function erlangWait(servers, rho) {
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

const exponential = { kind: 'exponential', mean: 10_000 };

export const checks = [
  {
    name: 'M/M/1 wait at 70 %',
    unit: 'services',
    expected: 0.7 / 0.3,
    tolerance: 0.02,
    measure: () => meanWait(1, 0.7, exponential),
    source: 'closed form',
  },
  {
    name: 'M/M/4 wait at 80 %',
    unit: 'services',
    expected: erlangWait(4, 0.8),
    tolerance: 0.02,
    measure: () => meanWait(4, 0.8, exponential),
    source: 'Erlang C',
  },
  {
    name: 'M/D/1 wait at 70 %',
    unit: 'services',
    expected: 0.7 / 0.6,
    tolerance: 0.02,
    measure: () => meanWait(1, 0.7, { kind: 'constant', value: 10_000 }),
    source: 'closed form',
  },
  {
    name: 'traces of M/M/4 with the plain event queue',
    unit: 'share',
    expected: 1,
    tolerance: 0,
    measure: sameTraces,
    source: 'src/kernel/reference-event-queue.ts',
  },
];
