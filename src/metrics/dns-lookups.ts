// What has become of the lookups of pods: rows by interval, and their times by kind and outcome
// over the whole run.
import { type SimTime, toSeconds } from '../kernel/time.js';
import type { LookupOutcome } from '../network/cluster-dns/dns-traffic-spec.js';
import { ascending } from '../stats/ascending.js';
import { mean } from '../stats/mean.js';
import { quantile } from '../stats/quantile.js';
import type { DnsRow } from './run-result.js';
import type { Samples } from './samples.js';

/** Lookups of one kind with one outcome. */
interface Lookups {
  readonly traffic: string;
  readonly outcome: LookupOutcome;
  readonly seconds: number[];
  stale: number;
}

/** Lookups of one kind that ended in one interval. */
interface Interval {
  readonly index: number;
  readonly traffic: string;
  readonly outcomes: Record<LookupOutcome, number>;
  readonly durationsUs: number[];
  stale: number;
}

/** All lookups of a run. */
export class DnsLookups {
  readonly #intervalUs: number;
  readonly #byOutcome = new Map<string, Lookups>();
  /** Of each kind, by time. */
  readonly #intervals = new Map<string, Interval[]>();

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  /** A lookup has ended. O(1) */
  ended(
    traffic: string,
    outcome: LookupOutcome,
    durationUs: number,
    isStale: boolean,
    now: SimTime,
  ): void {
    const lookups = this.#lookupsOf(traffic, outcome);
    const interval = this.#intervalOf(traffic, Math.floor(now / this.#intervalUs));
    lookups.seconds.push(toSeconds(durationUs));
    interval.outcomes[outcome]++;
    interval.durationsUs.push(durationUs);
    if (!isStale) return;
    lookups.stale++;
    interval.stale++;
  }

  /** Rows of dns.csv. O(n log n) in lookups. */
  get rows(): readonly DnsRow[] {
    return [...this.#intervals.values()].flat().map((interval) => {
      const { index, traffic, outcomes, stale } = interval;
      const sorted = Float64Array.from(interval.durationsUs).sort(ascending);
      return {
        timeUs: (index + 1) * this.#intervalUs,
        traffic,
        lookups: sorted.length,
        outcomes,
        stale,
        meanUs: mean(sorted),
        p50Us: quantile(sorted, 0.5),
        p99Us: quantile(sorted, 0.99),
        maxUs: sorted.at(-1) as number,
      };
    });
  }

  /** Samples by name; undefined: no such metric. */
  samplesOf(metric: string): readonly Samples[] | undefined {
    const valuesOf = metrics.get(metric);
    if (valuesOf === undefined) return undefined;
    return [...this.#byOutcome.values()].map((lookups) => ({
      labels: new Map<string, string>([
        ['traffic', lookups.traffic],
        ['outcome', lookups.outcome],
      ]),
      values: valuesOf(lookups),
    }));
  }

  #lookupsOf(traffic: string, outcome: LookupOutcome): Lookups {
    const key = `${traffic} ${outcome}`;
    const known = this.#byOutcome.get(key);
    if (known !== undefined) return known;
    const lookups = { traffic, outcome, seconds: [], stale: 0 };
    this.#byOutcome.set(key, lookups);
    return lookups;
  }

  #intervalOf(traffic: string, index: number): Interval {
    const intervals = this.#intervals.get(traffic) ?? [];
    this.#intervals.set(traffic, intervals);
    const last = intervals.at(-1);
    if (last?.index === index) return last;
    const outcomes = { NOERROR: 0, NXDOMAIN: 0, SERVFAIL: 0, timeout: 0 };
    const interval = { index, traffic, outcomes, durationsUs: [], stale: 0 };
    intervals.push(interval);
    return interval;
  }
}

/** Metrics of lookups that thresholds can name. */
const metrics: ReadonlyMap<string, (lookups: Lookups) => readonly number[]> = new Map([
  ['dns_lookup_seconds', ({ seconds }: Lookups) => seconds],
  ['dns_lookups', ({ seconds }: Lookups) => seconds],
  ['dns_stale_lookups', ({ stale }: Lookups) => new Array<number>(stale).fill(1)],
]);
