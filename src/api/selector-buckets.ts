// Things that have a label selector, found from the labels that it may match. Nearly every selector
// demands one of a few values of some label; it lies in the buckets of those values, so that labels
// meet only selectors that agree with them in one label, not all of a cluster's.

import type { LabelRequirement } from './label-selector.js';
import type { Labels } from './object-meta.js';

/** What decides where a thing lies. All requirements must hold for it to match. */
export interface HasRequirements {
  readonly requirements: readonly LabelRequirement[];
}

const noLabels: Labels = {};

export class SelectorBuckets<T extends HasRequirements> {
  readonly #buckets = new Map<string, Map<string, Set<T>>>();
  /** Selectors that demand no value. */
  readonly #others = new Set<T>();

  /** Linear in the number of values that the selector names. */
  add(item: T): void {
    const first = demandOf(item);
    if (first === undefined) {
      this.#others.add(item);
      return;
    }
    let byValue = this.#buckets.get(first.key);
    if (byValue === undefined) {
      byValue = new Map();
      this.#buckets.set(first.key, byValue);
    }
    for (const value of first.values) {
      const bucket = byValue.get(value);
      if (bucket === undefined) byValue.set(value, new Set([item]));
      else bucket.add(item);
    }
  }

  remove(item: T): void {
    this.#others.delete(item);
    const first = demandOf(item);
    const byValue = first && this.#buckets.get(first.key);
    for (const value of first?.values ?? []) {
      const bucket = byValue?.get(value);
      bucket?.delete(item);
      if (bucket?.size === 0) byValue?.delete(value);
    }
    if (first !== undefined && byValue?.size === 0) this.#buckets.delete(first.key);
  }

  /**
   * Everything whose selector may match the labels, each once; the caller asks the selector itself.
   * Linear in the result and in the number of label keys that selectors demand.
   */
  candidates(labels: Labels | undefined): readonly T[] {
    const found: T[] = [...this.#others];
    for (const [key, byValue] of this.#buckets) {
      const value = (labels ?? noLabels)[key];
      const bucket = value === undefined ? undefined : byValue.get(value);
      if (bucket !== undefined) found.push(...bucket);
    }
    return found;
  }

  clear(): void {
    this.#buckets.clear();
    this.#others.clear();
  }
}

/** The first requirement that demands one of some values; undefined: the selector has none. */
export function demandOf({ requirements }: HasRequirements): LabelRequirement | undefined {
  for (const each of requirements) if (each.operator === 'In') return each;
  return undefined;
}
