// Which of many rows or samples are shown.

/** At most `count` of the indices below `length`, evenly spread, first and last among them. */
export function spreadIndices(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
