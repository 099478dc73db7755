// Compensated summation: the rounding error of every addition is kept apart and added at the end,
// so that the sum of a million latencies has the digits of the sum of ten.
// Source: A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen,
// ZAMM 54 (1974), algorithm IV.

/** A sum that grows by one value at a time. */
export class NeumaierSum {
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const sum = this.#sum + value;
    this.#lost +=
      Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }

  /** The sum so far; NaN once a value was NaN or infinite. */
  get value(): number {
    return this.#sum + this.#lost;
  }
}

/** Sum of finite values, in their order; 0 when there are none. O(n). */
export function neumaierSum(values: ArrayLike<number>): number {
  const sum = new NeumaierSum();
  for (let i = 0; i < values.length; i++) sum.add(values[i] as number);
  return sum.value;
}
