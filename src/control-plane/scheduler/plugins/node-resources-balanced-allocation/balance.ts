// NodeResourcesBalancedAllocation: the node's resources shall be used up evenly. Since 1.36 the
// score says by how much the pod improves the balance, not how good it is afterwards.
// Source: kube-scheduler v1.36 plugins/noderesources/balanced_allocation.go; reference: scheduler
// 2.3.

import type { Snapshot } from '../../cache/snapshot.js';
import type { CycleState } from '../../framework/cycle-state.js';
import { maxNodeScore } from '../../framework/normalize-score.js';
import type {
  ClusterEventWithHint,
  NodeList,
  PreScorePlugin,
  RowScore,
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { type Status, skip } from '../../framework/status.js';
import {
  amountOf,
  amountsOf,
  defaultScoredResources,
  type ScoredColumn,
  type ScoredResource,
  scoredColumns,
} from '../node-resources-fit/scored-resources.js';

/** 100 for equal shares of all resources, less their standard deviation in percent. */
function balanceOf(shares: Float64Array, count: number): number {
  if (count < 2) return maxNodeScore;
  let deviation: number;
  if (count === 2) {
    deviation = Math.abs((shares[0]! - shares[1]!) / 2);
  } else {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += shares[i]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (shares[i]! - mean) * (shares[i]! - mean);
    deviation = Math.sqrt(squares / count);
  }
  return Math.trunc((1 - deviation) * maxNodeScore);
}

/** PreScore and Score. */
export class NodeResourcesBalancedAllocation implements PreScorePlugin, ScorePlugin {
  readonly name = 'NodeResourcesBalancedAllocation';
  readonly #resources: readonly ScoredResource[];
  readonly #before: Float64Array;
  readonly #after: Float64Array;

  constructor(resources: readonly ScoredResource[] = defaultScoredResources) {
    this.#resources = resources;
    this.#before = new Float64Array(resources.length);
    this.#after = new Float64Array(resources.length);
  }

  preScore(_state: CycleState, { requests }: PodInfo): Status | undefined {
    return this.#resources.every(({ name }) => amountOf(requests, name) === 0) ? skip : undefined;
  }

  score(
    _state: CycleState,
    pod: PodInfo,
    { rows, count }: NodeList,
    snapshot: Snapshot,
    scores: Float64Array,
  ): undefined {
    const { scoreOf } = this.rowScore(pod, snapshot);
    for (let i = 0; i < count; i++) scores[i] = scoreOf(rows[i]!);
  }

  rowScore({ requests }: PodInfo, { table }: Snapshot): RowScore {
    const columns = scoredColumns(this.#resources, requests, table, false);
    return {
      key: amountsOf(this.#resources, requests),
      scoreOf: (row) => this.#scoreOf(columns, row),
    };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [];
  }

  #scoreOf(columns: readonly ScoredColumn[], row: number): number {
    const before = this.#before;
    const after = this.#after;
    let count = 0;
    for (let c = 0; c < columns.length; c++) {
      const { allocatable, requested, amount } = columns[c]!;
      const whole = allocatable[row]!;
      if (whole === 0) continue;
      const used = requested[row]!;
      before[count] = Math.min(1, used / whole);
      after[count++] = Math.min(1, (used + amount) / whole);
    }
    return improvement(balanceOf(before, count), balanceOf(after, count));
  }
}

/** 50 when the pod leaves the balance as it was, more when it improves it. */
function improvement(before: number, after: number): number {
  const half = maxNodeScore / 2;
  return half + Math.trunc((half + after - before) / 2);
}
