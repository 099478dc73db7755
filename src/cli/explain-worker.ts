/**
 * The thread that runs a scenario to look at one pod: its entry, started by `explain-command.ts`.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { explainPod, type PodReport } from '../experiment/explain/explain-pod.js';
import type { RunTrace } from '../experiment/rerun.js';
import type { RunProgress } from '../experiment/run-scenario.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { pluginsOf, withoutClockAndChance } from './plugin-thread.js';
import { failedMessage, type ThreadMessage, throttled } from './thread-messages.js';

/** What the thread is started with. */
export interface ExplainRequest {
  readonly scenario: LoadedScenario;
  /** Where files of plugins lie on this machine, by the name that the scenario has for them. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  /** `namespace/name`, or its beginning. */
  readonly wanted: string;
  /** The run that is asked about; undefined: the scenario as it runs now. */
  readonly earlier: RunTrace | undefined;
  /** One integer: 0 while the run may go on. */
  readonly stopFlag: SharedArrayBuffer;
}

const post = (message: ThreadMessage<PodReport, RunProgress>): void =>
  parentPort?.postMessage(message);

async function serve(request: ExplainRequest): Promise<void> {
  const { scenario, pluginPaths, wanted, earlier } = request;
  const stop = new Int32Array(request.stopFlag);
  const plugins = await pluginsOf(scenario, pluginPaths);
  const options = {
    plugins,
    shouldStop: () => Atomics.load(stop, 0) !== 0,
    onProgress: throttled(post),
  };
  const look = (): PodReport => explainPod(scenario, wanted, earlier, options);
  post({ type: 'done', answer: plugins.size === 0 ? look() : withoutClockAndChance(look) });
}

await serve(workerData as ExplainRequest).catch((error) => post(failedMessage(error)));
