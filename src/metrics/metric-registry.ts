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

/**
 * Metrics by name and label values, one after the other: a text of all of them would have to be put
 * together and hashed at every look.
 */
interface Place<T> {
  entry: Entry<T> | undefined;
  readonly further: Map<string, Place<T>>;
}

function emptyPlace<T>(): Place<T> {
  return { entry: undefined, further: new Map() };
}

function placeOf<T>(root: Place<T>, name: string, values: readonly string[]): Place<T> {
  let place = nextPlace(root, name);
  for (const value of values) place = nextPlace(place, value);
  return place;
}

function nextPlace<T>(place: Place<T>, text: string): Place<T> {
  let next = place.further.get(text);
  if (next === undefined) {
    next = emptyPlace();
    place.further.set(text, next);
  }
  return next;
}

/** In order of their coming into being at each place. */
function entriesOf<T>({ entry, further }: Place<T>): readonly Entry<T>[] {
  const below = [...further.values()].flatMap(entriesOf);
  return entry === undefined ? below : [entry, ...below];
}

/** Metrics come into being when they are first asked for. */
export class MetricRegistry {
  readonly #families = new Map<string, MetricFamily>();
  readonly #constant: MetricSample['labels'];
  readonly #scalars: Place<Scalar> = emptyPlace();
  readonly #histograms: Place<Histogram> = emptyPlace();

  /** `constant` labels stand before those of every metric. */
  constructor(families: readonly MetricFamily[], constant: MetricSample['labels'] = []) {
    for (const family of families) this.#families.set(family.name, family);
    this.#constant = constant;
  }

  /** The counter or gauge with these label values. */
  scalar(name: string, ...values: readonly string[]): Scalar {
    const place = placeOf(this.#scalars, name, values);
    if (place.entry === undefined) {
      const family = this.#familyOf(name, values);
      assert(family.type !== 'histogram', `${name} is a histogram.`);
      place.entry = { family, values, of: { value: 0 } };
    }
    return place.entry.of;
  }

  histogram(name: string, ...values: readonly string[]): Histogram {
    const place = placeOf(this.#histograms, name, values);
    if (place.entry === undefined) {
      const family = this.#familyOf(name, values);
      assert(family.type === 'histogram', `${name} is no histogram.`);
      place.entry = { family, values, of: new Histogram(family.buckets ?? []) };
    }
    return place.entry.of;
  }

  /** Sorted by name and label values. */
  get samples(): readonly MetricSample[] {
    const scalars = entriesOf(this.#scalars).map(({ family, values, of }) => ({
      key: keyOf(family, values),
      sample: { ...sampleHead(family, values, this.#constant), value: of.value },
    }));
    const histograms = entriesOf(this.#histograms).map(({ family, values, of }) => ({
      key: keyOf(family, values),
      sample: { ...sampleHead(family, values, this.#constant), ...of.report() },
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

function keyOf({ name }: MetricFamily, values: readonly string[]): string {
  return `${name} ${values.join(' ')}`;
}
