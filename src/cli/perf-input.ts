/**
 * FILE arguments that name a file of scheduler_perf: what it holds, and the machine that runs it.
 */

import { basename, dirname, join } from 'node:path';
import { schedulerPerfProfile } from '../experiment/run-scheduler-perf.js';
import { folderOf, type ScenarioFiles } from '../scenario/files.js';
import { diskFiles, type InputFiles, scenarioFilesIn } from '../scenario/input-files.js';
import { type LoadResult, loadCluster } from '../scenario/load.js';
import { loadWithPlugins } from '../scenario/load-with-plugins.js';
import { loadSchedulerPerf, type PerfLoadResult } from '../workload/scheduler-perf/load.js';
import { isSchedulerPerfText } from '../workload/scheduler-perf/read-test-cases.js';
import type { PerfSelection } from '../workload/scheduler-perf/selection.js';
import { UsageError } from './exit-code.js';
import { overridesFrom } from './input.js';
import { type InputArguments, inputOptions, single } from './options.js';

/** Options that select workloads. */
export interface PerfArguments extends InputArguments {
  readonly testCase?: string;
  readonly workload?: string;
  readonly label?: string;
}

/** The file of scheduler_perf among the arguments. @throws UsageError when it is not alone. */
export function perfFileAmong(
  paths: readonly string[],
  files: InputFiles = diskFiles,
): string | undefined {
  const isPerf = (path: string): boolean =>
    files.kindOf(path) === 'file' && isSchedulerPerfText(files.read(path));
  const found = paths.find((path) => path !== '-' && isPerf(path));
  if (found === undefined || paths.length === 1) return found;
  throw new UsageError(`${found} is a file of scheduler_perf, so it is run alone.`);
}

/** Loads the file. */
export function loadPerfFile(file: string, files: InputFiles = diskFiles): PerfLoadResult {
  return loadSchedulerPerf(files.read(file), file, scenarioFilesIn(files, folderOf(file)));
}

/** Files that have been read, for whoever loads the same file again elsewhere. */
export function keptBeside(file: string, texts: ReadonlyMap<string, string>): ScenarioFiles {
  const folder = folderOf(file);
  return {
    list: (pattern) => {
      const path = join(folder, pattern);
      return texts.has(path) ? [path] : [];
    },
    read: (path) => texts.get(path) ?? '',
  };
}

/** Options that change a cluster's nodes or its end: a file of scheduler_perf has its own. */
const meaningless = ['nodes', 'until'] as const;

/** A scenario of which the machine, the seed and the scheduler's plugins count. */
export async function loadPerfMachine(args: InputArguments): Promise<LoadResult> {
  for (const name of meaningless) {
    if (args[name] === undefined) continue;
    throw new UsageError(`--${name} has no meaning for a file of scheduler_perf.`);
  }
  const options = inputOptions(args);
  const overrides = overridesFrom(
    { ...options, profile: options.profile ?? schedulerPerfProfile },
    diskFiles,
  );
  const files = scenarioFilesIn(diskFiles, '.');
  return await loadWithPlugins((pluginModules) =>
    loadCluster(schedulerPerfProfile, files, { ...overrides, pluginModules }),
  );
}

/** What the options select. @throws UsageError for one that is repeated. */
export function perfSelection(args: PerfArguments): PerfSelection {
  return {
    testCase: single('test-case', args.testCase),
    workload: single('workload', args.workload),
    label: single('label', args.label),
  };
}

/** @throws UsageError when an option selects workloads of a file that has none. */
export function refuseSelection(args: PerfArguments): void {
  const { testCase, workload, label } = args;
  const given = [
    ['test-case', testCase],
    ['workload', workload],
    ['label', label],
  ].find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new UsageError(`--${given[0]} selects in a file of scheduler_perf, and there is none.`);
}

/** Where the results go by default, below `results`. */
export function perfFolderName(file: string, seed: string): string {
  const topic = basename(dirname(file)).replaceAll(/[^A-Za-z0-9_-]/g, '') || 'scheduler_perf';
  return `scheduler-perf-${topic}-${seed.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64)}`;
}
