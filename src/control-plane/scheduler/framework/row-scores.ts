// The scores that follow from a node's own state and from what the pod asks for: summed up over the
// plugins that have such a score, and remembered by kind of pod and row until the row changes.
//
// Cost: two reads and a comparison a row that is known; 12 bytes a row and kind.

import { KindCache, type KindKey } from '../cache/kind-cache.js';
import type { Snapshot } from '../cache/snapshot.js';
import { maxNodeScore } from './normalize-score.js';
import type { NodeList, RowScore } from './plugin.js';
import type { WeightedScorePlugin } from './plugin-set.js';
import type { PodInfo } from './pod-info.js';

/** What is known for one kind of pods. */
interface Sums {
  readonly values: Float64Array;
  /** The version of the row that a sum was computed from; -1 for none. */
  readonly versions: Int32Array;
}

/** Of one profile. */
export class RowScores {
  readonly #kinds = new KindCache<Sums>((capacity) => ({
    values: new Float64Array(capacity),
    versions: new Int32Array(capacity).fill(-1),
  }));

  /**
   * Writes the sums of `plugins` as far as they have such scores into `totals`.
   * @returns the plugins that are to be asked for theirs; all of them where one gave a score out of
   * range, and then `totals` is 0
   */
  addUp(
    plugins: readonly WeightedScorePlugin[],
    pod: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
    totals: Float64Array,
  ): readonly WeightedScorePlugin[] {
    const parts: RowScore[] = [];
    const weights: number[] = [];
    const key: unknown[] = [];
    const left: WeightedScorePlugin[] = [];
    for (const entry of plugins) {
      const part = entry.plugin.rowScore?.(pod, snapshot);
      if (part === undefined) {
        left.push(entry);
        continue;
      }
      parts.push(part);
      weights.push(entry.weight);
      key.push(entry.plugin.name, ...part.key);
    }
    if (this.#write(key, nodes, snapshot, totals, (row) => sumOf(parts, weights, row))) return left;
    totals.fill(0, 0, nodes.count);
    return plugins;
  }

  /** False where a score is out of range. */
  #write(
    key: KindKey,
    { rows, count }: NodeList,
    { table }: Snapshot,
    totals: Float64Array,
    compute: (row: number) => number,
  ): boolean {
    const { values, versions } = this.#kinds.of(table, key);
    const current = table.versions;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (versions[row] !== current[row]) {
        values[row] = compute(row);
        versions[row] = current[row]!;
      }
      const value = values[row]!;
      totals[i] = value;
      sum += value;
    }
    return !Number.isNaN(sum);
  }
}

/** NaN where a score is out of range. */
function sumOf(parts: readonly RowScore[], weights: readonly number[], row: number): number {
  let sum = 0;
  for (let i = 0; i < parts.length; i++) {
    const score = parts[i]!.scoreOf(row);
    if (!(score >= 0 && score <= maxNodeScore)) return Number.NaN;
    sum += score * weights[i]!;
  }
  return sum;
}
