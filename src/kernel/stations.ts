// The queueing stations that components are built from. A station serves jobs; a job is a
// continuation (kind, target, arg) fired when it is done. Each station measures itself.
import { assert } from './assert.js';
import type { Distribution } from './distributions.js';
import { FastEventQueue } from './fast-event-queue.js';
import type { RandomStream } from './random-stream.js';
import type { EventKind, Simulation } from './simulation.js';
import type { SimTime } from './time.js';

/** What a station has seen since the start of the run. Times in microseconds. */
export interface StationReport {
  readonly name: string;
  /** Mean fraction of the capacity in use; of a TokenBucket, tokens taken over tokens made. */
  readonly utilisation: number;
  /** Time-weighted mean number of jobs waiting. */
  readonly meanQueueLength: number;
  /** 0 where waits are known in advance (TokenBucket, Link). */
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

  /** Counts a job whose service and wait, in µs, are known in advance. */
  serve(serviceUs: number, waitUs: number): void {
    this.served++;
    this.#busyUs += serviceUs;
    this.#queueUs += waitUs;
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

/** `cost` is in the station's own unit; `next` is the job behind it in the queue or the batch. */
interface Job {
  readonly cost: number;
  readonly kind: EventKind;
  readonly target: number;
  readonly arg: number;
  next: Job | undefined;
}

/** Servers with one FIFO queue; each serves up to `batchLimit` jobs at a time, as one. */
class FifoStation {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #served: EventKind;
  readonly #batchLimit: number;
  /** Whole µs that a batch of that cost takes. */
  readonly #serviceUs: (cost: number) => SimTime;
  /** The first job of the batch that each server is at. */
  readonly #batches: (Job | undefined)[] = [];
  readonly #idle: number[] = [];
  #first: Job | undefined;
  #last: Job | undefined;
  #waiting = 0;

  constructor(
    simulation: Simulation,
    event: string,
    meter: StationMeter,
    batchLimit: number,
    serviceUs: (cost: number) => SimTime,
  ) {
    this.#simulation = simulation;
    this.#served = simulation.defineEvent(event, (server) => this.#finish(server));
    this.meter = meter;
    this.#batchLimit = batchLimit;
    this.#serviceUs = serviceUs;
    for (let i = meter.capacity - 1; i >= 0; i--) this.#idle.push(i);
  }

  protected enqueue(cost: number, kind: EventKind, target: number, arg: number): void {
    const job = { cost, kind, target, arg, next: undefined };
    if (this.#first === undefined) this.#first = job;
    else (this.#last as Job).next = job;
    this.#last = job;
    this.#waiting++;
    this.#start();
  }

  /** Starts the next batch if there are a job and an idle server for it. */
  #start(): void {
    if (this.#first !== undefined && this.#idle.length > 0) {
      const server = this.#idle.pop() as number;
      this.#batches[server] = this.#first;
      this.#simulation.after(this.#serviceUs(this.#cutBatch(this.#first)), this.#served, server);
    }
    this.meter.set(this.#simulation.now, this.meter.capacity - this.#idle.length, this.#waiting);
  }

  /** Cuts a batch off the head of the queue; its cost. */
  #cutBatch(first: Job): number {
    let last = first;
    let { cost } = first;
    let size = 1;
    for (; size < this.#batchLimit && last.next !== undefined; size++) {
      last = last.next;
      cost += last.cost;
    }
    this.#waiting -= size;
    this.#first = last.next;
    last.next = undefined;
    return cost;
  }

  #finish(server: number): void {
    let job = this.#batches[server];
    this.#idle.push(server);
    this.#start();
    for (; job !== undefined; job = job.next) {
      this.meter.served++;
      this.#simulation.fire(job.kind, job.target, job.arg);
    }
  }
}

/** `servers` equal servers and one FIFO queue; one server makes it a single-server queue. */
export class WorkerPool extends FifoStation {
  constructor(simulation: Simulation, name: string, servers: number) {
    super(simulation, `${name}.JobServed`, new StationMeter(name, servers), 1, (us) => us);
  }

  /** Serves for `serviceUs`, whole µs, when a server is free, then fires the continuation. */
  submit(serviceUs: SimTime, kind: EventKind, target = 0, arg = 0): void {
    this.enqueue(serviceUs, kind, target, arg);
  }
}

/**
 * A disk that makes writes durable, one flush at a time. With `groupCommit`, all writes that wait
 * when a flush ends share the next one; without it, each takes its own turn.
 */
export class Disk extends FifoStation {
  constructor(
    simulation: Simulation,
    name: string,
    flush: Distribution,
    bytesPerSecond: number,
    groupCommit = false,
  ) {
    const perByte = usPerByte(name, bytesPerSecond);
    const stream = simulation.stream(name);
    const batchLimit = groupCommit ? Number.POSITIVE_INFINITY : 1;
    super(simulation, `${name}.Flushed`, new StationMeter(name, 1), batchLimit, (bytes) => {
      return Math.round(bytes * perByte) + flush.sample(stream);
    });
  }

  /** Writes and flushes `bytes`, then fires the continuation. */
  sync(bytes: number, kind: EventKind, target = 0, arg = 0): void {
    this.enqueue(bytes, kind, target, arg);
  }
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
    const { kind, target, arg } = this.#jobs;
    this.meter.served++;
    this.#plan();
    this.#simulation.fire(kind, target, arg);
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
    this.#stream = simulation.stream(name);
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
