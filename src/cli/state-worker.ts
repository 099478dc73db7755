/**
 * The thread that runs a scenario to look at its objects: its entry, started by
 * `objects-command.ts`. It answers with text: objects would have to be copied.
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { RunTrace } from '../experiment/rerun.js';
import type { RunProgress } from '../experiment/run-scenario.js';
import { type ClusterState, stateAt } from '../experiment/state-at.js';
import { describedObjects } from '../report/kubectl/described.js';
import { type ListingOptions, listing } from '../report/kubectl/listing.js';
import { findObjects, type ObjectQuery } from '../report/kubectl/object-query.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { pluginsOf, withoutClockAndChance } from './plugin-thread.js';
import { failedMessage, type ThreadMessage, throttled } from './thread-messages.js';

/** What the thread is started with. */
export interface StateRequest {
  readonly scenario: LoadedScenario;
  /** Where files of plugins lie on this machine, by the name that the scenario has for them. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  /** µs; undefined: at the end of the run. */
  readonly atUs: number | undefined;
  readonly query: ObjectQuery;
  /** How to list the objects; undefined: describe each. */
  readonly listing: ListingOptions | undefined;
  /** The run that is asked about; undefined: the scenario as it runs now. */
  readonly earlier: RunTrace | undefined;
  /** One integer: 0 while the run may go on. */
  readonly stopFlag: SharedArrayBuffer;
}

/** What was seen. */
export interface StateAnswer extends Omit<ClusterState, 'objects'> {
  readonly text: string;
  /** Objects that were named and are not there. */
  readonly missing: readonly string[];
}

const post = (message: ThreadMessage<StateAnswer, RunProgress>): void =>
  parentPort?.postMessage(message);

async function serve(request: StateRequest): Promise<void> {
  const { scenario, pluginPaths, atUs, earlier, query } = request;
  const stop = new Int32Array(request.stopFlag);
  const plugins = await pluginsOf(scenario, pluginPaths);
  const options = {
    plugins,
    shouldStop: () => Atomics.load(stop, 0) !== 0,
    onProgress: throttled(post),
  };
  const look = (): ClusterState => stateAt(scenario, atUs, earlier, options);
  const { objects, ...state } = plugins.size === 0 ? look() : withoutClockAndChance(look);
  const { groups, missing } = findObjects(objects, query);
  const text =
    request.listing === undefined
      ? describedObjects(groups, objects, state.atUs)
      : listing(groups, state.atUs, request.listing);
  post({ type: 'done', answer: { ...state, text, missing } });
}

await serve(workerData as StateRequest).catch((error) => post(failedMessage(error)));
