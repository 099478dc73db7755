// Counters, gauges and histograms of declared families, by the values of their labels.
// Source: Prometheus data model, https://prometheus.io/docs/concepts/data_model/.
import { assert } from '../kernel/assert.js';
import { ascending } from '../stats/ascending.js';
import { Histogram } from '../stats/histogram.js';
import type { MetricSample } from './run-result.js';

/** What a metric is. */
export interface MetricFamily {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Names of the labels, in the order in which values are given. */
  readonly labels: readonly string[];
  /** Upper bounds without +Inf; of a histogram. */
  readonly buckets?: readonly number[];
}

/** What a sample says beside its figures; `constant` labels stand before those of the family. */
export function sampleHead(
  { name, help, type, labels }: MetricFamily,
  values: readonly string[],
  constant: MetricSample['labels'],
): Pick<MetricSample, 'name' | 'help' | 'type' | 'labels'> {
  const own = labels.map((label, i) => [label, values[i] as string] as const);
  return { name, help, type, labels: [...constant, ...own] };
}

/** A counter or a gauge. */
export interface Scalar {
  value: number;
}

interface Entry<T> {
  readonly family: MetricFamily;
  readonly values: readonly string[];
  readonly of: T;
}

/** Metrics come into being when they are first asked for. */
export class MetricRegistry {
  readonly #families = new Map<string, MetricFamily>();
  readonly #constant: MetricSample['labels'];
  readonly #scalars = new Map<string, Entry<Scalar>>();
  readonly #histograms = new Map<string, Entry<Histogram>>();

  /** `constant` labels stand before those of every metric. */
  constructor(families: readonly MetricFamily[], constant: MetricSample['labels'] = []) {
    for (const family of families) this.#families.set(family.name, family);
    this.#constant = constant;
  }

  /** The counter or gauge with these label values. */
  scalar(name: string, ...values: readonly string[]): Scalar {
    const key = `${name} ${values.join(' ')}`;
    let entry = this.#scalars.get(key);
    if (entry === undefined) {
      const family = this.#familyOf(name, values);
      assert(family.type !== 'histogram', `${name} is a histogram.`);
      entry = { family, values, of: { value: 0 } };
      this.#scalars.set(key, entry);
    }
    return entry.of;
  }

  histogram(name: string, ...values: readonly string[]): Histogram {
    const key = `${name} ${values.join(' ')}`;
    let entry = this.#histograms.get(key);
    if (entry === undefined) {
      const family = this.#familyOf(name, values);
      assert(family.type === 'histogram', `${name} is no histogram.`);
      entry = { family, values, of: new Histogram(family.buckets ?? []) };
      this.#histograms.set(key, entry);
    }
    return entry.of;
  }

  /** Sorted by name and label values. */
  get samples(): readonly MetricSample[] {
    const scalars = [...this.#scalars].map(([key, { family, values, of }]) => ({
      key,
      sample: { ...sampleHead(family, values, this.#constant), value: of.value },
    }));
    const histograms = [...this.#histograms].map(([key, { family, values, of }]) => ({
      key,
      sample: {
        ...sampleHead(family, values, this.#constant),
        ...of.report(),
      },
    }));
    return [...scalars, ...histograms]
      .sort((a, b) => ascending(a.key, b.key))
      .map(({ sample }) => sample);
  }

  #familyOf(name: string, values: readonly string[]): MetricFamily {
    const family = this.#families.get(name);
    assert(family !== undefined, `No metric is named ${name}.`);
    assert(
      family.labels.length === values.length,
      `${name} has labels ${family.labels.join(' ')}.`,
    );
    return family;
  }
}
