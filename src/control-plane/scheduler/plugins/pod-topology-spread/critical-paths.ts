// The two topology values with the fewest pods, as kube-scheduler remembers them. It keeps no more
// than two, so after several pods have been added or removed on trial the smallest number may be
// too high; decisions depend on that.
// Source: kube-scheduler v1.36 plugins/podtopologyspread/filtering.go; reference: scheduler 2.8.

import type { CountTable } from '../../cache/count-table.js';

/** What stands for no value at all: more pods than any has. */
const none = 2_147_483_647;

/** Invariant: `lowest <= second`. */
export class CriticalPaths {
  /** Numbers of topology values; -1 for none. */
  #value = -1;
  #secondValue = -1;
  #lowest: number = none;
  #second: number = none;

  /** The number of pods of the emptiest value. */
  get lowest(): number {
    return this.#lowest;
  }

  /** `count` is the new number of pods of a value. */
  update(value: number, count: number): void {
    if (value === this.#value) {
      this.#lowest = count;
      if (this.#lowest > this.#second) this.#swap();
    } else if (value === this.#secondValue) {
      this.#second = count;
      if (this.#lowest > this.#second) this.#swap();
    } else if (count < this.#lowest) {
      this.#secondValue = this.#value;
      this.#second = this.#lowest;
      this.#value = value;
      this.#lowest = count;
    } else if (count < this.#second) {
      this.#secondValue = value;
      this.#second = count;
    }
  }

  /**
   * Takes in the pods of all values that some node has. Linear in the values, but ends at the
   * second one without pods, because nothing can be below it.
   */
  fill(nodesByValue: CountTable, podsByValue: CountTable, limit: number): void {
    for (let value = 1; value < limit && this.#second > 0; value++) {
      if (nodesByValue.get(value) > 0) this.update(value, podsByValue.get(value));
    }
  }

  clone(): CriticalPaths {
    const copy = new CriticalPaths();
    copy.#value = this.#value;
    copy.#secondValue = this.#secondValue;
    copy.#lowest = this.#lowest;
    copy.#second = this.#second;
    return copy;
  }

  #swap(): void {
    [this.#value, this.#secondValue] = [this.#secondValue, this.#value];
    [this.#lowest, this.#second] = [this.#second, this.#lowest];
  }
}
