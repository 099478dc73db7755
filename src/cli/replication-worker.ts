/**
 * A thread of the pool that makes runs of studies: one run a task. Its entry, started by
 * `replication-pool.ts`.
 */

import {
  type MoreMeasures,
  measured,
  measures,
  measuresWith,
} from '../experiment/compare/measures.js';
import { runScenario } from '../experiment/run-scenario.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { withPlugins } from './plugin-thread.js';
import { type Stoppable, stopAsked } from './stop-flag.js';
import { type FailedMessage, failedMessage } from './thread-messages.js';

/** What a task consists of. */
export interface ReplicationTask extends Stoppable {
  readonly scenario: LoadedScenario;
  /** Where the scenario's files of plugins lie on this machine, by name. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  readonly seed: string;
  /** Extended resources, and columns of the time series, of which there are measures too. */
  readonly more?: MoreMeasures;
}

/** What came of it; undefined when it was stopped. */
export type ReplicationAnswer =
  | { readonly values: readonly number[]; readonly traceHash: string }
  | { readonly failure: FailedMessage }
  | undefined;

/** Runs a scenario with another seed. An error is an answer: thrown, it would lose its name. */
export async function runReplication(task: ReplicationTask): Promise<ReplicationAnswer> {
  try {
    return await replicationOf(task);
  } catch (error) {
    return { failure: failedMessage(error) };
  }
}

/** @throws PluginFailure for a plugin that fails; what `runScenario` throws. */
async function replicationOf(task: ReplicationTask): Promise<ReplicationAnswer> {
  const { seed } = task;
  const shouldStop = stopAsked(task);
  if (shouldStop()) return undefined;
  const scenario = { ...task.scenario, seed };
  let failure: Error | undefined;
  const onPluginFailure = (error: Error): void => {
    failure = error;
  };
  const result = await withPlugins({ ...task, scenario }, (plugins) =>
    runScenario(scenario, { plugins, shouldStop, onPluginFailure }),
  );
  if (failure !== undefined) throw failure;
  if (result.outcome.partial) return undefined;
  const by = task.more === undefined ? measures : measuresWith(task.more);
  return { values: measured(result, by), traceHash: result.traceHash };
}
