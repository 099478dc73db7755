/**
 * A thread that runs a scenario to look at it: what it is started with, and how it serves.
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { RunTrace } from '../experiment/rerun.js';
import type { RunOptions, RunProgress } from '../experiment/run-scenario.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { pluginsOf, withoutClockAndChance } from './plugin-thread.js';
import { failedMessage, type ThreadMessage, throttled } from './thread-messages.js';

/** What is run. */
export interface LookedRun {
  readonly scenario: LoadedScenario;
  /** Where files of plugins lie on this machine, by the name that the scenario has for them. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  /** The run that is asked about; undefined: the scenario as it runs now. */
  readonly earlier: RunTrace | undefined;
}

interface StartedRun extends LookedRun {
  /** One integer: 0 while the run may go on. */
  readonly stopFlag: SharedArrayBuffer;
}

/** Answers the request that the thread was started with; a failure is an answer as well. */
export async function serveLook<Request extends LookedRun, Answer>(
  look: (request: Request, options: RunOptions) => Answer,
): Promise<void> {
  const post = (message: ThreadMessage<Answer, RunProgress>): void =>
    parentPort?.postMessage(message);
  try {
    const request = workerData as Request & StartedRun;
    const stop = new Int32Array(request.stopFlag);
    const plugins = await pluginsOf(request.scenario, request.pluginPaths);
    const options = {
      plugins,
      shouldStop: () => Atomics.load(stop, 0) !== 0,
      onProgress: throttled(post),
    };
    const answered = (): Answer => look(request, options);
    const answer = plugins.size === 0 ? answered() : withoutClockAndChance(answered);
    post({ type: 'done', answer });
  } catch (error) {
    post(failedMessage(error));
  }
}
