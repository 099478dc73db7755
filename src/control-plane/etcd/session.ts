// gRPC at one member: the requests of a connection that arrive while it is at others are taken
// together. The CPU time of a write's answer is charged with its request, since both are done in
// parallel to everything else; that of a read's when it is answered.
// Source: reference: controlplane A3, A15.
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { etcdCosts } from './constants.js';
import type { Member } from './member.js';
import type { Request } from './request.js';

/** Owed CPU time that is not worth a piece of work of its own, µs. */
const NEGLIGIBLE_US = 100;

/** One client's connection to one member. */
export class Session {
  readonly member: Member;
  readonly #simulation: Simulation;
  readonly #decoded: EventKind;
  readonly #id: number;
  #arrived: Request[] = [];
  #batch: Request[] = [];

  /** `decoded` is fired with `id` as its target; its handler calls `handle`. */
  constructor(simulation: Simulation, member: Member, id: number, decoded: EventKind) {
    this.#simulation = simulation;
    this.member = member;
    this.#id = id;
    this.#decoded = decoded;
  }

  receive(request: Request): void {
    request.arrivedUs = this.#simulation.now;
    this.#arrived.push(request);
    this.startIfIdle();
  }

  /** Takes what has arrived, if the process runs and is at nothing else. */
  startIfIdle(): void {
    if (this.#batch.length > 0 || this.#arrived.length === 0 || !this.member.isRunning) return;
    this.#batch = this.#arrived;
    this.#arrived = [];
    const { rpcCpuUs, rpcCpuPerRequestUs, rpcAnswerCpuUs, rpcNanosecondsPerByte } = etcdCosts;
    let cpuUs = rpcCpuUs + this.member.takeOwedCpuUs();
    for (const { bytes, isRead } of this.#batch) {
      cpuUs += rpcCpuPerRequestUs + (bytes * rpcNanosecondsPerByte) / 1000;
      if (isRead) cpuUs -= rpcAnswerCpuUs;
    }
    this.member.runWith(cpuUs, this.#decoded, this.#id, this.member.incarnation);
  }

  /** The batch is decoded. */
  handle(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.member.handle(batch);
    this.startIfIdle();
  }

  /** The connection is gone, with everything on it. */
  reset(): void {
    this.#arrived = [];
    this.#batch = [];
  }
}

/** CPU time that is charged with the next requests, or by itself when there is much of it. */
export class OwedCpu {
  #us = 0;

  /** Adds; what is to be worked off now. */
  add(us: number): number {
    this.#us += us;
    return this.#us > NEGLIGIBLE_US ? this.take() : 0;
  }

  take(): number {
    const us = this.#us;
    this.#us = 0;
    return us;
  }
}
