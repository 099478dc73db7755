// How long the dispatcher of a resource may wait for watchers that are slow, all together.
// Source: Kubernetes v1.36 apiserver storage/cacher/time_budget.go (reference: controlplane B9).
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';

const REFRESH_US = 1_000_000;

export class TimeBudget {
  #leftUs: number = apiserverConstants.dispatchBudgetMaxUs;
  /** Refreshes until the last look, one a second. */
  #refreshes = 0;

  /** Takes all there is, µs. */
  takeAvailable(now: SimTime): number {
    const { dispatchBudgetPerSecondUs, dispatchBudgetMaxUs } = apiserverConstants;
    const refreshes = Math.floor(now / REFRESH_US);
    const addedUs = (refreshes - this.#refreshes) * dispatchBudgetPerSecondUs;
    const leftUs = Math.min(dispatchBudgetMaxUs, this.#leftUs + addedUs);
    this.#refreshes = refreshes;
    this.#leftUs = 0;
    return leftUs;
  }

  /** Gives back what was not needed. */
  returnUnused(us: number): void {
    const { dispatchBudgetMaxUs } = apiserverConstants;
    this.#leftUs = Math.min(dispatchBudgetMaxUs, this.#leftUs + Math.max(0, us));
  }
}
