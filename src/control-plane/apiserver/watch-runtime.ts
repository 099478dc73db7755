// What the goroutines of all watches of one apiserver share: the machine, and the events by which a
// watch goes on. A watch that keeps up needs none of them.
import type { ClusterObserver } from '../../client/observer.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';

/** A watch, as its timers know it. */
export interface WatchGoroutine {
  /** The client's connection may have room again. */
  writeResumed(): void;
  /** A part of its initial events is encoded. */
  initialEventsEncoded(): void;
  /** Its time is nearly over, or over. */
  deadlineNeared(): void;
}

/** A watch and the events under way that name its slot. */
interface Slot {
  readonly watch: WatchGoroutine;
  pending: number;
  isReleased: boolean;
}

export class WatchRuntime {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly observer: ClusterObserver;
  readonly #writeResumed: EventKind;
  readonly #encoded: EventKind;
  readonly #deadlineNeared: EventKind;
  readonly #slots: (Slot | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(simulation: Simulation, name: string, host: CpuHost, observer: ClusterObserver) {
    this.simulation = simulation;
    this.host = host;
    this.observer = observer;
    const define = (event: string, handle: (watch: WatchGoroutine) => void): EventKind =>
      simulation.defineEvent(`${name}.${event}`, (index) => {
        const slot = this.#slots[index] as Slot;
        slot.pending--;
        if (!slot.isReleased) handle(slot.watch);
        this.#freeIfUnused(index);
      });
    this.#writeResumed = define('WatchWriteResumed', (watch) => watch.writeResumed());
    this.#encoded = define('InitialEventsEncoded', (watch) => watch.initialEventsEncoded());
    this.#deadlineNeared = define('WatchDeadlineNeared', (watch) => watch.deadlineNeared());
  }

  /** A slot for a watch, by which its events name it. */
  add(watch: WatchGoroutine): number {
    const index = this.#free.pop() ?? this.#slots.length;
    this.#slots[index] = { watch, pending: 0, isReleased: false };
    return index;
  }

  /** Nothing of the watch happens any more. */
  release(index: number): void {
    (this.#slots[index] as Slot).isReleased = true;
    this.#freeIfUnused(index);
  }

  resumeAt(at: SimTime, index: number): void {
    this.#at(at, this.#writeResumed, index);
  }

  nearDeadlineAt(at: SimTime, index: number): void {
    this.#at(at, this.#deadlineNeared, index);
  }

  /** Uses CPU time for a part of the initial events. */
  encode(cpuUs: number, index: number): void {
    (this.#slots[index] as Slot).pending++;
    this.host.run(cpuUs, this.#encoded, index);
  }

  #at(at: SimTime, kind: EventKind, index: number): void {
    (this.#slots[index] as Slot).pending++;
    this.simulation.at(Math.max(at, this.simulation.now), kind, index);
  }

  #freeIfUnused(index: number): void {
    const slot = this.#slots[index];
    if (slot === undefined || !slot.isReleased || slot.pending > 0) return;
    this.#slots[index] = undefined;
    this.#free.push(index);
  }
}
