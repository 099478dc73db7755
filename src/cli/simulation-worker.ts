/**
 * The thread that simulates: its entry, started by `simulation.ts`.
 */

import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { runScenario } from '../experiment/run-scenario.js';
import { pluginsOf, withoutClockAndChance } from './plugin-thread.js';
import {
  type Simulate,
  type SimulationMessage,
  type SimulationRequest,
  serveSimulation,
} from './simulation-protocol.js';
import { failedMessage } from './thread-messages.js';

const post = (message: SimulationMessage): void => parentPort?.postMessage(message);

async function serve(request: SimulationRequest): Promise<void> {
  const plugins = await pluginsOf(request.scenario, request.pluginPaths);
  const simulate: Simulate = (scenario, options) =>
    plugins.size === 0
      ? runScenario(scenario, options)
      : withoutClockAndChance(() => runScenario(scenario, { ...options, plugins }));
  serveSimulation(request, simulate, post, () => getHeapStatistics().used_heap_size);
}

await serve(workerData as SimulationRequest).catch((error) => post(failedMessage(error)));
