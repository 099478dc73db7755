// Fair queuing for server requests as its document describes it, with no regard for speed: every
// sum is made anew, every queue is looked at, every time (KEP-1040; reference: controlplane B5).

const G_US = 3_000;
/** Units of R in a seat for a microsecond. */
const UNITS = 100;

export interface NaiveRequest {
  readonly id: number;
  readonly initialSeats: number;
  readonly finalSeats: number;
  readonly lingerUs: number;
  startedUs: number;
}

interface Queue {
  nextDispatchR: number;
  waiting: { readonly request: NaiveRequest; readonly arrivalR: number }[];
  executing: NaiveRequest[];
  seatsInUse: number;
}

const seatsOf = ({ initialSeats, finalSeats }: NaiveRequest): number =>
  Math.max(initialSeats, finalSeats);
const workOf = ({ initialSeats, finalSeats, lingerUs }: NaiveRequest): number =>
  (initialSeats * G_US + finalSeats * lingerUs) * UNITS;
const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

/** A level with a fixed limit. The caller tells it when requests end and seats become free. */
export class NaiveFairQueues {
  readonly started: number[] = [];
  readonly #queues: Queue[];
  readonly #limit: number;
  readonly #lengthLimit: number;
  #r = 0;
  #nowUs = 0;
  #robin = 0;
  #enqueues = 0;

  constructor(queues: number, lengthLimit: number, limit: number) {
    this.#limit = limit;
    this.#lengthLimit = lengthLimit;
    this.#queues = Array.from({ length: queues }, () => ({
      nextDispatchR: 0,
      waiting: [],
      executing: [],
      seatsInUse: 0,
    }));
  }

  /** False when the request is turned away. */
  arrive(now: number, request: NaiveRequest, hand: readonly number[]): boolean {
    this.#advance(now);
    const offset = this.#enqueues++ % hand.length;
    const turned = [...hand.slice(offset), ...hand.slice(0, offset)].map((q) => this.#at(q));
    const loads = turned.map(({ waiting }) => sum(waiting.map((each) => workOf(each.request))));
    const queue = turned[loads.indexOf(Math.min(...loads))] as Queue;
    const isFull = queue.waiting.length >= this.#lengthLimit;
    if (isFull && this.#seatsInUse >= this.#limit) return false;
    if (queue.waiting.length === 0 && queue.executing.length === 0) queue.nextDispatchR = this.#r;
    queue.waiting.push({ request, arrivalR: this.#r });
    this.#bound(queue);
    this.#dispatch(now);
    return true;
  }

  /** The request has been served; seats that do not linger are free. */
  finish(now: number, request: NaiveRequest): void {
    this.#advance(now);
    const queue = this.#queues.find(({ executing }) => executing.includes(request)) as Queue;
    queue.executing = queue.executing.filter((each) => each !== request);
    const surplus = now - request.startedUs - G_US;
    queue.nextDispatchR += request.initialSeats * surplus * UNITS;
    this.#bound(queue);
    if (request.lingerUs === 0) queue.seatsInUse -= seatsOf(request);
    else this.#lingering.push({ request, queue });
    this.#dispatch(now);
  }

  readonly #lingering: { readonly request: NaiveRequest; readonly queue: Queue }[] = [];

  /** The seats that lingered after a request are free. */
  release(now: number, request: NaiveRequest): void {
    this.#advance(now);
    const found = this.#lingering.find((each) => each.request === request);
    if (found !== undefined) found.queue.seatsInUse -= seatsOf(request);
    this.#dispatch(now);
  }

  get #seatsInUse(): number {
    return sum(this.#queues.map(({ seatsInUse }) => seatsInUse));
  }

  #at(index: number): Queue {
    return this.#queues[index] as Queue;
  }

  #advance(now: number): void {
    const active = this.#queues.filter(
      ({ waiting, executing }) => waiting.length + executing.length > 0,
    ).length;
    const wanted = sum(
      this.#queues.map(
        ({ seatsInUse, waiting }) => seatsInUse + sum(waiting.map((each) => seatsOf(each.request))),
      ),
    );
    const rate = active === 0 ? 0 : Math.min(wanted, this.#limit) / active;
    this.#r += Math.round(rate * (now - this.#nowUs) * UNITS);
    this.#nowUs = now;
  }

  #bound(queue: Queue): void {
    const oldest = queue.waiting[0];
    if (oldest !== undefined) queue.nextDispatchR = Math.max(queue.nextDispatchR, oldest.arrivalR);
  }

  #dispatch(now: number): void {
    while (this.#seatsInUse < this.#limit) {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let step = 1; step <= this.#queues.length; step++) {
        const index = (this.#robin + step) % this.#queues.length;
        const { waiting, nextDispatchR } = this.#at(index);
        const oldest = waiting[0];
        if (oldest === undefined || nextDispatchR + workOf(oldest.request) >= least) continue;
        least = nextDispatchR + workOf(oldest.request);
        best = index;
      }
      if (best < 0) return;
      const queue = this.#at(best);
      const { request } = queue.waiting[0] as { request: NaiveRequest };
      const isAlone = this.#queues.every(({ executing }) => executing.length === 0);
      const seats = seatsOf(request);
      const fits = seats > this.#limit ? isAlone : this.#seatsInUse + seats <= this.#limit;
      if (!fits) return;
      queue.waiting.shift();
      this.#robin = best;
      request.startedUs = now;
      queue.executing.push(request);
      queue.seatsInUse += seats;
      queue.nextDispatchR += workOf(request);
      this.#bound(queue);
      this.started.push(request.id);
    }
  }
}
