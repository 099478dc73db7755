// What somebody keeps for each sender of requests. Senders are numbered by their transport, so that
// finding it costs a look into an array and not one into a map of thousands.
import type { Caller } from './api-call.js';

/** By sender. All operations O(1) but for `values`. */
export class PerCaller<T> {
  readonly #byNumber: (T | undefined)[] = [];
  /** Of senders without a number. */
  readonly #others = new Map<Caller, T>();

  get(caller: Caller): T | undefined {
    const { number } = caller;
    return number === undefined ? this.#others.get(caller) : this.#byNumber[number];
  }

  set(caller: Caller, value: T): void {
    const { number } = caller;
    if (number === undefined) {
      this.#others.set(caller, value);
      return;
    }
    while (this.#byNumber.length <= number) this.#byNumber.push(undefined);
    this.#byNumber[number] = value;
  }

  clear(): void {
    this.#byNumber.length = 0;
    this.#others.clear();
  }

  /** Everything that is kept, by number. */
  get values(): readonly T[] {
    const numbered = this.#byNumber.filter((value): value is T => value !== undefined);
    return [...numbered, ...this.#others.values()];
  }
}
