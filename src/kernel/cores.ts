// The cores of a machine, shared by the runnable threads of its processes, as an operating system
// shares them: every thread gets the same. A process has as many threads as it has jobs, but no
// more than there are cores, as a Go process has; its jobs share equally what its threads get. So a
// process with one job is not drowned by one with hundreds.
// Left out: priorities, time slices, affinity, the cost of a switch between processes.
import { assert } from './assert.js';
import { FastEventQueue } from './fast-event-queue.js';
import type { EventKind, Simulation } from './simulation.js';
import { StationMeter } from './station-meter.js';
import type { SimTime } from './time.js';

/** Virtual time counts the work done per job in 1/64 µs. */
const VIRTUAL_PER_US = 64;
const NONE = -1;

/** One process on the cores. Invariant: `virtual` and `used` are exact at the time of the cores. */
interface ProcessJobs {
  /** By the virtual time at which they end. */
  readonly jobs: FastEventQueue;
  /** Called with the kind of its last job when that has ended. */
  readonly emptied: (kind: EventKind) => void;
  virtual: number;
  /** Work done, in virtual time. */
  used: number;
}

/** Cores without costs of their own; `CpuHost` is a process' view of them. O(processes) per job. */
export class Cores {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #done: EventKind;
  readonly #processes: ProcessJobs[] = [];
  /** Threads of one process that run at once. */
  readonly #threadLimit: number;
  #jobs = 0;
  /** Runnable threads of all processes. */
  #threads = 0;
  #since: SimTime = 0;
  /** The planned end of a job, and whose it is. */
  #next = NONE;
  #nextProcess = NONE;

  constructor(simulation: Simulation, name: string, cores: number) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, cores);
    this.#threadLimit = Math.ceil(cores);
    this.#done = simulation.defineEvent(`${name}.CpuTimeUsed`, () => this.#finish());
  }

  /** Adds a process; `emptied` is called with the kind of its last job when that has ended. */
  join(emptied: (kind: EventKind) => void): number {
    const jobs = new FastEventQueue(16);
    return this.#processes.push({ jobs, emptied, virtual: 0, used: 0 }) - 1;
  }

  isIdle(process: number): boolean {
    return this.#of(process).jobs.size === 0;
  }

  /** Gives a process a job of so much work; then the continuation fires. */
  run(process: number, workUs: number, kind: EventKind, target: number, arg: number): void {
    this.#advance();
    const { jobs, virtual } = this.#of(process);
    jobs.push(virtual + Math.round(workUs * VIRTUAL_PER_US), kind, target, arg);
    this.#jobs++;
    if (jobs.size <= this.#threadLimit) this.#threads++;
    this.#plan();
  }

  /** CPU time that a process has used so far, µs. */
  usedUs(process: number): number {
    this.#advance();
    return this.#of(process).used / VIRTUAL_PER_US;
  }

  #of(process: number): ProcessJobs {
    return this.#processes[process] as ProcessJobs;
  }

  /** Virtual time per µs of a process that has `jobs` jobs. */
  #rate(jobs: number): number {
    const perThread = VIRTUAL_PER_US * Math.min(1, this.meter.capacity / this.#threads);
    return jobs <= this.#threadLimit ? perThread : (perThread * this.#threadLimit) / jobs;
  }

  #advance(): void {
    const { now } = this.#simulation;
    const passedUs = now - this.#since;
    if (passedUs === 0) return;
    this.#since = now;
    if (this.#jobs === 0) return;
    for (const process of this.#processes) {
      const { size } = process.jobs;
      if (size === 0) continue;
      const gained = Math.round(passedUs * this.#rate(size));
      process.virtual += gained;
      process.used += gained * size;
    }
  }

  #plan(): void {
    const { now } = this.#simulation;
    const busy = Math.min(this.#threads, this.meter.capacity);
    this.meter.set(now, busy, this.#jobs - busy);
    if (this.#jobs === 0) return;
    let inUs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#processes.length; i++) {
      const { jobs, virtual } = this.#of(i);
      if (jobs.size === 0) continue;
      const left = Math.max(0, jobs.nextTime() - virtual);
      const leftUs = Math.ceil(left / this.#rate(jobs.size));
      if (leftUs >= inUs) continue;
      inUs = leftUs;
      this.#nextProcess = i;
    }
    const at = now + inUs;
    if (this.#next < 0 || !this.#simulation.reschedule(this.#next, at)) {
      this.#next = this.#simulation.at(at, this.#done);
    }
  }

  #finish(): void {
    this.#next = NONE;
    this.#advance();
    const { jobs, virtual, emptied } = this.#of(this.#nextProcess);
    assert(jobs.pop(virtual), 'a CPU job must end when it was planned to');
    const { kind, target, arg } = jobs;
    this.#jobs--;
    if (jobs.size < this.#threadLimit) this.#threads--;
    this.meter.served++;
    if (jobs.size === 0) emptied(kind);
    this.#plan();
    this.#simulation.fire(kind, target, arg);
  }
}
