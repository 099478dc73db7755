// Equality of plain data by content. Parts that are shared cost nothing, so that comparing a
// version of an object with the next is cheap.

/**
 * True when both hold the same values; absent and undefined fields are the same. O(differing
 * parts).
 */
export function isSameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameData(item, b[index]));
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  // Whether all are the same does not depend on the order of the keys.
  for (const key of Object.keys(left)) if (!isSameData(left[key], right[key])) return false;
  for (const key of Object.keys(right)) {
    if (right[key] !== undefined && left[key] === undefined) return false;
  }
  return true;
}
