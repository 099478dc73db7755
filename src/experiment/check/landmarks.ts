// What a baseline keeps of a trace: events by which a later run can be told where it begins to
// differ. All of the first ones, every n-th (n doubles as the run grows), and the 1st, 4th, 16th, …
// of every kind; each with 16 bits of the hash of all events before it. A run of any length leaves
// about a thousand. Left out: all other events, so that a difference among them is known to lie
// between two that are kept.
import { kindHash, TraceHash } from '../../kernel/trace-hash.js';

/** An event of a trace. */
export interface TraceEvent {
  /** Place in the trace, from 0. */
  readonly index: number;
  /** µs since the start of the scenario. */
  readonly time: number;
  /** `kubelet.ImagePulled`. */
  readonly kind: string;
  /** The entity that it happens to, as the component counts its own. */
  readonly target: number;
}

/** An event that is kept. */
export interface Landmark extends TraceEvent {
  /** Which of its kind it is when it was kept for that, from 1; 0 for those kept by their place. */
  readonly occurrence: number;
  /** 16 bits of the hash over all events before it. */
  readonly before: number;
}

/** Events from the start that are all kept. */
const firstEvents = 128;

/** Most events that are kept by their place after the first ones. */
const mostByPlace = 128;

/** Of a kind: how often it was seen, and at which number it is kept next. */
interface KindCount {
  seen: number;
  next: number;
}

/** A running hash over events. O(1) an event. */
export class EventHash {
  readonly #hash = new TraceHash();
  readonly #kinds = new Map<string, number>();

  update(time: number, kind: string, target: number): void {
    let hash = this.#kinds.get(kind);
    if (hash === undefined) {
      hash = kindHash(kind);
      this.#kinds.set(kind, hash);
    }
    this.#hash.update(time, hash, target);
  }

  /** 16 bits over all events so far. */
  get bits(): number {
    return Number.parseInt(this.#hash.digest().slice(0, 4), 16);
  }
}

/** Picks the events to keep while a run goes on. O(1) an event. */
export class LandmarkRecorder {
  readonly #hash = new EventHash();
  readonly #kinds = new Map<string, KindCount>();
  #byKind: Landmark[] = [];
  #byPlace: Landmark[] = [];
  #stride = 1;
  #index = 0;

  /** To be called before every event, in order. */
  see(time: number, kind: string, target: number): void {
    const count = this.#countOf(kind);
    const index = this.#index++;
    count.seen++;
    if (count.seen === count.next) {
      count.next *= 4;
      const occurrence = count.seen;
      this.#byKind.push({ index, time, kind, target, occurrence, before: this.#hash.bits });
    } else if (index < firstEvents || index % this.#stride === 0) {
      this.#byPlace.push({ index, time, kind, target, occurrence: 0, before: this.#hash.bits });
      if (this.#byPlace.length > firstEvents + mostByPlace) this.#thin();
    }
    this.#hash.update(time, kind, target);
  }

  /** In the order of the trace. */
  landmarks(): readonly Landmark[] {
    return [...this.#byKind, ...this.#byPlace].sort((a, b) => a.index - b.index);
  }

  #countOf(kind: string): KindCount {
    let count = this.#kinds.get(kind);
    if (count === undefined) {
      count = { seen: 0, next: 1 };
      this.#kinds.set(kind, count);
    }
    return count;
  }

  #thin(): void {
    this.#stride *= 2;
    const stride = this.#stride;
    this.#byPlace = this.#byPlace.filter(
      ({ index }) => index < firstEvents || index % stride === 0,
    );
  }
}
