// A sample in ascending order, which quantiles and distributions start from.

/** A sorted copy; NaN comes last. O(n log n). */
export function sorted(values: ArrayLike<number>): Float64Array {
  // biome-ignore lint/plugin: a typed array sorts by value; a comparator makes it ten times slower.
  return Float64Array.from(values).sort();
}
