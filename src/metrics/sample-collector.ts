// Samples of figures that components keep themselves, as a scrape at the end of a run sees them.
import type { HistogramCounts } from '../stats/histogram-counts.js';
import { type MetricFamily, sampleHead } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

/** Collects the samples of one process; `instance` leads the labels of each. */
export class SampleCollector {
  readonly samples: MetricSample[] = [];
  readonly #families: ReadonlyMap<string, MetricFamily>;
  readonly #instance: MetricSample['labels'];

  constructor(families: ReadonlyMap<string, MetricFamily>, instance: MetricSample['labels']) {
    this.#families = families;
    this.#instance = instance;
  }

  /** A counter or a gauge; `name` is the key of its family. */
  value(name: string, value: number, ...labels: readonly string[]): void {
    this.samples.push({ ...this.#head(name, labels), value });
  }

  histogram(name: string, counts: HistogramCounts, ...labels: readonly string[]): void {
    this.samples.push({ ...this.#head(name, labels), ...counts });
  }

  /** A counter, unless it never counted: a metric comes into being when it is first used. */
  positiveValue(name: string, value: number, ...labels: readonly string[]): void {
    if (value > 0) this.value(name, value, ...labels);
  }

  /** A histogram, unless nothing was observed. */
  filledHistogram(name: string, counts: HistogramCounts, ...labels: readonly string[]): void {
    if (counts.count > 0) this.histogram(name, counts, ...labels);
  }

  #head(name: string, values: readonly string[]) {
    return sampleHead(this.#families.get(name) as MetricFamily, values, this.#instance);
  }
}
