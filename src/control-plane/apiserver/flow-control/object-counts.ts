// How many objects of each resource there are and how large, as flow control knows it: as of the
// last full minute. The figures are brought up to the minute when they are asked for or change,
// which gives the same as a look at every minute.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/request/object_count_tracker.go
// (reference: controlplane B6).
import { encodedBytes } from '../../../api/encoded-size.js';
import type { WatchEvent } from '../../../client/watch.js';
import type { SimTime } from '../../../kernel/time.js';
import { flowControlConstants } from './constants.js';

interface Counted {
  count: number;
  bytes: number;
  /** As of the last full period. */
  knownCount: number;
  knownBytes: number;
  period: number;
}

/** By resource. */
export class ObjectCounts {
  readonly #counted = new Map<string, Counted>();

  /** Takes over what is stored when the server starts. */
  load(resource: string, count: number, bytes: number): void {
    const period = Number.NEGATIVE_INFINITY;
    this.#counted.set(resource, { count, bytes, knownCount: count, knownBytes: bytes, period });
  }

  /** A change was committed. */
  changed(now: SimTime, resource: string, { type, bytes, previous }: WatchEvent): void {
    const counted = this.#counted.get(resource);
    if (counted === undefined) return;
    this.#bringUp(now, counted);
    if (type === 'ADDED') counted.count++;
    else counted.bytes -= previous === undefined ? bytes : encodedBytes(previous);
    if (type === 'DELETED') counted.count--;
    else counted.bytes += bytes;
  }

  /** Number of objects; undefined when the resource is unknown. */
  countOf(now: SimTime, resource: string): number | undefined {
    const counted = this.#counted.get(resource);
    if (counted === undefined) return undefined;
    this.#bringUp(now, counted);
    return counted.knownCount;
  }

  /** Mean size of an object, bytes; 0 when there is none. */
  averageBytesOf(now: SimTime, resource: string): number {
    const count = this.countOf(now, resource) ?? 0;
    return count === 0 ? 0 : Math.trunc((this.#counted.get(resource)?.knownBytes ?? 0) / count);
  }

  #bringUp(now: SimTime, counted: Counted): void {
    const period = Math.floor(now / flowControlConstants.objectCountPeriodUs);
    if (period === counted.period) return;
    counted.period = period;
    counted.knownCount = counted.count;
    counted.knownBytes = counted.bytes;
  }
}
