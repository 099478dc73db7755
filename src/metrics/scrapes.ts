// What a Prometheus server would have kept that scrapes every component at equal intervals: all
// samples of a run over simulated time. Left out: scrapes that are late or fail, `up`, staleness
// markers of processes that are gone.
import type { SimTime } from '../kernel/time.js';
import type { MetricSample } from './run-result.js';

/** One metric with one set of labels. */
export interface ScrapedSeries {
  readonly head: Pick<MetricSample, 'name' | 'help' | 'type' | 'labels'>;
  /** Ascending; a series begins with the first scrape that finds it. */
  readonly timesUs: readonly SimTime[];
  /** What was found at each of these times. */
  readonly samples: readonly MetricSample[];
}

/** Keeps samples; the run says when. Memory grows with scrapes × series. */
export class Scrapes {
  /** Time between two scrapes, in µs of simulated time. */
  readonly intervalUs: number;
  readonly #series = new Map<string, { timesUs: SimTime[]; samples: MetricSample[] }>();

  constructor(intervalUs: number) {
    this.intervalUs = intervalUs;
  }

  /** One scrape; O(samples). */
  add(samples: readonly MetricSample[], now: SimTime): void {
    for (const sample of samples) {
      const key = `${sample.name} ${sample.labels.flat().join(' ')}`;
      const series = this.#series.get(key) ?? { timesUs: [], samples: [] };
      if (series.timesUs.length === 0) this.#series.set(key, series);
      if (series.timesUs.at(-1) === now) continue;
      series.timesUs.push(now);
      series.samples.push(sample);
    }
  }

  /** In the order in which they were first found. */
  get series(): readonly ScrapedSeries[] {
    return [...this.#series.values()].map(({ timesUs, samples }) => ({
      head: samples[0] as MetricSample,
      timesUs,
      samples,
    }));
  }
}
