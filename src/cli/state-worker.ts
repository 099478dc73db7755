/**
 * The thread that runs a scenario to look at its objects: its entry, started by
 * `objects-command.ts`. It answers with text: objects would have to be copied.
 */

import type { ControlPlaneSpec } from '../cluster/cluster-spec.js';
import { type ClusterState, stateAt } from '../experiment/state-at.js';
import { clusterInfo } from '../report/kubectl/cluster-info.js';
import { describedObjects } from '../report/kubectl/described.js';
import { type ListingOptions, listing } from '../report/kubectl/listing.js';
import { findObjects, type ObjectQuery } from '../report/kubectl/object-query.js';
import { type LookedRun, serveLook } from './look-thread.js';

/** What the thread is started with. */
export interface StateRequest extends LookedRun {
  /** µs; undefined: at the end of the run. */
  readonly atUs: number | undefined;
  readonly query: ObjectQuery;
  /** How to list the objects; or describe each, or tell where the cluster is reached. */
  readonly listing: ListingOptions | 'describe' | 'clusterInfo';
}

/** What was seen. */
export interface StateAnswer extends Omit<ClusterState, 'objects'> {
  readonly text: string;
  /** Objects that were named and are not there. */
  readonly missing: readonly string[];
}

/** Where the API is reached: the only API server, or the load balancer before several. */
function serverAddress({ apiServer }: ControlPlaneSpec): string {
  const [host = '', ...others] = apiServer.hosts;
  return `https://${others.length === 0 ? host : 'load-balancer'}:6443`;
}

await serveLook((request: StateRequest, options): StateAnswer => {
  const { scenario, atUs, earlier, query } = request;
  const { objects, ...state } = stateAt(scenario, atUs, earlier, options);
  if (request.listing === 'clusterInfo') {
    const text = clusterInfo(objects, serverAddress(scenario.cluster.controlPlane));
    return { ...state, text, missing: [] };
  }
  const { groups, missing } = findObjects(objects, query);
  const text =
    request.listing === 'describe'
      ? describedObjects(groups, objects, state.atUs)
      : listing(groups, state.atUs, request.listing);
  return { ...state, text, missing };
});
