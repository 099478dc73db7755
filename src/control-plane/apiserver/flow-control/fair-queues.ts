// The queues of one priority level, served fairly: R is what a queue that always has requests has
// been given so far, and the queue whose oldest request would end first, by what each queue has
// been given, is served next. Counted in whole units of 10^-8 seat-seconds; exact up to 9 * 10^7.
// Left out: the winding back of R before it overflows, the closing up of surplus queues.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/fairqueuing/queueset, KEP-1040
// (reference: controlplane B5).
import type { SimTime } from '../../../kernel/time.js';
import { flowControlConstants } from './constants.js';
import { type FlowRequests, NONE } from './flow-requests.js';

/** Units of R in a seat for a microsecond. */
export const UNITS_PER_SEAT_US = 100;

export class FairQueues {
  /** Given to each active queue so far. */
  r = 0;
  /** Requests dispatched so far. */
  dispatches = 0;
  /** As of the last dispatch: R, what the queue had been given, and the range over all queues. */
  dispatchR = 0;
  latestS = 0;
  nextSMin = 0;
  nextSMax = 0;
  nextDiscountedSMin = 0;
  nextDiscountedSMax = 0;
  readonly #requests: FlowRequests;
  #count = 0;
  #nextDispatchR = new Float64Array(0);
  /** Σ work of the waiting requests. */
  #waitingWork = new Float64Array(0);
  #head = new Int32Array(0);
  #tail = new Int32Array(0);
  #length = new Int32Array(0);
  #executing = new Int32Array(0);
  #seatsInUse = new Int32Array(0);
  /** Seats in use and waited for, of all queues. */
  #seatsRequested = 0;
  #activeQueues = 0;
  #waitingQueues = 0;
  /** The only queue with waiting requests where that is known, else NONE. */
  #onlyWaiting = NONE;
  #robinIndex = 0;
  #enqueues = 0;
  #sinceUs: SimTime;

  constructor(requests: FlowRequests, now: SimTime) {
    this.#requests = requests;
    this.#sinceUs = now;
  }

  /** Has at least `count` queues from now on; surplus ones are dealt to nobody and run dry. */
  resize(count: number): void {
    if (count <= this.#count) return;
    const longer = <T extends Int32Array | Float64Array>(from: T, to: T, value: number): T => {
      to.fill(value);
      to.set(from);
      return to;
    };
    this.#nextDispatchR = longer(this.#nextDispatchR, new Float64Array(count), 0);
    this.#waitingWork = longer(this.#waitingWork, new Float64Array(count), 0);
    this.#head = longer(this.#head, new Int32Array(count), NONE);
    this.#tail = longer(this.#tail, new Int32Array(count), NONE);
    this.#length = longer(this.#length, new Int32Array(count), 0);
    this.#executing = longer(this.#executing, new Int32Array(count), 0);
    this.#seatsInUse = longer(this.#seatsInUse, new Int32Array(count), 0);
    this.#count = count;
  }

  /** Requests waiting in a queue. */
  lengthOf(queue: number): number {
    return this.#length[queue] as number;
  }

  /** The oldest request of a queue, or NONE. */
  headOf(queue: number): number {
    return this.#head[queue] as number;
  }

  /** Lets R catch up with the clock; to be called before anything changes. O(1). */
  advance(now: SimTime, limit: number): void {
    const span = now - this.#sinceUs;
    this.#sinceUs = now;
    if (span === 0 || this.#activeQueues === 0) return;
    const seats = Math.min(this.#seatsRequested, limit);
    this.r += Math.round((seats / this.#activeQueues) * span * UNITS_PER_SEAT_US);
  }

  /** The queue of a hand with the least work waiting; the scan begins elsewhere each time. */
  choose(hand: Int32Array): number {
    const size = hand.length;
    const offset = this.#enqueues++ % size;
    let best = NONE;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const queue = hand[at < size ? at : at - size] as number;
      const work = this.#waitingWork[queue] as number;
      if (work >= least) continue;
      least = work;
      best = queue;
    }
    return best;
  }

  /** Puts a request at the end of a queue. */
  enqueue(queue: number, id: number): void {
    const requests = this.#requests;
    const length = this.#length[queue] as number;
    if (length === 0) {
      if (this.#executing[queue] === 0) {
        this.#nextDispatchR[queue] = this.r;
        this.#activeQueues++;
      }
      this.#onlyWaiting = this.#waitingQueues++ === 0 ? queue : NONE;
      this.#head[queue] = id;
    } else requests.next[this.#tail[queue] as number] = id;
    requests.previous[id] = length === 0 ? NONE : (this.#tail[queue] as number);
    requests.next[id] = NONE;
    requests.queue[id] = queue;
    requests.arrivalR[id] = this.r;
    this.#tail[queue] = id;
    this.#length[queue] = length + 1;
    this.#waitingWork[queue] = (this.#waitingWork[queue] as number) + (requests.work[id] as number);
    this.#seatsRequested += requests.seats(id);
    this.#bound(queue);
  }

  /**
   * As `enqueue`, `next` and `dispatch` one after the other, of a request that need not wait while
   * nobody else does, and whose final seats are not above the limit.
   */
  pass(queue: number, id: number): void {
    const requests = this.#requests;
    const executing = this.#executing[queue] as number;
    const inUse = this.#seatsInUse[queue] as number;
    if (executing === 0) this.#activeQueues++;
    const saved = executing === 0 ? this.r : (this.#nextDispatchR[queue] as number);
    const s = Math.max(this.r, saved);
    const seats = requests.seats(id);
    requests.queue[id] = queue;
    this.#noteBound(s, inUse, true);
    this.#robinIndex = queue;
    this.#executing[queue] = executing + 1;
    this.#seatsInUse[queue] = inUse + seats;
    this.#seatsRequested += seats;
    this.dispatches++;
    this.dispatchR = this.r;
    this.latestS = s;
    this.#nextDispatchR[queue] = s + (requests.work[id] as number);
  }

  /** Takes a request out of its queue before it was dispatched. */
  remove(id: number): void {
    const queue = this.#requests.queue[id] as number;
    this.#unlink(queue, id);
    this.#seatsRequested -= this.#requests.seats(id);
    if (this.#length[queue] === 0 && this.#executing[queue] === 0) this.#activeQueues--;
    this.#bound(queue);
  }

  /** The queue to serve next; NONE when nothing waits. O(1) when one queue waits, else O(queues). */
  next(): number {
    if (this.#waitingQueues === 0) return NONE;
    if (this.#onlyWaiting !== NONE) {
      this.#noteBounds(this.#onlyWaiting, true);
      return this.#onlyWaiting;
    }
    let best = NONE;
    let least = Number.POSITIVE_INFINITY;
    let isFirst = true;
    let queue = this.#robinIndex;
    for (let i = 0; i < this.#count; i++) {
      if (++queue >= this.#count) queue = 0;
      const head = this.#head[queue] as number;
      if (head === NONE) continue;
      this.#noteBounds(queue, isFirst);
      isFirst = false;
      const finish = (this.#nextDispatchR[queue] as number) + (this.#requests.work[head] as number);
      if (finish >= least) continue;
      least = finish;
      best = queue;
    }
    return best;
  }

  /**
   * Takes the oldest request of the queue that `next` named, and lets it execute. Final seats above
   * the limit become fewer that are held for longer.
   */
  dispatch(queue: number, limit: number): number {
    const id = this.#head[queue] as number;
    this.#unlink(queue, id);
    if ((this.#requests.finalSeats[id] as number) > limit) this.#narrow(id, limit);
    this.#robinIndex = queue;
    this.#executing[queue] = (this.#executing[queue] as number) + 1;
    const seats = this.#requests.seats(id);
    this.#seatsInUse[queue] = (this.#seatsInUse[queue] as number) + seats;
    this.dispatches++;
    this.dispatchR = this.r;
    this.latestS = this.#nextDispatchR[queue] as number;
    this.#nextDispatchR[queue] = this.latestS + (this.#requests.work[id] as number);
    this.#bound(queue);
    return id;
  }

  /** Charges what serving a request really took; it keeps its seats until `release`. */
  finish(id: number, serviceUs: number): void {
    const queue = this.#requests.queue[id] as number;
    const executing = (this.#executing[queue] as number) - 1;
    this.#executing[queue] = executing;
    if (executing === 0 && this.#length[queue] === 0) this.#activeQueues--;
    const surplusUs = serviceUs - flowControlConstants.estimatedServiceUs;
    const seats = this.#requests.initialSeats[id] as number;
    this.#nextDispatchR[queue] =
      (this.#nextDispatchR[queue] as number) + seats * surplusUs * UNITS_PER_SEAT_US;
    this.#bound(queue);
  }

  /** Gives back the seats of a request that has finished. */
  release(queue: number, seats: number): void {
    this.#seatsInUse[queue] = (this.#seatsInUse[queue] as number) - seats;
    this.#seatsRequested -= seats;
  }

  #narrow(id: number, limit: number): void {
    const { finalSeats, lingerUs } = this.#requests;
    const before = this.#requests.seats(id);
    lingerUs[id] = Math.round(((lingerUs[id] as number) * (finalSeats[id] as number)) / limit);
    finalSeats[id] = limit;
    this.#seatsRequested -= before - this.#requests.seats(id);
  }

  #unlink(queue: number, id: number): void {
    const { next, previous, work } = this.#requests;
    const before = previous[id] as number;
    const after = next[id] as number;
    if (before === NONE) this.#head[queue] = after;
    else next[before] = after;
    if (after === NONE) this.#tail[queue] = before;
    else previous[after] = before;
    this.#waitingWork[queue] = (this.#waitingWork[queue] as number) - (work[id] as number);
    const length = (this.#length[queue] as number) - 1;
    this.#length[queue] = length;
    if (length > 0) return;
    this.#waitingQueues--;
    this.#onlyWaiting = NONE;
  }

  /** No dispatch precedes its request's arrival: a queue cannot save up what it did not use. */
  #bound(queue: number): void {
    const head = this.#head[queue] as number;
    if (head === NONE) return;
    const arrivalR = this.#requests.arrivalR[head] as number;
    if ((this.#nextDispatchR[queue] as number) < arrivalR) this.#nextDispatchR[queue] = arrivalR;
  }

  #noteBounds(queue: number, isFirst: boolean): void {
    const inUse = this.#seatsInUse[queue] as number;
    this.#noteBound(this.#nextDispatchR[queue] as number, inUse, isFirst);
  }

  #noteBound(s: number, seatsInUse: number, isFirst: boolean): void {
    const inProgress = seatsInUse * flowControlConstants.estimatedServiceUs;
    const discounted = s - inProgress * UNITS_PER_SEAT_US;
    if (isFirst || s < this.nextSMin) this.nextSMin = s;
    if (isFirst || s > this.nextSMax) this.nextSMax = s;
    if (isFirst || discounted < this.nextDiscountedSMin) this.nextDiscountedSMin = discounted;
    if (isFirst || discounted > this.nextDiscountedSMax) this.nextDiscountedSMax = discounted;
  }
}
