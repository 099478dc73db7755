// Several tests at once: p-values raised so that the chance of any false alarm among all of them
// stays what it is for one.
// Source: S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
// Statistics 6 (1979).

/** The corrected p-values, in the order of `pValues` (each in 0..1). O(n log n). */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues
    .map((p, index) => ({ p, index }))
    .sort((a, b) => a.p - b.p || a.index - b.index);
  const corrected = new Array<number>(pValues.length);
  let least = 0;
  for (const [rank, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * p));
    corrected[index] = least;
  }
  return corrected;
}
