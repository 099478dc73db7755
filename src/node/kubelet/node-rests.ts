// The heartbeats of nodes that rest, where heartbeats are lazy: when the next renewal of the Lease
// and the next report of a status without news would be due, as columns by node. They are worked
// out when somebody asks, as far apart as if they had been sent, and as quick as those of all nodes
// were in the mean. Left out: what a report would have stored, the heartbeat times of conditions.
import type { LazyHeartbeats } from '../../client/lazy-heartbeats.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import type { KubeletSettings } from './constants.js';

type Periods = Pick<
  KubeletSettings,
  'leaseRenewUs' | 'heartbeatJitter' | 'nodeStatusReportUs' | 'nodeStatusTickUs'
>;

/** From the answer to a renewal to the next one, µs; draws once. */
export function leasePeriodUs(periods: Periods, stream: RandomStream): number {
  return Math.round(periods.leaseRenewUs * (1 + periods.heartbeatJitter * stream.uniform()));
}

/** From the answer to a report without news to the next one, µs; draws once. */
export function statusPeriodUs(periods: Periods, stream: RandomStream): number {
  const { nodeStatusReportUs, nodeStatusTickUs, heartbeatJitter } = periods;
  return nodeStatusReportUs + nodeStatusTickUs * (1 + heartbeatJitter / 2) * stream.uniform();
}

const NEVER = Number.NEGATIVE_INFINITY;
/** Of what does not rest. */
const NOT_DUE = Number.POSITIVE_INFINITY;

export class NodeRests {
  readonly #heartbeats: LazyHeartbeats;
  readonly #periods: Periods;
  readonly #streams: readonly RandomStream[];
  readonly #indexOf = new Map<string, number>();
  // Columns by node.
  readonly #leaseDueUs: SimTime[] = [];
  readonly #statusDueUs: SimTime[] = [];
  /** The last heartbeat that was not sent, when it would have been stored, and the one before. */
  readonly #signUs: SimTime[] = [];
  readonly #storedUs: SimTime[] = [];
  readonly #previousUs: SimTime[] = [];
  readonly #renewals = new MeanTime();
  readonly #reports = new MeanTime();

  /** `streams`: of the heartbeats of each node. */
  constructor(heartbeats: LazyHeartbeats, periods: Periods, streams: readonly RandomStream[]) {
    this.#heartbeats = heartbeats;
    this.#periods = periods;
    this.#streams = streams;
    heartbeats.latestSignUs = (name, now) => this.#latestSignUs(name, now);
  }

  /** Whether a heartbeat that was just stored may be the last one for now. */
  get isAllowed(): boolean {
    return this.#heartbeats.isCalm;
  }

  /** A kubelet has started. What an earlier one on the node has sent stays known. */
  add(index: number, name: string): void {
    this.#indexOf.set(name, index);
    this.#leaseDueUs[index] = NOT_DUE;
    this.#statusDueUs[index] = NOT_DUE;
    this.#signUs[index] ??= NEVER;
    this.#storedUs[index] ??= NEVER;
    this.#previousUs[index] ??= NEVER;
  }

  /** A kubelet has ended at `now`: it sends nothing any more. */
  end(index: number, now: SimTime): void {
    this.catchUp(index, now);
    this.#leaseDueUs[index] = NOT_DUE;
    this.#statusDueUs[index] = NOT_DUE;
  }

  /** Renewals rest: the last one took `tookUs`, the next one would be due at `dueUs`. */
  restLease(index: number, tookUs: number, dueUs: SimTime): void {
    this.#renewals.add(tookUs);
    this.#leaseDueUs[index] = dueUs;
  }

  /** Reports rest: the last one took `tookUs`, the next one would be due at `dueUs`. */
  restStatus(index: number, tookUs: number, dueUs: SimTime): void {
    this.#reports.add(tookUs);
    this.#statusDueUs[index] = dueUs;
  }

  /** Ends the rest of renewals; when the next one is due, undefined where they did not rest. */
  takeLease(index: number): SimTime | undefined {
    return takeFrom(this.#leaseDueUs, index);
  }

  /** Ends the rest of reports; when the next one is due, undefined where they did not rest. */
  takeStatus(index: number): SimTime | undefined {
    return takeFrom(this.#statusDueUs, index);
  }

  /** Makes all heartbeats that were due by `now`, in their order. O(heartbeats). */
  catchUp(index: number, now: SimTime): void {
    for (;;) {
      const leaseUs = this.#leaseDueUs[index] as SimTime;
      const statusUs = this.#statusDueUs[index] as SimTime;
      if (leaseUs > now && statusUs > now) return;
      const stream = this.#streams[index] as RandomStream;
      if (leaseUs <= statusUs) {
        const answeredUs = this.#sign(index, leaseUs, this.#renewals.us);
        this.#leaseDueUs[index] = answeredUs + leasePeriodUs(this.#periods, stream);
      } else {
        const answeredUs = this.#sign(index, statusUs, this.#reports.us);
        this.#statusDueUs[index] = answeredUs + Math.round(statusPeriodUs(this.#periods, stream));
      }
    }
  }

  /** Notes a heartbeat; returns when it would have been answered. */
  #sign(index: number, sentUs: SimTime, tookUs: number): SimTime {
    this.#previousUs[index] = this.#signUs[index] as SimTime;
    this.#signUs[index] = sentUs;
    this.#storedUs[index] = sentUs + tookUs;
    return sentUs + tookUs;
  }

  /** The last heartbeat that has been stored by `now`. */
  #latestSignUs(name: string, now: SimTime): SimTime {
    const index = this.#indexOf.get(name);
    if (index === undefined) return NEVER;
    this.catchUp(index, now);
    const isStored = (this.#storedUs[index] as SimTime) <= now;
    return (isStored ? this.#signUs : this.#previousUs)[index] as SimTime;
  }
}

/** What requests took, in the mean. */
class MeanTime {
  /** 0 of none. */
  us = 0;
  #count = 0;
  #totalUs = 0;

  add(us: number): void {
    this.#totalUs += us;
    this.us = Math.round(this.#totalUs / ++this.#count);
  }
}

function takeFrom(dueUs: SimTime[], index: number): SimTime | undefined {
  const due = dueUs[index] as SimTime;
  dueUs[index] = NOT_DUE;
  return due === NOT_DUE ? undefined : due;
}
