// General simulators on the same two models: a station with four servers at 80 % load (M/M/4), and
// the hold model with 10,000 events pending. Each draws from its own generator; the mean wait of
// each must be that of Erlang's formula. Whether a peer is there is looked up once:
//   npm install --prefix DIR simjs, and KUBECLOCK_PEERS=DIR;  apt-get install python3-simpy3

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distribution } from '../dist/kernel/distributions.js';
import { Simulation } from '../dist/kernel/simulation.js';
import { WorkerPool } from '../dist/kernel/stations.js';
import { summaryOf } from './measure.mjs';
import * as simjs from './peers/simjs-models.mjs';
import { cpuSeconds } from './whole-run.mjs';

const SERVERS = 4;
const RHO = 0.8;
const CUSTOMERS = 200_000;
const PENDING = 10_000;
const HOLDS = 200_000;
/** Mean service time, µs; Erlang C's mean wait at this load is 0.746 of it. */
const SERVICE_US = 1_000_000;
const ERLANG_WAIT = 0.746;
const ROUNDS = 5;

/** Ours, with the trace hash and the station's meter that every run has. */
const own = {
  mmc() {
    const simulation = new Simulation('peers');
    const pool = new WorkerPool(simulation, 'station', SERVERS);
    const stream = simulation.random.stream('arrivals');
    const gap = distribution({ kind: 'exponential', mean: SERVICE_US / RHO / SERVERS });
    const service = distribution({ kind: 'exponential', mean: SERVICE_US });
    const left = simulation.defineEvent('customer.Left', () => {});
    let coming = CUSTOMERS;
    const arrived = simulation.defineEvent('customer.Arrived', () => {
      pool.submit(service.sample(stream), left);
      if (--coming > 0) simulation.after(gap.sample(stream), arrived);
    });
    simulation.after(0, arrived);
    const start = cpuSeconds();
    simulation.run();
    const rate = CUSTOMERS / (cpuSeconds() - start);
    return { rate, wait: pool.meter.report(simulation.now).meanWaitUs / SERVICE_US };
  },
  hold() {
    const simulation = new Simulation('peers');
    const stream = simulation.random.stream('increments');
    const increment = distribution({ kind: 'exponential', mean: SERVICE_US });
    let left = HOLDS;
    const woken = simulation.defineEvent('process.Woken', () => {
      if (--left === 0) simulation.stop();
      simulation.after(increment.sample(stream), woken);
    });
    for (let i = 0; i < PENDING; i++) simulation.after(increment.sample(stream), woken);
    const start = cpuSeconds();
    simulation.run();
    return { rate: HOLDS / (cpuSeconds() - start), wait: 0 };
  },
};

const simjsPath = join(resolve(process.env['KUBECLOCK_PEERS'] ?? '.'), 'node_modules/simjs');
const simpyModels = fileURLToPath(new URL('peers/simpy_models.py', import.meta.url));

/** What SimPy answers; the models' arguments are texts. @throws when Python fails. */
function simpy(...args) {
  const { status, stdout, stderr } = spawnSync('python3', [simpyModels, ...args.map(String)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const peers = {
  simjs: {
    mmc: () => simjs.mmc(simjsPath, SERVERS, RHO, CUSTOMERS),
    hold: () => simjs.hold(simjsPath, PENDING, HOLDS),
    missing: () =>
      existsSync(simjsPath)
        ? undefined
        : 'npm install --prefix DIR simjs, then set KUBECLOCK_PEERS=DIR',
  },
  simpy: {
    mmc: () => simpy('mmc', SERVERS, RHO, CUSTOMERS),
    hold: () => simpy('hold', PENDING, HOLDS),
    missing: () =>
      spawnSync('python3', ['-c', 'import simpy']).status === 0
        ? undefined
        : 'Python finds no simpy; Debian has it as python3-simpy3',
  },
};

/** The rate of a model. @throws when the mean wait is not that of the model. */
function rateOf(model, name) {
  const { rate, wait } = model();
  if (name === 'mmc' && Math.abs(wait / ERLANG_WAIT - 1) > 0.1) {
    throw new Error(`the mean wait is ${wait} service times instead of ${ERLANG_WAIT}`);
  }
  return rate;
}

/** How many times as fast as a peer, both in turn; the first turn of each is to become warm. */
function timesAsFast(name, peer) {
  const turn = () => rateOf(own[name], name) / rateOf(peer[name], name);
  turn();
  return summaryOf(Array.from({ length: ROUNDS }, turn));
}

function ownRate(name) {
  rateOf(own[name], name);
  return summaryOf(Array.from({ length: ROUNDS }, () => rateOf(own[name], name)));
}

const models = [
  { model: 'mmc', unit: 'customers/s' },
  { model: 'hold', unit: 'holds/s' },
];

export const cases = models.flatMap(({ model, unit }) => [
  { name: `peers-${model}`, unit, measure: () => ownRate(model) },
  ...Object.entries(peers).map(([peer, its]) => ({
    name: `peers-${model}-vs-${peer}`,
    unit: 'x',
    missing: its.missing,
    measure: () => timesAsFast(model, its),
  })),
]);
