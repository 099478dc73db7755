// The models of bench/peers.bench.mjs on SIM.JS, an npm package that is made for browsers: it
// leaves its classes in the global `window`.

import { createRequire } from 'node:module';
import { cpuSeconds } from '../whole-run.mjs';

/** Loads the package in a folder; what is loaded already is not loaded again. */
function simOf(path) {
  globalThis.window ??= {};
  createRequire(import.meta.url)(path);
  return globalThis.window.Sim;
}

/** An M/M/c station: customers a second of processor time, and the mean wait in service times. */
export function mmc(path, servers, rho, customers) {
  const { Sim, Entity, Facility, Random } = simOf(path);
  const draw = new Random(1);
  const station = new Facility('station', Facility.FCFS, servers);
  let served = 0;
  let waited = 0;
  class Source extends Entity {
    start() {
      this.left = customers;
      this.arrive();
    }
    arrive() {
      const service = draw.exponential(1);
      const customer = { arrived: this.time(), service };
      this.useFacility(station, service).done(this.leave, this, customer);
      if (--this.left > 0) this.setTimer(draw.exponential(rho * servers)).done(this.arrive);
    }
    leave({ arrived, service }) {
      served++;
      waited += this.time() - arrived - service;
    }
  }
  const sim = new Sim();
  sim.addEntity(Source);
  const start = cpuSeconds();
  sim.simulate(Number.MAX_SAFE_INTEGER);
  const seconds = cpuSeconds() - start;
  if (served !== customers) throw new Error(`${served} of ${customers} customers were served`);
  return { rate: customers / seconds, wait: waited / customers };
}

/** The hold model: holds a second of processor time. */
export function hold(path, pending, holds) {
  const { Sim, Entity, Random } = simOf(path);
  const draw = new Random(1);
  let done = 0;
  class Process extends Entity {
    start() {
      this.wake();
    }
    wake() {
      done++;
      this.setTimer(draw.exponential(1)).done(this.wake);
    }
  }
  const sim = new Sim();
  for (let i = 0; i < pending; i++) sim.addEntity(Process);
  done = 0;
  const start = cpuSeconds();
  sim.simulate(Number.MAX_SAFE_INTEGER, holds);
  return { rate: done / (cpuSeconds() - start), wait: 0 };
}
