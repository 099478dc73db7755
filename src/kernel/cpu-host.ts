// The cores of a machine and the processes on it. Each process may have costs of its own beside
// the work that it is given: how dear its work is there, what it takes to wake it, how long its
// threads look for more before they sleep, its garbage collector and its timers. They are why a
// request costs less CPU time on a busy machine than on an idle one.
import { assert } from './assert.js';
import { FastEventQueue } from './fast-event-queue.js';
import type { EventKind, Simulation } from './simulation.js';
import { StationMeter } from './station-meter.js';
import type { SimTime } from './time.js';

/** What a process costs its machine beside the work itself. */
export interface ProcessCosts {
  /** CPU time that one µs of modelled work takes on this machine. */
  readonly factor: number;
  /** Of every job beside its work: switching to it, reading and writing what comes and goes, µs. */
  readonly jobUs: number;
  /** Of the job that finds the process asleep, before its work, µs. */
  readonly wakeUpUs: number;
  /** Used up after the last job, before the process sleeps again, µs; nobody waits for it. */
  readonly parkUs: number;
  /** After each so many µs of work garbage is collected; 0: never. */
  readonly collectEveryUs: number;
  /** CPU time of one collection, on all cores, µs; nobody waits for it. */
  readonly collectUs: number;
  /** Period of the process's own timers, µs; 0: none. */
  readonly tickEveryUs: number;
  /** CPU time of one tick, µs. */
  readonly tickUs: number;
}

/** Costs of a process that only does its work. */
export const plainProcess: ProcessCosts = {
  factor: 1,
  jobUs: 0,
  wakeUpUs: 0,
  parkUs: 0,
  collectEveryUs: 0,
  collectUs: 0,
  tickEveryUs: 0,
  tickUs: 0,
};

/** Virtual time counts the work done per job in 1/64 µs. */
const VIRTUAL_PER_US = 64;
/** A job's kind and its process share one number. */
const PROCESS_LIMIT = 64;

/** The shared engine. Invariant: `virtual` and all counts are exact at `since`. */
class Cores {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #done: EventKind;
  /** Jobs by the virtual time at which they end. */
  readonly #jobs = new FastEventQueue(16);
  // Columns by process.
  readonly #running: number[] = [];
  /** Work done until `#counted`, in virtual time. */
  readonly #used: number[] = [];
  readonly #counted: number[] = [];
  readonly #emptied: ((kind: EventKind) => void)[] = [];
  #virtual = 0;
  #since: SimTime = 0;
  #next = -1;

  constructor(simulation: Simulation, name: string, cores: number) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, cores);
    this.#done = simulation.defineEvent(`${name}.CpuTimeUsed`, () => this.#finish());
  }

  /** Adds a process; `emptied` is called with the kind of its last job when that has ended. */
  join(emptied: (kind: EventKind) => void): number {
    assert(this.#running.length < PROCESS_LIMIT, 'a machine has room for 64 processes');
    this.#used.push(0);
    this.#counted.push(0);
    this.#emptied.push(emptied);
    return this.#running.push(0) - 1;
  }

  isIdle(process: number): boolean {
    return this.#running[process] === 0;
  }

  run(process: number, workUs: number, kind: EventKind, target: number, arg: number): void {
    this.#advance();
    this.#count(process, 1);
    const end = this.#virtual + Math.round(workUs * VIRTUAL_PER_US);
    this.#jobs.push(end, kind * PROCESS_LIMIT + process, target, arg);
    this.#plan();
  }

  usedUs(process: number): number {
    this.#advance();
    this.#count(process, 0);
    return (this.#used[process] as number) / VIRTUAL_PER_US;
  }

  /** Every running job of a process has used what virtual time has passed since the last count. */
  #count(process: number, change: number): void {
    const running = this.#running[process] as number;
    const since = this.#virtual - (this.#counted[process] as number);
    this.#used[process] = (this.#used[process] as number) + running * since;
    this.#counted[process] = this.#virtual;
    this.#running[process] = running + change;
  }

  #rate(): number {
    return VIRTUAL_PER_US * Math.min(1, this.meter.capacity / this.#jobs.size);
  }

  #advance(): void {
    const { now } = this.#simulation;
    this.#virtual += Math.round((now - this.#since) * this.#rate());
    this.#since = now;
  }

  #plan(): void {
    const { size } = this.#jobs;
    const { now } = this.#simulation;
    const busy = Math.min(size, this.meter.capacity);
    this.meter.set(now, busy, size - busy);
    if (size === 0) return;
    const left = Math.max(0, this.#jobs.nextTime() - this.#virtual);
    const at = now + Math.ceil(left / this.#rate());
    if (this.#next < 0 || !this.#simulation.reschedule(this.#next, at)) {
      this.#next = this.#simulation.at(at, this.#done);
    }
  }

  #finish(): void {
    this.#next = -1;
    this.#advance();
    assert(this.#jobs.pop(this.#virtual), 'a CPU job must end when it was planned to');
    const { target, arg } = this.#jobs;
    const process = this.#jobs.kind % PROCESS_LIMIT;
    const kind = (this.#jobs.kind - process) / PROCESS_LIMIT;
    this.meter.served++;
    this.#count(process, -1);
    if (this.#running[process] === 0) (this.#emptied[process] as (kind: EventKind) => void)(kind);
    this.#plan();
    this.#simulation.fire(kind, target, arg);
  }
}

/**
 * A machine as one process sees it: its cores, shared equally by the runnable jobs of all processes
 * (egalitarian processor sharing; one job uses at most one core). Its queue is the jobs above the
 * cores.
 */
export class CpuHost {
  /** Of the machine. */
  readonly meter: StationMeter;
  /** Times that a job has found the process asleep, where that costs something. */
  wakeUps = 0;
  readonly #cores: Cores;
  readonly #process: number;
  readonly #costs: ProcessCosts;
  readonly #background: EventKind = -1;
  /** Work since the last collection, µs. */
  #uncollectedUs = 0;

  /** `cores`: of a new machine, or the machine on which the process runs. */
  constructor(
    simulation: Simulation,
    name: string,
    cores: number | CpuHost,
    costs: ProcessCosts = plainProcess,
  ) {
    this.#costs = costs;
    this.#cores = typeof cores === 'number' ? new Cores(simulation, name, cores) : cores.#cores;
    this.meter = this.#cores.meter;
    this.#process = this.#cores.join((last) => {
      if (costs.parkUs > 0 && last !== this.#background) this.#inBackground(costs.parkUs);
    });
    if (costs.parkUs + costs.collectUs + costs.tickUs === 0) return;
    this.#background = simulation.defineEvent(`${name}.BackgroundWorkDone`, () => {});
    if (costs.tickEveryUs === 0) return;
    const ticked = simulation.defineEvent(`${name}.TimersFired`, () => {
      this.#inBackground(costs.tickUs);
      simulation.after(costs.tickEveryUs, ticked);
    });
    simulation.after(simulation.random.stream(`${name}/timers`).below(costs.tickEveryUs), ticked);
  }

  /** Uses `workUs` of CPU time, then fires the continuation. O(log n). */
  run(workUs: number, kind: EventKind, target = 0, arg = 0): void {
    const { factor, jobUs, wakeUpUs, collectEveryUs, collectUs } = this.#costs;
    let wakeUs = 0;
    if (wakeUpUs > 0 && this.#cores.isIdle(this.#process)) {
      wakeUs = wakeUpUs;
      this.wakeUps++;
    }
    const costUs = workUs * factor + jobUs + wakeUs;
    this.#cores.run(this.#process, costUs, kind, target, arg);
    if (collectEveryUs === 0) return;
    this.#uncollectedUs += costUs;
    if (this.#uncollectedUs < collectEveryUs) return;
    this.#uncollectedUs -= collectEveryUs;
    const workers = Math.ceil(this.meter.capacity);
    for (let i = 0; i < workers; i++) this.#inBackground(collectUs / workers);
  }

  /** CPU time that the process has used so far, µs. */
  get usedUs(): number {
    return this.#cores.usedUs(this.#process);
  }

  #inBackground(workUs: number): void {
    this.#cores.run(this.#process, workUs, this.#background, 0, 0);
  }
}
