/**
 * What the command line and the thread that simulates say to each other. A run is synchronous, so
 * it has a thread of its own: signals and the progress bar stay with the main thread, which asks
 * the run to stop through shared memory.
 */

import pc from 'picocolors';
import type { PluginFailure } from '../control-plane/scheduler/out-of-tree/plugin-failure.js';
import { podKey } from '../experiment/explain/find-pod.js';
import type { RunOptions, RunProgress } from '../experiment/run-scenario.js';
import type { RunOutcome, RunResult } from '../metrics/run-result.js';
import type { ReportAssets } from '../report/html/page-frame.js';
import { renderRun } from '../report/render-run.js';
import { summaryTable, type TextStyle } from '../report/summary-table.js';
import { renderPlotSpecs } from '../report/svg/plot-specs.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import {
  outOfMemory,
  postAnswer,
  StopCondition,
  type ThreadMessage,
  whereStopped,
} from './thread-messages.js';

/** Runs a scenario to its end, synchronously. */
export type Simulate = (scenario: LoadedScenario, options: RunOptions) => RunResult;

/** What the thread is started with. */
export interface SimulationRequest {
  readonly scenario: LoadedScenario;
  /** Where the scenario's files of plugins lie on this machine, by name. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  readonly maxEvents: number | undefined;
  readonly maxWallMs: number | undefined;
  readonly maxMemoryBytes: number | undefined;
  /** Whether to run twice and compare. */
  readonly verify: boolean;
  readonly width: number;
  readonly color: boolean;
  readonly assets: ReportAssets;
  /** Whether specifications of the plots are among the files. */
  readonly withPlots: boolean;
  /** One integer: 0 while the run may go on. */
  readonly stopFlag: SharedArrayBuffer;
}

/** What the thread yields. */
export interface SimulationAnswer {
  readonly files: ReadonlyMap<string, string>;
  readonly table: string;
  readonly outcome: RunOutcome;
  readonly hasFailedThreshold: boolean;
  readonly modelVersion: string;
  readonly traceHash: string;
  /** Of the second run, under `verify`, when the first came to its end. */
  readonly secondTraceHash: string | undefined;
  /** Pods that the scheduler has refused and that have no node at the end, as `namespace/name`. */
  readonly refusedPods: readonly string[];
  /** The scheduler plugin that has ended the run, if one did. */
  readonly pluginFailure: { readonly message: string; readonly stack: string } | undefined;
}

/** What the thread posts. */
export type SimulationMessage = ThreadMessage<SimulationAnswer, RunProgress>;

/** Does what a request asks. `post` sends a message; `heapBytes` says how large the heap is. */
export function serveSimulation(
  request: SimulationRequest,
  simulate: Simulate,
  post: (message: SimulationMessage) => void,
  heapBytes: () => number,
): void {
  postAnswer((onProgress) => answerTo(request, simulate, onProgress, heapBytes), post);
}

function answerTo(
  request: SimulationRequest,
  simulate: Simulate,
  onProgress: (progress: RunProgress) => void,
  heapBytes: () => number,
): SimulationAnswer {
  const { scenario, verify, maxMemoryBytes } = request;
  const stop = new StopCondition(request.stopFlag, heapBytes, maxMemoryBytes);
  let pluginFailure: SimulationAnswer['pluginFailure'];
  const onPluginFailure = ({ message, stack = '' }: PluginFailure): void => {
    pluginFailure = { message, stack };
  };
  const limits = limitsOf(request);
  const options = { ...limits, shouldStop: stop.holds, onProgress, onPluginFailure };
  const run = simulate(scenario, options);
  const result: RunResult = stop.isOutOfMemory
    ? { ...run, outcome: outOfMemory(whereStopped(run)) }
    : run;
  const second = verify && !result.outcome.partial ? simulate(scenario, options) : undefined;
  const { thresholds, outcome, modelVersion, traceHash } = result;
  return {
    files: filesOf(result, request),
    table: summaryTable(result, { width: request.width, ...(request.color ? { color } : {}) }),
    outcome,
    hasFailedThreshold: thresholds.some(({ ok, level }) => !ok && level === 'error'),
    modelVersion,
    traceHash,
    secondTraceHash: second?.traceHash,
    refusedPods: refusedPods(result),
    pluginFailure,
  };
}

function filesOf(
  result: RunResult,
  { assets, withPlots }: SimulationRequest,
): ReadonlyMap<string, string> {
  const files = renderRun(result, assets);
  return withPlots ? new Map([...files, ...renderPlotSpecs(result)]) : files;
}

function refusedPods({ pods }: RunResult): readonly string[] {
  const refused = pods.filter(
    ({ message, boundUs, deletedUs }) =>
      message !== '' && boundUs === undefined && deletedUs === undefined,
  );
  return refused.map(podKey);
}

function limitsOf({ maxEvents, maxWallMs }: SimulationRequest): RunOptions {
  return {
    ...(maxEvents === undefined ? {} : { maxEvents }),
    ...(maxWallMs === undefined ? {} : { maxWallMs }),
  };
}

const colors = pc.createColors(true);

function color(style: TextStyle, text: string): string {
  const paint = { heading: colors.bold, pass: colors.green, fail: colors.red, warn: colors.yellow };
  return paint[style](text);
}
