// The values of one topology key on all nodes, as small numbers, so that counts by value are arrays
// and a filter reads two of them for each node.

import type { Labels } from '../../../api/object-meta.js';

/** The number for nodes that have no such label. */
export const missingValue = 0;

/** A value keeps its number while some node has it; then another value may get the number. */
export class TopologyColumn {
  readonly key: string;
  /** Numbers by row. Replaced when it grows. */
  values: Int32Array = new Int32Array(64);
  /** All numbers are below. */
  limit = 1;
  /** The number of the empty value, which is not the same as no label; 0 when no node has it. */
  emptyValue: number = missingValue;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [''];
  readonly #nodeCounts: number[] = [0];
  readonly #free: number[] = [];

  constructor(key: string) {
    this.key = key;
  }

  /** Takes over the labels of a row's node; undefined for a row without one. Amortised O(1). */
  set(row: number, labels: Labels | undefined): void {
    if (row >= this.values.length) this.#grow(row);
    this.#release(this.values[row]!);
    const isPresent = labels !== undefined && Object.hasOwn(labels, this.key);
    this.values[row] = isPresent ? this.#take(labels[this.key] as string) : missingValue;
  }

  #take(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#free.pop() ?? this.limit++;
      this.#numbers.set(text, number);
      this.#texts[number] = text;
      this.#nodeCounts[number] = 0;
      if (text === '') this.emptyValue = number;
    }
    this.#nodeCounts[number]! += 1;
    return number;
  }

  #release(number: number): void {
    if (number === missingValue) return;
    this.#nodeCounts[number]! -= 1;
    if (this.#nodeCounts[number] !== 0) return;
    this.#numbers.delete(this.#texts[number] as string);
    this.#free.push(number);
    if (number === this.emptyValue) this.emptyValue = missingValue;
  }

  #grow(row: number): void {
    const values = new Int32Array(Math.max(row + 1, this.values.length * 2));
    values.set(this.values);
    this.values = values;
  }
}
