// Connections of one kind of traffic, counted by the interval in which they were made, or broke.
import type { SimTime } from '../../kernel/time.js';

/** How a connection ended for its client. The last: no rule led anywhere. */
export type ConnectionOutcome = 'ok' | 'refused' | 'timedOut' | 'noEndpoints';

/** Of one interval. Times in µs, over connections that did not wait for the client's timeout. */
export interface TrafficCounts {
  /** Of the interval, from 0. */
  readonly index: number;
  ok: number;
  refused: number;
  timedOut: number;
  noEndpoints: number;
  /** Of those accepted: by a pod on the client's node, in its zone, where its last one went. */
  sameNode: number;
  sameZone: number;
  sameEndpoint: number;
  /** Open connections whose pod stopped. */
  broken: number;
  /** Time until they were set up, of those that were, together and at most. */
  setupUs: number;
  maxSetupUs: number;
}

export class TrafficCounter {
  /** So far. */
  connections = 0;
  /** Of those, sent to an endpoint that did not answer. */
  deadEndpoint = 0;
  readonly #intervalUs: number;
  readonly #intervals = new Map<number, TrafficCounts>();
  /** The interval that was counted last, which is mostly the next one too. */
  #current: TrafficCounts | undefined;

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  count(outcome: ConnectionOutcome, at: SimTime, setupUs: number): void {
    const counts = this.#at(at);
    counts[outcome]++;
    this.connections++;
    if (outcome === 'refused' || outcome === 'timedOut') this.deadEndpoint++;
    if (outcome !== 'ok') return;
    counts.setupUs += setupUs;
    if (setupUs > counts.maxSetupUs) counts.maxSetupUs = setupUs;
  }

  /** Where a connection that was counted last has gone. */
  countPlace(isSameNode: boolean, isSameZone: boolean, isSameEndpoint: boolean): void {
    const counts = this.#current;
    if (counts === undefined) return;
    if (isSameNode) counts.sameNode++;
    if (isSameZone) counts.sameZone++;
    if (isSameEndpoint) counts.sameEndpoint++;
  }

  countBroken(at: SimTime, connections: number): void {
    this.#at(at).broken += connections;
  }

  /** Intervals in which anything was counted, in order of time. */
  get intervals(): readonly TrafficCounts[] {
    return [...this.#intervals.values()].sort((a, b) => a.index - b.index);
  }

  #at(at: SimTime): TrafficCounts {
    const index = Math.floor(at / this.#intervalUs);
    if (this.#current?.index === index) return this.#current;
    let counts = this.#intervals.get(index);
    if (counts === undefined) {
      counts = {
        index,
        ok: 0,
        refused: 0,
        timedOut: 0,
        noEndpoints: 0,
        sameNode: 0,
        sameZone: 0,
        sameEndpoint: 0,
        broken: 0,
        setupUs: 0,
        maxSetupUs: 0,
      };
      this.#intervals.set(index, counts);
    }
    this.#current = counts;
    return counts;
  }
}
