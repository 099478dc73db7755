// Where two runs begin to differ, given what the baseline keeps of the first and a second run that
// can be made again: the events of the second around the place are looked at in a repetition.
import { EventHash, type Landmark, type TraceEvent } from './landmarks.js';

/** The place in both traces between which the first difference lies, as landmarks tell it. */
export interface DifferentStretch {
  /** The last event that is known to be the same in both runs. */
  readonly from: number;
  /** The first landmark of the baseline that the run does not have; undefined: it has all. */
  readonly until: Landmark | undefined;
  /** The first event that the run keeps by its kind and the baseline does not; Infinity: none. */
  readonly atLatest: number;
}

/** An event of a kind that both runs have, at another time or of another entity. */
export interface MovedEvent {
  readonly was: Landmark;
  readonly now: Landmark;
}

/** The first event that differs. */
export interface FirstDifference {
  /** Exactly this event; or it is one of a stretch of the trace. */
  readonly isExact: boolean;
  /** First and last place in the trace where it can be, from 0. */
  readonly first: number;
  readonly last: number;
  /** At that place in the baseline; undefined when it was not kept, or the baseline has ended. */
  readonly was: TraceEvent | undefined;
  /** At that place now: the first of the stretch; undefined when the run has ended before. */
  readonly now: TraceEvent | undefined;
  /** The first event that was kept by its kind and has moved. */
  readonly moved: MovedEvent | undefined;
}

const isSame = (a: Landmark, b: Landmark | undefined): boolean =>
  b !== undefined &&
  a.index === b.index &&
  a.time === b.time &&
  a.kind === b.kind &&
  a.target === b.target &&
  a.before === b.before;

/**
 * The stretch between the last landmark that both have and the next; `events` is the length of the
 * later run. O(landmarks).
 */
export function differentStretch(
  before: readonly Landmark[],
  after: readonly Landmark[],
  events: number,
): DifferentStretch {
  // Runs of other lengths keep other events by their place: only those of both can be compared.
  const found = new Map(after.map((each) => [each.index, each]));
  const kept = new Set(before.map(({ index }) => index));
  const added = after.find(({ index, occurrence }) => occurrence > 0 && !kept.has(index));
  const atLatest = added?.index ?? Number.POSITIVE_INFINITY;
  let from = -1;
  for (const landmark of before) {
    const other = found.get(landmark.index);
    if (isSame(landmark, other)) from = landmark.index;
    else if (other !== undefined || landmark.occurrence > 0 || landmark.index >= events) {
      return { from, until: landmark, atLatest };
    }
  }
  return { from, until: undefined, atLatest };
}

/** The earliest event, kept as the 1st, 4th, … of its kind, that has another time or entity. */
export function firstMoved(
  before: readonly Landmark[],
  after: readonly Landmark[],
): MovedEvent | undefined {
  const key = ({ kind, occurrence }: Landmark): string => `${kind} ${occurrence}`;
  const found = new Map(after.map((each) => [key(each), each]));
  for (const was of before) {
    if (was.occurrence === 0) continue;
    const now = found.get(key(was));
    if (now !== undefined && (now.time !== was.time || now.target !== was.target)) {
      return { was, now };
    }
  }
  return undefined;
}

/** Watches a repetition of the run and keeps what happens in a stretch of it. */
export class StretchProbe {
  readonly #from: number;
  readonly #until: number | undefined;
  readonly #hash = new EventHash();
  #index = 0;
  #first: TraceEvent | undefined;
  #atEnd: TraceEvent | undefined;
  #bitsAtEnd: number | undefined;

  constructor({ from, until }: DifferentStretch) {
    this.#from = from;
    this.#until = until?.index;
  }

  /** To be called before every event, in order. */
  see(time: number, kind: string, target: number): void {
    const index = this.#index++;
    if (this.#until !== undefined && index > this.#until) return;
    if (index === this.#from + 1) this.#first = { index, time, kind, target };
    if (index === this.#until) {
      this.#atEnd = { index, time, kind, target };
      this.#bitsAtEnd = this.#hash.bits;
    }
    this.#hash.update(time, kind, target);
  }

  /** What the repetition has shown; `events`: how many the baseline has. */
  difference(
    { from, until, atLatest }: DifferentStretch,
    events: number,
    moved: MovedEvent | undefined,
  ): FirstDifference {
    // A run that ends just before the landmark agrees with all that comes before it.
    const bits = this.#index === until?.index ? this.#hash.bits : this.#bitsAtEnd;
    if (until !== undefined && bits === until.before) {
      const { index } = until;
      return { isExact: true, first: index, last: index, was: until, now: this.#atEnd, moved };
    }
    const first = from + 1;
    const before = Math.min((until?.index ?? events + 1) - 1, this.#index, atLatest);
    const last = Math.max(first, before);
    return { isExact: first === last, first, last, was: undefined, now: this.#first, moved };
  }
}
