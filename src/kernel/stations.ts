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
