// The requests that a server's flow control knows, waiting or executing, as a struct of arrays by
// the server's own small ids. Lists of waiting requests run through them.

/** No request, no queue. */
export const NONE = -1;

/** Columns by request id. A row is written when its request arrives. */
export class FlowRequests {
  /** Index of the level and schema, for counting. */
  flow: Int32Array = new Int32Array(0);
  /** NONE where the level has no queues. */
  queue: Int32Array = new Int32Array(0);
  /** Neighbours in the queue; NONE at its ends. */
  next: Int32Array = new Int32Array(0);
  previous: Int32Array = new Int32Array(0);
  /** Seats while the request is served, and after that for the watch events that it causes. */
  initialSeats: Int32Array = new Int32Array(0);
  finalSeats: Int32Array = new Int32Array(0);
  /** How long the final seats are held, µs. */
  lingerUs: Float64Array = new Float64Array(0);
  /** What the request is charged at dispatch, in the unit of R. */
  work: Float64Array = new Float64Array(0);
  /** R when the request arrived. */
  arrivalR: Float64Array = new Float64Array(0);
  arrivedUs: Float64Array = new Float64Array(0);
  /** Dispatched. */
  startedUs: Float64Array = new Float64Array(0);

  /** Makes room for a row. Amortised O(1). */
  ensure(id: number): void {
    if (id < this.flow.length) return;
    const length = Math.max(64, this.flow.length * 2, id + 1);
    this.flow = grown(this.flow, new Int32Array(length));
    this.queue = grown(this.queue, new Int32Array(length));
    this.next = grown(this.next, new Int32Array(length));
    this.previous = grown(this.previous, new Int32Array(length));
    this.initialSeats = grown(this.initialSeats, new Int32Array(length));
    this.finalSeats = grown(this.finalSeats, new Int32Array(length));
    this.lingerUs = grown(this.lingerUs, new Float64Array(length));
    this.work = grown(this.work, new Float64Array(length));
    this.arrivalR = grown(this.arrivalR, new Float64Array(length));
    this.arrivedUs = grown(this.arrivedUs, new Float64Array(length));
    this.startedUs = grown(this.startedUs, new Float64Array(length));
  }

  /** Seats that a request holds from its dispatch until its final seats are free. */
  seats(id: number): number {
    return Math.max(this.initialSeats[id] as number, this.finalSeats[id] as number);
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
