// What the autoscaler remembers of its groups: scale-ups under way, and groups that are left alone
// for a while because a scale-up has failed: 5 minutes, twice as long after each further failure,
// up to 30 minutes.
// Source: kubernetes/autoscaler cluster-autoscaler clusterstate, utils/backoff (reference:
// nodes-controllers 4.4).
import type { SimTime } from '../../../kernel/time.js';
import { clusterAutoscalerConstants as constants } from './constants.js';

interface GroupState {
  /** Of the latest scale-up that has not come to its end. */
  requestedUs: SimTime | undefined;
  backoffUs: number;
  backoffUntilUs: SimTime;
  lastFailureUs: SimTime;
}

export class NodeGroupStates {
  readonly #states = new Map<string, GroupState>();

  /** Nodes have been asked for. */
  requested(group: string, now: SimTime): void {
    this.#of(group).requestedUs = now;
  }

  /** Everything that was asked for is there; a group that works is trusted again. */
  fulfilled(group: string): void {
    const state = this.#of(group);
    if (state.requestedUs === undefined) return;
    state.requestedUs = undefined;
    state.backoffUs = 0;
    state.backoffUntilUs = 0;
  }

  /** What was asked for has not come for so long; undefined: nothing is awaited. */
  waitedUs(group: string, now: SimTime): number | undefined {
    const { requestedUs } = this.#of(group);
    return requestedUs === undefined ? undefined : now - requestedUs;
  }

  /** A scale-up has failed. */
  failed(group: string, now: SimTime): void {
    const state = this.#of(group);
    const { initialNodeGroupBackoffUs, maxNodeGroupBackoffUs, nodeGroupBackoffResetUs } = constants;
    const isOld = now - state.lastFailureUs > nodeGroupBackoffResetUs;
    const doubledUs = isOld ? 0 : 2 * state.backoffUs;
    state.backoffUs = Math.min(
      Math.max(initialNodeGroupBackoffUs, doubledUs),
      maxNodeGroupBackoffUs,
    );
    state.backoffUntilUs = now + state.backoffUs;
    state.lastFailureUs = now;
    state.requestedUs = undefined;
  }

  /** Whether nothing is asked of the group for now. */
  isBackedOff(group: string, now: SimTime): boolean {
    return this.#of(group).backoffUntilUs > now;
  }

  #of(group: string): GroupState {
    let state = this.#states.get(group);
    if (state === undefined) {
      const requestedUs = undefined;
      const lastFailureUs = Number.NEGATIVE_INFINITY;
      state = { requestedUs, backoffUs: 0, backoffUntilUs: 0, lastFailureUs };
      this.#states.set(group, state);
    }
    return state;
  }
}
