// What filters have said about nodes where that follows from the node's own state and from what the
// pod asks for: remembered by kind of pod and row until the row changes.
//
// Cost: two reads and a comparison a row that is known; 4 bytes a row and kind, 12 where some row
// was refused.

import { KindCache } from '../cache/kind-cache.js';
import type { NodeTable } from '../cache/node-table.js';
import type { ActiveFilters } from './active-filters.js';
import type { PluginAnswer } from './framework.js';

/** What is known for one kind of pods. */
export class Verdicts {
  /** By row, the version of the node that was judged; -1 for none. */
  readonly versions: Int32Array;
  /** By row, its refusal; undefined where it has passed. Absent while none was refused. */
  refusals: (PluginAnswer | undefined)[] | undefined;

  constructor(capacity: number) {
    this.versions = new Int32Array(capacity).fill(-1);
    this.refusals = undefined;
  }

  /**
   * Writes down how a row was judged by all filters. A refusal counts for the next pod only where
   * no other filter could have spoken first.
   */
  write(row: number, version: number, answer: PluginAnswer, active: ActiveFilters): void {
    const { others, areOthersLast } = active;
    if (answer.status !== undefined) {
      if (!areOthersLast || others.plugins.includes(answer.plugin)) return;
      this.refusals ??= new Array(this.versions.length).fill(undefined);
      this.refusals[row] = answer;
    } else if (this.refusals !== undefined) {
      this.refusals[row] = undefined;
    }
    this.versions[row] = version;
  }
}

/** Of one profile. */
export class RowVerdicts {
  readonly #kinds = new KindCache((capacity) => new Verdicts(capacity));

  /** What is known for pods with these filters. */
  of(table: NodeTable, { verdictKey }: ActiveFilters): Verdicts {
    return this.#kinds.of(table, verdictKey);
  }
}
