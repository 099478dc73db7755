// Reads the samples that numpy summarised (test/golden/stats/make-vectors.py).
import { readFileSync } from 'node:fs';

export interface SampleVector {
  readonly name: string;
  readonly values: readonly number[];
  readonly sum: number;
  readonly mean: number;
  readonly quantiles: readonly (readonly [p: number, value: number])[];
}

export interface HistogramVector {
  readonly name: string;
  readonly bounds: readonly number[];
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

const path = new URL('../golden/stats/vectors.json', import.meta.url);

export const vectors: {
  readonly samples: readonly SampleVector[];
  readonly histograms: readonly HistogramVector[];
} = JSON.parse(readFileSync(path, 'utf8'));
