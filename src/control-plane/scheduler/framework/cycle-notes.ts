// What a cycle did, for somebody who asks why it decided as it did: written along the way of the
// decision itself, so that nothing is computed again and nothing is guessed. A cycle without notes
// pays one comparison at each of these places.

import type { PreFilterAnswer } from './framework.js';
import type { PostFilterResult } from './plugin.js';

/** One search for feasible nodes. */
export interface SearchNotes {
  /** Nodes that could be examined. */
  readonly nodes: number;
  /** Place of the first one examined, in the order of the search; the others follow in rotation. */
  readonly start: number;
  /** The search ends when this many are feasible and one more is found. */
  readonly wanted: number;
}

/** The scores of one plugin, by place among the feasible nodes. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: Float64Array;
  /** 0..100; equal to `raw` for a plugin that does not normalise. */
  readonly normalized: Float64Array;
}

/** Filled in by one decision; fields that it did not come to stay as they are. */
export class CycleNotes {
  preFilter: PreFilterAnswer | undefined;
  /** The node that the pod was nominated to, when it was judged before all others. */
  nominatedNodeName = '';
  /** In order: that of the nominated node, if there was one, then that of the others. */
  readonly searches: SearchNotes[] = [];
  readonly scores: PluginScores[] = [];
  postFilter: PostFilterResult | undefined;

  /** Copies the raw scores of a plugin; `normalized` is called next. */
  scored(plugin: string, weight: number, scores: Float64Array, count: number): void {
    const raw = scores.slice(0, count);
    this.scores.push({ plugin, weight, raw, normalized: raw });
  }

  /** Copies what the last plugin has made of its raw scores. */
  normalized(scores: Float64Array, count: number): void {
    const last = this.scores.pop();
    if (last !== undefined) this.scores.push({ ...last, normalized: scores.slice(0, count) });
  }
}
