// The one order of numbers and texts: by value, and by UTF-16 code units, whatever the locale.

/** Comparator for `sort`: negative, 0 or positive. NaN has no place in an order; leave it out. */
export function ascending<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
