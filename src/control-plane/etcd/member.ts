// One member's Ready loop: a serial server that takes everything that has gathered since its last
// pass, works, makes it durable with one flush, and starts again. Batches form by themselves.
// Source: etcd v3.6 server/etcdserver/raft.go raftNode.start (reference: controlplane A3).
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost, Disk } from '../../kernel/stations.js';
import { etcdConstants } from './constants.js';

/** What one pass carries: entries (lastIndex-entries, lastIndex], the commit index, read rounds. */
export interface Pass {
  readonly entries: number;
  readonly bytes: number;
  readonly lastIndex: number;
  readonly commit: number;
  /** ReadIndex round for which a heartbeat goes out; 0: none. */
  readonly heartbeat: number;
  /** ReadIndex round that a quorum has confirmed; 0: none. */
  readonly confirmed: number;
}

/** Carries nothing. */
export const EMPTY_PASS: Pass = {
  entries: 0,
  bytes: 0,
  lastIndex: 0,
  commit: 0,
  heartbeat: 0,
  confirmed: 0,
};

/** What a pass leads to; both called by the loop, in this order. */
export interface ReadyHandler {
  /** CPU part done: hand committed entries to apply; the leader sends its messages now. */
  processed(pass: Pass): void;
  /** Everything of the pass is durable; followers answer now. */
  persisted(pass: Pass): void;
}

/** The serial loop of one member. Invariant: at most one pass at a time. */
export class ReadyLoop {
  readonly #host: CpuHost;
  readonly #disk: Disk;
  readonly #handler: ReadyHandler;
  readonly #processed: EventKind;
  readonly #flushed: EventKind;
  readonly #simulation: Simulation;
  #isBusy = false;
  /** What waits for the next pass; undefined: nothing. */
  #next: Pass | undefined;
  #pass: Pass = EMPTY_PASS;

  constructor(
    simulation: Simulation,
    name: string,
    host: CpuHost,
    disk: Disk,
    handler: ReadyHandler,
  ) {
    this.#simulation = simulation;
    this.#host = host;
    this.#disk = disk;
    this.#handler = handler;
    this.#processed = simulation.defineEvent(`${name}.ReadyProcessed`, () => this.#onProcessed());
    this.#flushed = simulation.defineEvent(`${name}.ReadyPersisted`, () => this.#onFlushed());
  }

  /** Adds to the next pass and starts it when the loop is idle. */
  add(part: Pass): void {
    this.#next = this.#next === undefined ? part : merged(this.#next, part);
    if (!this.#isBusy) this.#start(this.#next);
  }

  #start(pass: Pass): void {
    this.#next = undefined;
    this.#pass = pass;
    this.#isBusy = true;
    const { readyCpuUs, readyCpuPerEntryUs } = etcdConstants;
    this.#host.run(readyCpuUs + readyCpuPerEntryUs * pass.entries, this.#processed);
  }

  #onProcessed(): void {
    const pass = this.#pass;
    this.#handler.processed(pass);
    if (pass.entries > 0) this.#disk.sync(pass.bytes, this.#flushed);
    else this.#simulation.fire(this.#flushed, 0, 0);
  }

  #onFlushed(): void {
    this.#handler.persisted(this.#pass);
    this.#isBusy = false;
    if (this.#next !== undefined) this.#start(this.#next);
  }
}

function merged(a: Pass, b: Pass): Pass {
  return {
    entries: a.entries + b.entries,
    bytes: a.bytes + b.bytes,
    lastIndex: Math.max(a.lastIndex, b.lastIndex),
    commit: Math.max(a.commit, b.commit),
    heartbeat: Math.max(a.heartbeat, b.heartbeat),
    confirmed: Math.max(a.confirmed, b.confirmed),
  };
}
