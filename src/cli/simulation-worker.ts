/**
 * The thread that simulates: its entry, started by `simulation.ts`.
 */

import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { runScenario } from '../experiment/run-scenario.js';
import { type SimulationRequest, serveSimulation } from './simulation-protocol.js';

serveSimulation(
  workerData as SimulationRequest,
  runScenario,
  (message) => parentPort?.postMessage(message),
  () => getHeapStatistics().used_heap_size,
);
