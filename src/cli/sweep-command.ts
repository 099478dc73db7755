/**
 * `kubeclock sweep`: one scenario with all combinations of values that parameters take.
 */

import { gridCells } from '../experiment/sweep/parameter.js';
import { jobsOf, jobsOfShard } from '../experiment/sweep/sweep-plan.js';
import { type ExitCode, exitCode } from './exit-code.js';
import { inputOptions, single } from './options.js';
import { studyFormat, workerCount } from './study-options.js';
import { CellLoader } from './sweep-cells.js';
import { type AskedSweep, loadCells, makeJobs, openSweep, planOf } from './sweep-making.js';
import { printManifest } from './sweep-manifest-command.js';
import { mergeSweeps } from './sweep-merge.js';
import { type SweepArguments, sweepRequest, sweepWords } from './sweep-options.js';
import { finishSweep } from './sweep-output.js';
import { printCellProblems } from './sweep-problems.js';
import { makeSearch } from './sweep-search.js';
import type { Terminal } from './terminal.js';

/** What a sweep is started with besides its arguments. */
export interface SweepHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The simulating thread; tests put another in its place. */
  readonly entry?: URL | undefined;
}

/**
 * Makes the runs that are missing, and writes what all of them come to.
 *
 * @throws UsageError for arguments that contradict each other; Error of the file system.
 */
export async function sweepCommand(
  args: SweepArguments,
  terminal: Terminal,
  host: SweepHost,
): Promise<ExitCode> {
  const [first, ...folders] = args.files;
  if (first === 'merge') return mergeSweeps(folders, args, terminal);
  const request = sweepRequest(args, host.env);
  const asked: AskedSweep = {
    request,
    loader: new CellLoader(args.files, inputOptions(args), request),
    command: sweepWords(args),
    out: single('out', args.out),
    format: studyFormat(args),
    workers: workerCount(args.workers),
    entry: host.entry,
    terminal,
  };
  if (args.manifest !== undefined) return printManifest(args, asked);
  const { search } = request;
  return search === undefined ? makeGrid(asked) : makeSearch(asked, search);
}

/** All combinations, or the shard's part of their runs. */
async function makeGrid(asked: AskedSweep): Promise<ExitCode> {
  const { request, loader, terminal } = asked;
  const { parameters, shard, measures } = request;
  const loaded = await loadCells(loader, gridCells(parameters), terminal);
  if (printCellProblems(loaded, parameters, terminal)) return exitCode.invalidInput;
  const plan = planOf(loaded, request);
  const jobs = shard === undefined ? jobsOf(plan) : jobsOfShard(jobsOf(plan), shard);
  const opened = openSweep(asked, plan);
  const { folder, pool, start } = opened;
  folder.begin({ plan, command: asked.command }, shard);
  try {
    await makeJobs(jobs, plan.cells, opened, asked);
  } finally {
    await pool.close();
  }
  const made = { plan, folder, jobs, shard, search: undefined, signal: pool.signal };
  const wallMs = performance.now() - start;
  return finishSweep(made, { format: asked.format, measures, wallMs }, terminal);
}
