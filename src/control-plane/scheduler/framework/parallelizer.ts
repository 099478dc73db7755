// In which order the goroutines of one search get through its nodes, and which of them they have
// begun when the search is called off. `parallelism` goroutines are started, but a machine runs
// only as many at a time as it has cores, and a goroutine that runs goes on with the next chunk
// until there is none: so the number that counts is the smaller of the two. Those that run are
// modelled in lock step: each takes the next chunk in order, and in every round each does one node
// of its chunk. Real ones drift; the order here is the one of goroutines of the same speed.
// Source: client-go v1.36 util/workqueue/parallelizer.go, kube-scheduler v1.36
// framework/parallelize; Go's scheduler, which does not interrupt a goroutine before 10 ms are
// over; reference: scheduler 1.7.

/** The places 0 … n-1 of a search in the order in which they are done. */
export interface PieceOrder {
  /** Places; at least as long as asked for. */
  readonly places: Int32Array;
  /** By index into `places`: where the round ends that this one belongs to. */
  readonly roundEnds: Int32Array;
}

/** Searches up to this length have an order of their own, so that they do not displace a long one. */
const shortLength = 100;

/** Goroutines that share the pieces of one job after the other. */
export class Parallelizer {
  /** As configured: the number of goroutines, at least 1. */
  readonly parallelism: number;
  /** How many of them run at a time. */
  readonly running: number;
  readonly #orders: [short: PieceOrder, long: PieceOrder];
  readonly #lengths: [short: number, long: number] = [0, 0];

  /** `cores` of the machine; a fraction counts as one more, as Go's GOMAXPROCS does. */
  constructor(parallelism: number, cores: number) {
    this.parallelism = parallelism;
    this.running = Math.max(1, Math.min(parallelism, Math.ceil(cores)));
    const empty = { places: new Int32Array(0), roundEnds: new Int32Array(0) };
    this.#orders = [empty, empty];
  }

  /**
   * The order for a job of `length` pieces; valid until the next call. Linear in `length` when that
   * is new, else O(1).
   */
  order(length: number): PieceOrder {
    const slot = length <= shortLength ? 0 : 1;
    if (this.#lengths[slot] !== length) {
      this.#orders[slot] = lockStep(length, this.chunkSize(length), this.running);
      this.#lengths[slot] = length;
    }
    return this.#orders[slot];
  }

  /** Pieces that a goroutine takes at a time: about √n, less where not all would get a chunk. */
  chunkSize(length: number): number {
    const size = Math.floor(Math.sqrt(length));
    return Math.max(1, Math.min(size, Math.floor(length / this.parallelism) + 1));
  }
}

function lockStep(length: number, chunkSize: number, running: number): PieceOrder {
  const places = new Int32Array(length);
  const roundEnds = new Int32Array(length);
  const next = new Int32Array(running);
  const ends = new Int32Array(running);
  let taken = 0;
  for (let done = 0; done < length; ) {
    const start = done;
    for (let worker = 0; worker < running; worker++) {
      if (next[worker] === ends[worker]) {
        if (taken === length) continue;
        next[worker] = taken;
        taken = Math.min(taken + chunkSize, length);
        ends[worker] = taken;
      }
      places[done++] = next[worker]!++;
    }
    roundEnds.fill(done, start, done);
  }
  return { places, roundEnds };
}

/** One goroutine: every search is in order and ends at once. As the recorded decisions were made. */
export const sequential: Parallelizer = new Parallelizer(1, 1);
