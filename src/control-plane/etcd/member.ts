// One member's Ready loop: a serial server that takes everything that has gathered since its last
// pass, works, makes it durable with one flush, and starts again. Batches form by themselves.
// Source: etcd v3.6 server/etcdserver/raft.go raftNode.start (reference: controlplane A3).
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost, Disk } from '../../kernel/stations.js';
import { etcdConstants } from './constants.js';

/** Entries (lastIndex-entries, lastIndex] and the commit index, as one MsgApp carries them. */
export interface Append {
  readonly entries: number;
  readonly bytes: number;
  readonly lastIndex: number;
  readonly commit: number;
}

/** What a pass leads to; both called by the loop, in this order. */
export interface ReadyHandler {
  /** CPU part done: hand committed entries to apply; the leader sends its messages now. */
  processed(pass: Append): void;
  /** Everything of the pass is durable; followers answer now. */
  persisted(pass: Append): void;
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
  #next: Append | undefined;
  #pass: Append = { entries: 0, bytes: 0, lastIndex: 0, commit: 0 };

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
  add(part: Append): void {
    const before = this.#next;
    this.#next = {
      entries: (before?.entries ?? 0) + part.entries,
      bytes: (before?.bytes ?? 0) + part.bytes,
      lastIndex: Math.max(before?.lastIndex ?? 0, part.lastIndex),
      commit: Math.max(before?.commit ?? 0, part.commit),
    };
    if (!this.#isBusy) this.#start(this.#next);
  }

  #start(pass: Append): void {
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
