// A process on the cores of its machine. It may have costs of its own beside the work that it is
// given: how dear its work is there, what it takes to wake it, how long its threads look for more
// before they sleep, its garbage collector and its timers. They are why a request costs less CPU
// time on a busy machine, where no core sleeps, than on an idle one.
import { Cores } from './cores.js';
import type { EventKind, Simulation } from './simulation.js';
import type { StationMeter } from './station-meter.js';

/** What a process costs its machine beside the work itself. */
export interface ProcessCosts {
  /** CPU time that one µs of modelled work takes on this machine. */
  readonly factor: number;
  /** Of every job beside its work: switching to it, reading and writing what comes and goes, µs. */
  readonly jobUs: number;
  /**
   * Of the job that finds the process asleep and wakes a core for it, before its work, µs; where
   * threads wait for cores no core sleeps.
   */
  readonly wakeUpUs: number;
  /** Used up after the last job, while the core has nothing else to do, µs; nobody waits for it. */
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

/**
 * A machine as one process sees it: its cores, shared equally by the threads of all processes, and
 * within a process by its jobs; one job uses at most one core. Its queue is the jobs above the
 * cores.
 */
export class CpuHost {
  /** Of the machine. */
  readonly meter: StationMeter;
  /** Times that a job had to wake the process, where that costs something. */
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
      const looksForMore = costs.parkUs > 0 && last !== this.#background;
      if (looksForMore && this.#cores.isUncontended) this.#inBackground(costs.parkUs);
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
    const { isUncontended } = this.#cores;
    if (wakeUpUs > 0 && isUncontended && this.#cores.isAsleep(this.#process)) {
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
