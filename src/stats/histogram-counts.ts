// What every kind of histogram reports.

/** A histogram as it is reported: cumulative counts per upper bound, and everything. */
export interface HistogramCounts {
  readonly buckets: readonly (readonly [upperBound: number, cumulativeCount: number])[];
  readonly sum: number;
  readonly count: number;
}
