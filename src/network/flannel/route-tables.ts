// The routes of all hosts as one component. Subnets that come and go are entries of one log; each
// host is a place in it and programs one entry after the other. Nothing is sent to a host: when it
// has programmed an entry follows from the log and from itself, and is worked out when it is asked
// for. One pass through the hosts an entry finds when the last of them has it.
// Left out: hosts that repair their routes every 10 s, and the lock of iptables that they share.
// Source: flannel pkg/backend/{vxlan,hostgw,udp} (reference: nodes-controllers §5.4).
import type { SimTime } from '../../kernel/time.js';

/** When an entry was handed to the first host, and the time from one host to the next, µs. */
export interface Dispatch {
  readonly dispatchedAtUs: SimTime;
  readonly spacingUs: number;
}

/** When the hosts have programmed an entry. */
export interface Programming {
  readonly lastUs: SimTime;
  /** Mean over the hosts. */
  readonly meanUs: SimTime;
}

/** Of hosts by index. Entries are numbered from 0. */
export class RouteTables {
  readonly #perEntryUs: number;
  readonly #dispatchedUs: SimTime[] = [];
  readonly #spacingUs: number[] = [];
  // Columns by host. `busy`: has programmed all entries there are; `done`: entries programmed, the
  // last of them at `doneUs`.
  readonly #delayUs: number[] = [];
  readonly #busyUs: SimTime[] = [];
  readonly #done: number[] = [];
  readonly #doneUs: SimTime[] = [];
  /** When it had programmed what it found; Infinity: it has not joined, or has left. */
  readonly #begunUs: SimTime[] = [];

  /** `perEntryUs`: of programming one entry. */
  constructor(perEntryUs: number) {
    this.#perEntryUs = perEntryUs;
  }

  get end(): number {
    return this.#dispatchedUs.length;
  }

  get hostCount(): number {
    return this.#delayUs.length;
  }

  /** One more host, which takes no part until it has joined. `delayUs`: of its link. */
  add(delayUs: number): void {
    this.#delayUs.push(delayUs);
    this.#busyUs.push(0);
    this.#done.push(0);
    this.#doneUs.push(0);
    this.#begunUs.push(Number.POSITIVE_INFINITY);
  }

  /**
   * A host begins with the subnets of so many others, which it programs one by one; it follows
   * what comes after.
   */
  join(host: number, others: number, now: SimTime): void {
    const readyUs = now + others * this.#perEntryUs;
    this.#busyUs[host] = readyUs;
    this.#done[host] = this.end;
    this.#doneUs[host] = readyUs;
    this.#begunUs[host] = readyUs;
  }

  /** A host programs nothing any more. */
  leave(host: number): void {
    this.#begunUs[host] = Number.POSITIVE_INFINITY;
  }

  /** Appends an entry. O(hosts). */
  append({ dispatchedAtUs, spacingUs }: Dispatch): Programming {
    this.#dispatchedUs.push(dispatchedAtUs);
    this.#spacingUs.push(spacingUs);
    const busy = this.#busyUs;
    let lastUs = dispatchedAtUs;
    let sumUs = 0;
    let count = 0;
    for (let host = 0; host < busy.length; host++) {
      if (this.#begunUs[host] === Number.POSITIVE_INFINITY) continue;
      const arrivesUs = dispatchedAtUs + host * spacingUs + this.#delayUs[host]!;
      const doneUs = Math.round(Math.max(busy[host]!, arrivesUs) + this.#perEntryUs);
      busy[host] = doneUs;
      lastUs = Math.max(lastUs, doneUs);
      sumUs += doneUs - dispatchedAtUs;
      count++;
    }
    return { lastUs, meanUs: dispatchedAtUs + (count === 0 ? 0 : sumUs / count) };
  }

  /**
   * Whether a host has programmed an entry by now; -1: one of those it found when it joined.
   * O(entries that it has programmed since it was last asked).
   */
  hasProgrammed(host: number, entry: number, now: SimTime): boolean {
    if (now < this.#begunUs[host]!) return false;
    let done = this.#done[host]!;
    let doneUs = this.#doneUs[host]!;
    while (done <= entry) {
      const arrivesUs =
        this.#dispatchedUs[done]! + host * this.#spacingUs[done]! + this.#delayUs[host]!;
      const nextUs = Math.round(Math.max(doneUs, arrivesUs) + this.#perEntryUs);
      if (nextUs > now) break;
      doneUs = nextUs;
      done++;
    }
    this.#done[host] = done;
    this.#doneUs[host] = doneUs;
    return done > entry;
  }
}
