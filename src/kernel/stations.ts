// The queueing stations that components are built from. A station serves jobs; a job is a
// continuation (kind, target, arg) fired when it is done. Each station measures itself.
import { assert } from './assert.js';
import type { Distribution } from './distributions.js';
import type { RandomStream } from './random-stream.js';
import type { EventKind, Simulation } from './simulation.js';
import { StationMeter } from './station-meter.js';
import type { SimTime } from './time.js';

export { CpuHost, type ProcessCosts } from './cpu-host.js';
export { StationMeter, type StationReport } from './station-meter.js';

/** A job and the one behind it in the queue. */
interface Job {
  readonly serviceUs: SimTime;
  readonly kind: EventKind;
  readonly target: number;
  readonly arg: number;
  next: Job | undefined;
}

/** `servers` equal servers and one FIFO queue; one server makes it a single-server queue. */
export class WorkerPool {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #served: EventKind;
  /** The job that each server is at. */
  readonly #jobs: (Job | undefined)[] = [];
  readonly #idle: number[] = [];
  #first: Job | undefined;
  #last: Job | undefined;
  #waiting = 0;

  constructor(simulation: Simulation, name: string, servers: number) {
    this.#simulation = simulation;
    this.#served = simulation.defineEvent(`${name}.JobServed`, (server) => this.#finish(server));
    this.meter = new StationMeter(name, servers);
    for (let i = servers - 1; i >= 0; i--) this.#idle.push(i);
  }

  /** Serves for `serviceUs`, whole µs, when a server is free, then fires the continuation. */
  submit(serviceUs: SimTime, kind: EventKind, target = 0, arg = 0): void {
    const job = { serviceUs, kind, target, arg, next: undefined };
    if (this.#first === undefined) this.#first = job;
    else (this.#last as Job).next = job;
    this.#last = job;
    this.#waiting++;
    this.#start();
  }

  /** Starts the next job if there are one and an idle server for it. */
  #start(): void {
    const job = this.#first;
    if (job !== undefined && this.#idle.length > 0) {
      const server = this.#idle.pop() as number;
      this.#jobs[server] = job;
      this.#first = job.next;
      this.#waiting--;
      this.#simulation.after(job.serviceUs, this.#served, server);
    }
    this.meter.set(this.#simulation.now, this.meter.capacity - this.#idle.length, this.#waiting);
  }

  #finish(server: number): void {
    const job = this.#jobs[server] as Job;
    this.#idle.push(server);
    this.#start();
    this.meter.served++;
    this.#simulation.fire(job.kind, job.target, job.arg);
  }
}

/**
 * A disk that makes writes durable, one flush after the other. Whoever has several things to write
 * saves flushes by writing them together.
 */
export class Disk {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #flush: Distribution;
  readonly #usPerByte: number;
  readonly #stream: RandomStream;
  #freeAt: SimTime = 0;
  #factor = 1;
  #stalledUntil: SimTime = 0;

  constructor(simulation: Simulation, name: string, flush: Distribution, bytesPerSecond: number) {
    this.meter = new StationMeter(name, 1);
    this.#simulation = simulation;
    this.#flush = flush;
    this.#usPerByte = usPerByte(name, bytesPerSecond);
    this.#stream = simulation.random.stream(name);
  }

  /** Writes and flushes `bytes`, then fires the continuation. */
  sync(bytes: number, kind: EventKind, target = 0, arg = 0): void {
    const { now } = this.#simulation;
    const start = Math.max(now, this.#freeAt);
    const flushUs = bytes * this.#usPerByte + this.#flush.sample(this.#stream);
    const stallUs = Math.max(0, this.#stalledUntil - start);
    const serviceUs = stallUs + Math.round(flushUs * this.#factor);
    this.#freeAt = start + serviceUs;
    this.meter.serve(serviceUs, start - now);
    this.#simulation.at(this.#freeAt, kind, target, arg);
  }

  /** From now on every write takes `factor` times as long; 1: as ever. */
  degrade(factor: number): void {
    assert(factor > 0, 'a disk cannot take a negative time');
    this.#factor = factor;
  }

  /** Writes that begin within `durationUs` from now take place when that is over. */
  stall(durationUs: SimTime): void {
    this.#stalledUntil = this.#simulation.now + durationUs;
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
    this.meter.serve(this.#intervalUs, grant - now);
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
    this.#usPerByte = usPerByte(name, bytesPerSecond);
    this.#stream = simulation.random.stream(name);
  }

  /** When everything that was sent has left; it may be on its way still. */
  get freeUs(): SimTime {
    return this.#freeAt;
  }

  /** When no more than `bytes` of what was sent until now are left to send. */
  drainedUs(bytes: number): SimTime {
    return this.#freeAt - Math.floor(bytes * this.#usPerByte);
  }

  /** Sends; returns the time of arrival. What is sent first arrives first. */
  send(now: SimTime, bytes: number): SimTime {
    const start = Math.max(now, this.#freeAt);
    const transmitUs = Math.round(bytes * this.#usPerByte);
    this.#freeAt = start + transmitUs;
    this.meter.serve(transmitUs, start - now);
    const arrival = this.#freeAt + this.#delay.sample(this.#stream);
    this.#lastArrival = Math.max(this.#lastArrival, arrival);
    return this.#lastArrival;
  }
}

function usPerByte(name: string, bytesPerSecond: number): number {
  assert(bytesPerSecond > 0, `${name}: needs bytes per second > 0`);
  return 1_000_000 / bytesPerSecond;
}
