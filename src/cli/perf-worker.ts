/**
 * The thread that runs workloads of scheduler_perf: its entry, started by `perf-command.ts`.
 */

import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { type PerfMessage, type PerfRequest, servePerf } from './perf-protocol.js';
import { pluginsOf, withoutClockAndChance } from './plugin-thread.js';
import { failedMessage } from './thread-messages.js';

const post = (message: PerfMessage): void => parentPort?.postMessage(message);
const heapBytes = (): number => getHeapStatistics().used_heap_size;

async function serve(request: PerfRequest): Promise<void> {
  const { scenario } = request;
  // Their files are named from the folder of the process, and stay there.
  const plugins = await pluginsOf(scenario, new Map());
  const work = (): void => servePerf(request, plugins, post, heapBytes);
  if (plugins.size === 0) work();
  else withoutClockAndChance(work);
}

await serve(workerData as PerfRequest).catch((error) => post(failedMessage(error)));
