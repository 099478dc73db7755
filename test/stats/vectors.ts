// Reads the samples that numpy and scipy summarised (test/golden/stats/make-vectors.py).
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

export interface PairedVector {
  readonly name: string;
  readonly values: readonly number[];
  readonly pValue: number;
  /** Null: without bounds. */
  readonly effectSize: number | null;
  /** Indices drawn, sample after sample. */
  readonly draws: readonly number[];
  readonly meanInterval: readonly [low: number, high: number];
  readonly medianInterval: readonly [low: number, high: number];
}

export interface HolmVector {
  readonly values: readonly number[];
  readonly corrected: readonly number[];
}

export interface WarmUpVector {
  readonly name: string;
  readonly values: readonly number[];
  /** Values left out. */
  readonly length: number;
  readonly steadyMean: number;
}

const path = new URL('../golden/stats/vectors.json', import.meta.url);

export const vectors: {
  readonly samples: readonly SampleVector[];
  readonly histograms: readonly HistogramVector[];
  readonly paired: readonly PairedVector[];
  readonly holm: readonly HolmVector[];
  readonly warmUp: readonly WarmUpVector[];
} = JSON.parse(readFileSync(path, 'utf8'));
