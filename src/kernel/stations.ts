// The queueing stations that components are built from. A station serves jobs; a job is a
// continuation (kind, target, arg) fired when it is done. Each station measures itself.
import { assert } from './assert.js';
import type { Distribution } from './distributions.js';
import { FastEventQueue } from './event-queue.js';
import type { RandomStream } from './random-stream.js';
import type { EventKind, Simulation } from './simulation.js';
import type { SimTime } from './time.js';

/** What a station has seen since the start of the run. Times in microseconds. */
export interface StationReport {
  readonly name: string;
  /** Mean fraction of the capacity in use, 0..1. */
  readonly utilisation: number;
  /** Time-weighted mean number of jobs waiting. */
  readonly meanQueueLength: number;
  readonly maxQueueLength: number;
  readonly served: number;
  readonly meanWaitUs: number;
}

/** The measuring part every station has. Invariant: integrals are exact up to `#since`. */
export class StationMeter {
  readonly name: string;
  readonly capacity: number;
  busy = 0;
  waiting = 0;
  served = 0;
  maxQueueLength = 0;
  #busyUs = 0;
  #queueUs = 0;
  #since: SimTime = 0;

  constructor(name: string, capacity: number) {
    assert(capacity > 0, `${name}: capacity must be positive`);
    this.name = name;
    this.capacity = capacity;
  }

  /** Sets the number of units in use and of jobs waiting from now on. */
  set(now: SimTime, busy: number, waiting: number): void {
    this.#advance(now);
    this.busy = busy;
    this.waiting = waiting;
    if (waiting > this.maxQueueLength) this.maxQueueLength = waiting;
  }

  /** Unit-microseconds in use since the start; differences over a window give its utilisation. */
  busyUs(now: SimTime): number {
    this.#advance(now);
    return this.#busyUs;
  }

  /** Adds waiting that was known in advance, in job-microseconds. */
  addWait(waitUs: number): void {
    this.#queueUs += waitUs;
  }

  /** Adds service that was known in advance, in unit-microseconds. */
  addBusy(busyUs: number): void {
    this.#busyUs += busyUs;
  }

  report(now: SimTime): StationReport {
    this.#advance(now);
    const span = now > 0 ? now : 1;
    return {
      name: this.name,
      utilisation: this.#busyUs / this.capacity / span,
      meanQueueLength: this.#queueUs / span,
      maxQueueLength: this.maxQueueLength,
      served: this.served,
      meanWaitUs: this.#queueUs / (this.served > 0 ? this.served : 1), // Little's law
    };
  }

  #advance(now: SimTime): void {
    const span = now - this.#since;
    if (span <= 0) return;
    this.#busyUs += this.busy * span;
    this.#queueUs += this.waiting * span;
    this.#since = now;
  }
}

/** `servers` equal servers and one FIFO queue; one server makes it a single-server queue. */
export class WorkerPool {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #done: EventKind;
  #waiting: Job[] = [];
  #head = 0;
  readonly #running: (Job | undefined)[] = [];
  readonly #idle: number[] = [];

  constructor(simulation: Simulation, name: string, servers: number) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, servers);
    for (let i = servers - 1; i >= 0; i--) this.#idle.push(i);
    this.#done = simulation.defineEvent(`${name}.JobServed`, (server) => this.#finish(server));
  }

  /** Serves for `serviceUs` when a server is free, then fires the continuation. */
  submit(serviceUs: number, kind: EventKind, target = 0, arg = 0): void {
    const job = { serviceUs, kind, target, arg };
    if (this.#idle.length > 0) this.#start(job);
    else this.#waiting.push(job);
    this.#measure();
  }

  #start(job: Job): void {
    const server = this.#idle.pop() as number;
    this.#running[server] = job;
    this.#simulation.after(job.serviceUs, this.#done, server);
  }

  #finish(server: number): void {
    const { kind, target, arg } = this.#running[server] as Job;
    this.#running[server] = undefined;
    this.#idle.push(server);
    this.meter.served++;
    if (this.#head < this.#waiting.length) {
      this.#start(this.#waiting[this.#head++] as Job);
      if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#head);
        this.#head = 0;
      }
    }
    this.#measure();
    this.#simulation.fire(kind, target, arg);
  }

  #measure(): void {
    const busy = this.meter.capacity - this.#idle.length;
    this.meter.set(this.#simulation.now, busy, this.#waiting.length - this.#head);
  }
}

interface Job {
  readonly serviceUs: number;
  readonly kind: EventKind;
  readonly target: number;
  readonly arg: number;
}

/** Virtual time of a CpuHost counts work done per job in 1/64 µs. */
const VIRTUAL_PER_US = 64;

/**
 * The cores of one machine, shared equally by the runnable jobs of all processes on it (egalitarian
 * processor sharing; one job uses at most one core). Its queue is the jobs above the cores.
 */
export class CpuHost {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #done: EventKind;
  /** Jobs by the virtual time at which they end. */
  readonly #jobs = new FastEventQueue(16);
  #virtual = 0;
  #since: SimTime = 0;
  #next = -1;

  constructor(simulation: Simulation, name: string, cores: number) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, cores);
    this.#done = simulation.defineEvent(`${name}.CpuTimeUsed`, () => this.#finish());
  }

  /** Uses `workUs` of CPU time, then fires the continuation. O(log n). */
  run(workUs: number, kind: EventKind, target = 0, arg = 0): void {
    this.#advance();
    this.#jobs.push(this.#virtual + Math.round(workUs * VIRTUAL_PER_US), kind, target, arg);
    this.#plan();
  }

  #rate(): number {
    const { size } = this.#jobs;
    return size <= this.meter.capacity
      ? VIRTUAL_PER_US
      : (VIRTUAL_PER_US * this.meter.capacity) / size;
  }

  #advance(): void {
    const { now } = this.#simulation;
    this.#virtual += Math.round((now - this.#since) * this.#rate());
    this.#since = now;
  }

  #plan(): void {
    const { size } = this.#jobs;
    const { now } = this.#simulation;
    this.meter.set(
      now,
      Math.min(size, this.meter.capacity),
      Math.max(0, size - this.meter.capacity),
    );
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
    const isDone = this.#jobs.pop(this.#virtual);
    const { kind, target, arg } = this.#jobs;
    if (isDone) this.meter.served++;
    this.#plan();
    if (isDone) this.#simulation.fire(kind, target, arg);
  }
}

/** A token bucket: `qps` tokens a second, at most `burst` saved up, full at the start. FIFO. */
export class TokenBucket {
  readonly meter: StationMeter;
  readonly #intervalUs: number;
  readonly #allowanceUs: number;
  /** Time at which the bucket would hold no debt if no burst were allowed. */
  #theoreticalUs = 0;

  constructor(name: string, qps: number, burst: number) {
    assert(qps > 0 && burst >= 1, `${name}: needs qps > 0 and burst >= 1`);
    this.meter = new StationMeter(name, 1);
    this.#intervalUs = 1_000_000 / qps;
    this.#allowanceUs = (burst - 1) * this.#intervalUs;
  }

  /** Takes the next token; returns the time at which it is there (now, or later). */
  take(now: SimTime): SimTime {
    const grant = Math.max(now, Math.ceil(this.#theoreticalUs - this.#allowanceUs));
    this.#theoreticalUs = Math.max(this.#theoreticalUs, now) + this.#intervalUs;
    this.meter.served++;
    this.meter.addWait(grant - now);
    return grant;
  }

  /** Takes a token if there is one now; false, and nothing taken, otherwise. */
  tryTake(now: SimTime): boolean {
    if (this.#theoreticalUs - this.#allowanceUs > now) return false;
    this.take(now);
    return true;
  }
}

/** One direction of a network path: a FIFO transmitter of `bytesPerSecond`, then a delay. */
export class Link {
  readonly meter: StationMeter;
  readonly #delay: Distribution;
  readonly #usPerByte: number;
  readonly #stream: RandomStream;
  #freeAt: SimTime = 0;
  #lastArrival: SimTime = 0;

  constructor(simulation: Simulation, name: string, delay: Distribution, bytesPerSecond: number) {
    this.meter = new StationMeter(name, 1);
    this.#delay = delay;
    this.#usPerByte = 1_000_000 / bytesPerSecond;
    this.#stream = simulation.stream(name);
  }

  /** Sends; returns the time of arrival. What is sent first arrives first. */
  send(now: SimTime, bytes: number): SimTime {
    const start = Math.max(now, this.#freeAt);
    const transmitUs = Math.round(bytes * this.#usPerByte);
    this.#freeAt = start + transmitUs;
    this.meter.served++;
    this.meter.addBusy(transmitUs);
    this.meter.addWait(start - now);
    const arrival = this.#freeAt + this.#delay.sample(this.#stream);
    this.#lastArrival = Math.max(this.#lastArrival, arrival);
    return this.#lastArrival;
  }
}

/**
 * A disk that makes writes durable, one flush at a time. With `groupCommit`, all writes that wait
 * when a flush ends share the next one; without it, each takes its own turn.
 */
export class Disk {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #flush: Distribution;
  readonly #usPerByte: number;
  readonly #stream: RandomStream;
  readonly #done: EventKind;
  readonly #groupCommit: boolean;
  #waiting: Job[] = [];
  #batch: readonly Job[] = [];

  constructor(
    simulation: Simulation,
    name: string,
    flush: Distribution,
    bytesPerSecond: number,
    groupCommit = false,
  ) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, 1);
    this.#flush = flush;
    this.#usPerByte = 1_000_000 / bytesPerSecond;
    this.#stream = simulation.stream(name);
    this.#groupCommit = groupCommit;
    this.#done = simulation.defineEvent(`${name}.Flushed`, () => this.#finish());
  }

  /** Writes and flushes `bytes`, then fires the continuation. */
  sync(bytes: number, kind: EventKind, target = 0, arg = 0): void {
    this.#waiting.push({ serviceUs: bytes * this.#usPerByte, kind, target, arg });
    if (this.#batch.length === 0) this.#start();
    else this.meter.set(this.#simulation.now, 1, this.#waiting.length);
  }

  #start(): void {
    this.#batch = this.#waiting.splice(0, this.#groupCommit ? this.#waiting.length : 1);
    this.meter.set(this.#simulation.now, this.#batch.length > 0 ? 1 : 0, this.#waiting.length);
    if (this.#batch.length === 0) return;
    const writeUs = this.#batch.reduce((sum, job) => sum + job.serviceUs, 0);
    this.#simulation.after(Math.round(writeUs) + this.#flush.sample(this.#stream), this.#done);
  }

  #finish(): void {
    const batch = this.#batch;
    this.meter.served += batch.length;
    this.#start();
    for (const { kind, target, arg } of batch) this.#simulation.fire(kind, target, arg);
  }
}
