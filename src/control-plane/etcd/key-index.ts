// The order of keys, kept for each resource (the first part of a key) and brought up to date only
// when somebody reads a range: writes do not pay for it.
// Source: etcd v3.6 server/storage/mvcc/index.go, a B-tree (reference: controlplane A6).
import { ascending } from '../../stats/ascending.js';

/** The keys of one resource. */
interface Keys {
  /** Ascending; may hold keys that are gone. */
  sorted: string[];
  /** Not sorted in yet. */
  added: string[];
  removed: number;
}

type Lookup = { has(key: string): boolean };

export class KeyIndex {
  readonly #resources = new Map<string, Keys>();

  add(key: string): void {
    const resource = resourceOf(key);
    const keys = this.#resources.get(resource);
    if (keys === undefined) this.#resources.set(resource, { sorted: [], added: [key], removed: 0 });
    else keys.added.push(key);
  }

  remove(key: string): void {
    const keys = this.#resources.get(resourceOf(key));
    if (keys !== undefined) keys.removed++;
  }

  /**
   * Keys from `startKey` on that begin with `prefix`, ascending: those that are stored now and
   * those that `past` says something about. O(log keys + result), after changes O(keys of the
   * resource).
   */
  keysFrom(
    prefix: string,
    startKey: string,
    stored: Lookup,
    past: ReadonlyMap<string, unknown>,
  ): readonly string[] {
    const keys = this.#resources.get(resourceOf(prefix));
    const gone = [...past.keys()].filter((key) => key.startsWith(prefix) && !stored.has(key));
    let sorted = keys === undefined ? [] : sortedKeys(keys, stored);
    if (gone.length > 0) sorted = merge(sorted, gone);
    let first = lowerBound(sorted, startKey > prefix ? startKey : prefix);
    const found: string[] = [];
    for (; first < sorted.length; first++) {
      const key = sorted[first] as string;
      if (!key.startsWith(prefix)) break;
      found.push(key);
    }
    return found;
  }
}

function resourceOf(key: string): string {
  const end = key.indexOf('/');
  return end < 0 ? key : key.slice(0, end);
}

function sortedKeys(keys: Keys, stored: Lookup): string[] {
  if (keys.removed > 0) keys.sorted = keys.sorted.filter((key) => stored.has(key));
  if (keys.added.length > 0) {
    keys.sorted = merge(
      keys.sorted,
      keys.added.filter((key) => stored.has(key)),
    );
  }
  keys.added = [];
  keys.removed = 0;
  return keys.sorted;
}

/** Both in order, each key once. */
function merge(sorted: readonly string[], others: readonly string[]): string[] {
  const more = others.toSorted(ascending);
  const merged: string[] = [];
  let at = 0;
  for (const key of more) {
    while (at < sorted.length && (sorted[at] as string) < key) merged.push(sorted[at++] as string);
    if (sorted[at] !== key && merged.at(-1) !== key) merged.push(key);
  }
  while (at < sorted.length) merged.push(sorted[at++] as string);
  return merged;
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
