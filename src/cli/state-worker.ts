/**
 * The thread that runs a scenario to look at its objects: its entry, started by
 * `objects-command.ts`. It answers with text: objects would have to be copied.
 */

import { type ClusterState, stateAt } from '../experiment/state-at.js';
import { describedObjects } from '../report/kubectl/described.js';
import { type ListingOptions, listing } from '../report/kubectl/listing.js';
import { findObjects, type ObjectQuery } from '../report/kubectl/object-query.js';
import { type LookedRun, serveLook } from './look-thread.js';

/** What the thread is started with. */
export interface StateRequest extends LookedRun {
  /** µs; undefined: at the end of the run. */
  readonly atUs: number | undefined;
  readonly query: ObjectQuery;
  /** How to list the objects; undefined: describe each. */
  readonly listing: ListingOptions | undefined;
}

/** What was seen. */
export interface StateAnswer extends Omit<ClusterState, 'objects'> {
  readonly text: string;
  /** Objects that were named and are not there. */
  readonly missing: readonly string[];
}

await serveLook((request: StateRequest, options): StateAnswer => {
  const { scenario, atUs, earlier, query } = request;
  const { objects, ...state } = stateAt(scenario, atUs, earlier, options);
  const { groups, missing } = findObjects(objects, query);
  const text =
    request.listing === undefined
      ? describedObjects(groups, objects, state.atUs)
      : listing(groups, state.atUs, request.listing);
  return { ...state, text, missing };
});
