/**
 * A thread of the pool that checks scenarios against their baselines: one scenario a task. Its
 * entry, started by `check-command.ts`.
 */

import { type CheckInput, type CheckRun, runCheck } from '../experiment/check/check-run.js';
import { withPlugins } from './plugin-thread.js';
import { type Stoppable, stopAsked } from './stop-flag.js';

/** What a task consists of. */
export interface CheckTask extends CheckInput, Stoppable {
  /** Where the scenario's files of plugins lie on this machine, by name. */
  readonly pluginPaths: ReadonlyMap<string, string>;
}

/** What came of it: a run, the error that has ended it, or undefined when it was not begun. */
export type CheckAnswer = CheckRun | { readonly failure: string } | undefined;

/** Checks a scenario. What goes wrong in it does not end the others. */
export async function checkScenario(task: CheckTask): Promise<CheckAnswer> {
  const shouldStop = stopAsked(task);
  if (shouldStop()) return undefined;
  try {
    return await withPlugins(task, (plugins) =>
      runCheck(task, { plugins, shouldStop, onPluginFailure: () => {} }),
    );
  } catch (error) {
    const { name, message } = error as Error;
    return { failure: `${name}: ${message}` };
  }
}
