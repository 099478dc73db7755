// What filters have said about nodes where that follows from the node's own state and from what the
// pod asks for: remembered by kind of pod and row until the row changes.
//
// Cost: two reads and a comparison a row that is known; 5 bytes a row and kind. The answers
// themselves are few: a look at one object for each row would wait for memory each time.

import { KindCache } from '../cache/kind-cache.js';
import type { NodeTable } from '../cache/node-table.js';
import { type ActiveFilters, success } from './active-filters.js';
import type { PluginAnswer } from './framework.js';

/** Distinct answers to one kind of pods; a row with yet another one is judged each time. */
const maxAnswers = 256;

/** What is known for one kind of pods. */
export class Verdicts {
  /** By row, the version of the node that was judged; -1 for none. */
  readonly versions: Int32Array;
  /** By row, the place of its answer in `answers`; 0 where it has passed. */
  readonly places: Uint8Array;
  /** Success, and each refusal once. */
  readonly answers: PluginAnswer[] = [success];

  constructor(capacity: number) {
    this.versions = new Int32Array(capacity).fill(-1);
    this.places = new Uint8Array(capacity);
  }

  /**
   * Writes down how a row was judged by all filters. A refusal counts for the next pod only where
   * no other filter could have spoken first.
   */
  write(row: number, version: number, answer: PluginAnswer, active: ActiveFilters): void {
    let place = 0;
    if (answer.status !== undefined) {
      const { others, areOthersLast } = active;
      if (!areOthersLast || others.plugins.includes(answer.plugin)) return;
      place = this.#placeOf(answer);
      if (place === maxAnswers) return;
    }
    this.places[row] = place;
    this.versions[row] = version;
  }

  #placeOf(answer: PluginAnswer): number {
    const { answers } = this;
    for (let place = 1; place < answers.length; place++) {
      if (isSame(answers[place]!, answer)) return place;
    }
    if (answers.length === maxAnswers) return maxAnswers;
    return answers.push(answer) - 1;
  }
}

function isSame(a: PluginAnswer, b: PluginAnswer): boolean {
  if (a.status === b.status) return a.plugin === b.plugin;
  if (a.plugin !== b.plugin || a.status?.code !== b.status?.code) return false;
  const [one, other] = [a.status?.reasons ?? [], b.status?.reasons ?? []];
  return one.length === other.length && one.every((reason, index) => reason === other[index]);
}

/** Of one profile. */
export class RowVerdicts {
  readonly #kinds = new KindCache((capacity) => new Verdicts(capacity));

  /** What is known for pods with these filters. */
  of(table: NodeTable, { verdictKey }: ActiveFilters): Verdicts {
    return this.#kinds.of(table, verdictKey);
  }
}
