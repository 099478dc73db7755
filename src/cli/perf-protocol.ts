/**
 * What the command line and the thread that runs workloads of scheduler_perf say to each other. The
 * thread loads the file anew, from the texts that the command has read.
 */

import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { describeControlPlane } from '../experiment/describe-cluster.js';
import { modelVersion } from '../experiment/run-scenario.js';
import {
  type PerfOptions,
  type PerfProgress,
  runPerfWorkload,
} from '../experiment/run-scheduler-perf.js';
import { assert } from '../kernel/assert.js';
import type { PerfResult, PerfWorkloadResult } from '../metrics/scheduler-perf/perf-result.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { loadSchedulerPerf } from '../workload/scheduler-perf/load.js';
import { type PerfSelection, selectWorkloads } from '../workload/scheduler-perf/selection.js';
import { nameOfWorkload, type PerfWorkload } from '../workload/scheduler-perf/test-case.js';
import { keptBeside } from './perf-input.js';
import { outOfMemory, postAnswer, StopCondition, type ThreadMessage } from './thread-messages.js';

/** What the thread is started with. */
export interface PerfRequest {
  readonly file: string;
  /** Of the file and its templates, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly selection: PerfSelection;
  /** Whether the machine's scheduler is configured by the command: test cases' own files do not count. */
  readonly isSchedulerConfigured: boolean;
  /** Its machine, seed and plugins count. */
  readonly scenario: LoadedScenario;
  /** Of all workloads together. */
  readonly maxEvents: number | undefined;
  readonly maxWallMs: number | undefined;
  readonly maxMemoryBytes: number | undefined;
  /** Whether to run each workload twice and compare. */
  readonly verify: boolean;
  readonly stopFlag: SharedArrayBuffer;
}

/** What the thread yields. */
export interface PerfAnswer {
  readonly result: PerfResult;
  /** Workloads whose second run left another trace. */
  readonly notReproducible: readonly string[];
}

/** How far the thread is. */
export interface PerfThreadProgress extends PerfProgress {
  readonly workload: string;
  /** Pods of the workload. */
  readonly pods: number;
  /** Workloads done, and all of them. */
  readonly done: number;
  readonly total: number;
}

/** What the thread posts. */
export type PerfMessage = ThreadMessage<PerfAnswer, PerfThreadProgress>;

/** Does what a request asks; `plugins` are those of its scenario. */
export function servePerf(
  request: PerfRequest,
  plugins: PluginRegistry,
  post: (message: PerfMessage) => void,
  heapBytes: () => number,
): void {
  postAnswer((onProgress) => new PerfThread(request, plugins, heapBytes, onProgress).run(), post);
}

class PerfThread {
  readonly #request: PerfRequest;
  readonly #plugins: PluginRegistry;
  readonly #stop: StopCondition;
  readonly #onProgress: (progress: PerfThreadProgress) => void;
  readonly #startMs = performance.now();
  readonly #results: PerfWorkloadResult[] = [];
  readonly #notReproducible: string[] = [];
  #events = 0;

  constructor(
    request: PerfRequest,
    plugins: PluginRegistry,
    heapBytes: () => number,
    onProgress: (progress: PerfThreadProgress) => void,
  ) {
    this.#request = request;
    this.#plugins = plugins;
    this.#stop = new StopCondition(request.stopFlag, heapBytes, request.maxMemoryBytes);
    this.#onProgress = onProgress;
  }

  run(): PerfAnswer {
    const { file, texts, selection, isSchedulerConfigured, scenario } = this.#request;
    const { cluster: machine, seed } = scenario;
    const { config } = loadSchedulerPerf(texts.get(file) ?? '', file, keptBeside(file, texts));
    assert(config !== undefined, 'the command has loaded the same file before');
    const { workloads, unsupported } = selectWorkloads(config, selection);
    for (const workload of workloads) {
      const run = isSchedulerConfigured ? { ...workload, scheduler: undefined } : workload;
      if (!this.#runOne(run, workloads.length)) break;
    }
    return {
      result: {
        topic: config.topic,
        seed,
        kubernetesVersion: machine.kubernetesVersion,
        modelVersion,
        cluster: describeControlPlane(machine),
        workloads: this.#results,
        unsupported: unsupported.map(({ name, unsupported: reasons }) => ({
          testCase: name,
          reasons,
        })),
      },
      notReproducible: this.#notReproducible,
    };
  }

  /** Whether the next workload may be run. */
  #runOne(workload: PerfWorkload, total: number): boolean {
    const { scenario, verify } = this.#request;
    const { cluster: machine } = scenario;
    const name = nameOfWorkload(workload);
    const done = this.#results.length;
    const { pods } = workload;
    const options: PerfOptions = {
      ...this.#limits(),
      onProgress: (progress) =>
        this.#onProgress({ ...progress, workload: name, pods, done, total }),
    };
    const run = runPerfWorkload(workload, machine, options);
    this.#events += run.events;
    this.#results.push(
      this.#stop.isOutOfMemory ? { ...run, outcome: outOfMemory('before the end') } : run,
    );
    const { end } = run.outcome;
    if (end === 'limit' || end === 'interrupted') return false;
    if (verify) {
      const second = runPerfWorkload(workload, machine, options);
      if (second.outcome.end === 'interrupted') return false;
      if (second.traceHash !== run.traceHash) this.#notReproducible.push(name);
    }
    return true;
  }

  #limits(): PerfOptions {
    const { scenario, maxEvents, maxWallMs } = this.#request;
    const spentMs = performance.now() - this.#startMs;
    return {
      seed: scenario.seed,
      plugins: this.#plugins,
      shouldStop: this.#stop.holds,
      ...(maxEvents === undefined ? {} : { maxEvents: maxEvents - this.#events }),
      ...(maxWallMs === undefined ? {} : { maxWallMs: maxWallMs - spentMs }),
    };
  }
}
