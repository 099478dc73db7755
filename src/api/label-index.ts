// Things that carry labels, found by what a selector demands of them: the counterpart of the
// buckets of selectors. Nothing is kept for a label before a selector demands it.

import type { Labels } from './object-meta.js';
import { demandOf, type HasRequirements } from './selector-buckets.js';

/** What is found. Its labels never change. */
export interface HasLabels {
  readonly labels: Labels | undefined;
}

export class LabelIndex<T extends HasLabels> {
  readonly #all = new Set<T>();
  /** By label and value, for each label that was demanded. */
  readonly #valued = new Map<string, Map<string, Set<T>>>();

  /** Linear in the labels that were demanded. */
  add(item: T): void {
    this.#all.add(item);
    for (const [key, byValue] of this.#valued) enter(byValue, item.labels?.[key], item);
  }

  /** As `add`. */
  remove(item: T): void {
    this.#all.delete(item);
    for (const [key, byValue] of this.#valued) {
      const value = item.labels?.[key];
      const items = value === undefined ? undefined : byValue.get(value);
      items?.delete(item);
      if (value !== undefined && items?.size === 0) byValue.delete(value);
    }
  }

  /**
   * Everything that a selector may match, each once and in no order that means anything: what has
   * one of the values that it demands of one label, or all where it demands none. The caller asks
   * the selector itself. Linear in the result, and in all when a label is demanded first.
   */
  candidates(selector: HasRequirements): Iterable<T> {
    const demand = demandOf(selector);
    if (demand === undefined) return this.#all;
    const byValue = this.#byValue(demand.key);
    const [value = '', second] = demand.values;
    if (second === undefined) return byValue.get(value) ?? nothing;
    const found = new Set<T>();
    for (const each of demand.values) {
      for (const item of byValue.get(each) ?? nothing) found.add(item);
    }
    return found;
  }

  #byValue(key: string): ReadonlyMap<string, ReadonlySet<T>> {
    let byValue = this.#valued.get(key);
    if (byValue === undefined) {
      byValue = new Map();
      for (const item of this.#all) enter(byValue, item.labels?.[key], item);
      this.#valued.set(key, byValue);
    }
    return byValue;
  }
}

const nothing: readonly never[] = [];

function enter<T>(byValue: Map<string, Set<T>>, value: string | undefined, item: T): void {
  if (value === undefined) return;
  const items = byValue.get(value);
  if (items === undefined) byValue.set(value, new Set([item]));
  else items.add(item);
}
