/**
 * What a sweep writes and prints when its runs are made, and the exit code that it ends with.
 */

import { modelVersion } from '../experiment/run-scenario.js';
import { type RunRecord, runKey } from '../experiment/sweep/run-record.js';
import type { Search } from '../experiment/sweep/search.js';
import {
  jobsOf,
  type Shard,
  type SweepJob,
  type SweepPlan,
} from '../experiment/sweep/sweep-plan.js';
import { type SweepResult, sweepResult } from '../experiment/sweep/sweep-result.js';
import { formatCount } from '../report/number-format.js';
import { sweepFiles } from '../report/sweep/sweep-files.js';
import { sweepTable } from '../report/sweep/sweep-table.js';
import { type ExitCode, exitCode } from './exit-code.js';
import type { ReplicationPool } from './replication-pool.js';
import { reportAssets } from './report-assets.js';
import type { StudyFormat } from './study-options.js';
import type { SweepFolder } from './sweep-folder.js';
import type { Terminal } from './terminal.js';

/** How results are shown. */
export interface ShownSweep {
  readonly format: StudyFormat;
  /** Names of the measures in tables; none: those that say something. */
  readonly measures: readonly string[];
  readonly wallMs: number;
}

const formats: Readonly<Record<StudyFormat, string | undefined>> = {
  table: undefined,
  json: 'sweep.json',
  csv: 'cells.csv',
  markdown: 'sweep.md',
};

/** A sweep whose runs have been made, as far as that was possible. */
export interface MadeSweep {
  readonly plan: SweepPlan;
  readonly folder: SweepFolder;
  /** The runs that were to be made; those of the shard, if there is one. */
  readonly jobs: readonly SweepJob[];
  readonly shard: Shard | undefined;
  /** What was searched; undefined for a grid. */
  readonly search: Search | undefined;
  readonly signal: ReplicationPool['signal'];
}

/** Writes and prints what a sweep came to. A shard has no results of its own. */
export function finishSweep(made: MadeSweep, shown: ShownSweep, terminal: Terminal): ExitCode {
  const { plan, folder, shard, search } = made;
  const result = sweepResult(plan, folder.records, search);
  const files =
    shard === undefined ? sweepFiles(result, shown.measures, reportAssets()) : new Map();
  const keys = jobsOf(plan).map(keyOf);
  folder.finish(files, keys, { modelVersion, traceHash: hashesOf(result), wallMs: shown.wallMs });
  if (shard === undefined) printResult(result, files, shown, terminal);
  printEnd(made, terminal);
  const code = verdictOf(made, result);
  const wasNothingFound = result.search?.answers.some(({ value }) => value === undefined) === true;
  return code === exitCode.ok && wasNothingFound ? exitCode.thresholdFailed : code;
}

const keyOf = ({ digest, seed }: SweepJob): string => runKey({ cell: digest, seed });

/** The jobs without a record, and those whose run has failed: it is tried again. */
export function jobsToMake(
  jobs: readonly SweepJob[],
  records: ReadonlyMap<string, RunRecord>,
): readonly SweepJob[] {
  return jobs.filter((job) => {
    const record = records.get(keyOf(job));
    return record === undefined || 'failure' in record;
  });
}

function printResult(
  result: SweepResult,
  files: ReadonlyMap<string, string>,
  { format, measures }: ShownSweep,
  { out, width }: Terminal,
): void {
  const file = formats[format];
  out.write(file === undefined ? sweepTable(result, measures, width) : (files.get(file) ?? ''));
}

function printEnd(made: MadeSweep, { err, isQuiet }: Terminal): void {
  const { folder, jobs, shard } = made;
  const missing = missingOf(made);
  if (missing > 0) {
    err.write(`partial: ${formatCount(missing)} of ${formatCount(jobs.length)} runs are missing; `);
    err.write('the same command makes them\n');
  }
  if (isQuiet) return;
  if (shard === undefined) err.write(`Results: ${folder.path}\n`);
  else {
    const { index, count } = shard;
    err.write(`Shard ${index}/${count}: ${folder.path}\n`);
    if (missing === 0) err.write(`When all ${count} are made: kubeclock sweep merge DIR...\n`);
  }
}

const missingOf = ({ jobs, folder }: MadeSweep): number =>
  jobs.filter((job) => !folder.records.has(keyOf(job))).length;

/** One text that differs when any run does. */
function hashesOf({ cells }: SweepResult): string {
  return cells.flatMap(({ runs }) => runs.map(({ traceHash }) => traceHash)).join(' ');
}

function verdictOf(made: MadeSweep, { search }: SweepResult): ExitCode {
  const { plan, folder, jobs, signal } = made;
  const isUnfinished = search?.answers.some(({ isPartial }) => isPartial) === true;
  if (missingOf(made) > 0 || isUnfinished) {
    return signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
  }
  const names = jobs.flatMap((job) => {
    const record = folder.records.get(keyOf(job));
    return record !== undefined && 'failure' in record ? [record.failure.name] : [];
  });
  if (names.some((name) => name !== 'ModelLimitError')) return exitCode.pluginFailed;
  const isInvalid = plan.cells.some((cell) => 'problem' in cell);
  return isInvalid || names.length > 0 ? exitCode.invalidInput : exitCode.ok;
}
