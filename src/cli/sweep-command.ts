/**
 * `kubeclock sweep`: one scenario with all combinations of values that parameters take.
 */

import { modelVersion } from '../experiment/run-scenario.js';
import { type CellValues, gridCells } from '../experiment/sweep/parameter.js';
import {
  jobsOf,
  jobsOfShard,
  type PlannedCell,
  type SweepJob,
  type SweepPlan,
} from '../experiment/sweep/sweep-plan.js';
import { formatCount } from '../report/number-format.js';
import { type ExitCode, exitCode } from './exit-code.js';
import { inputOptions, single } from './options.js';
import { openDisplay } from './progress.js';
import { ReplicationPool } from './replication-pool.js';
import { studyFormat, workerCount } from './study-options.js';
import { CellLoader, type LoadedCell, measureNames } from './sweep-cells.js';
import { defaultFolder, SweepFolder } from './sweep-folder.js';
import { mergeSweeps } from './sweep-merge.js';
import {
  type SweepArguments,
  type SweepRequest,
  sweepRequest,
  sweepWords,
} from './sweep-options.js';
import { finishSweep, jobsToMake } from './sweep-output.js';
import { printCellProblems } from './sweep-problems.js';
import { makeRuns } from './sweep-runs.js';
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
  const format = studyFormat(args);
  const workers = workerCount(args.workers);
  const request = sweepRequest(args, host.env);
  const { shard, measures, parameters } = request;
  const loader = new CellLoader(args.files, inputOptions(args), request);
  const loaded = await loadCells(loader, gridCells(parameters), terminal);
  if (printCellProblems(loaded, parameters, terminal)) return exitCode.invalidInput;
  const plan = planOf(loaded, request);
  const folder = new SweepFolder(single('out', args.out) ?? defaultFolder(plan, shard));
  folder.begin({ plan, command: sweepWords(args) }, shard);
  const start = performance.now();
  const pool = new ReplicationPool(workers, host.entry);
  const jobs = shard === undefined ? jobsOf(plan) : jobsOfShard(jobsOf(plan), shard);
  try {
    await makeJobs(jobs, plan.cells, { loader, folder, pool, workers, terminal });
  } finally {
    await pool.close();
  }
  const made = { plan, folder, jobs, shard, signal: pool.signal };
  return finishSweep(made, { format, measures, wallMs: performance.now() - start }, terminal);
}

/** Loads cells one after the other, and shows how far it is. */
async function loadCells(
  loader: CellLoader,
  cells: readonly CellValues[],
  terminal: Terminal,
): Promise<readonly LoadedCell[]> {
  const display = openDisplay<number>(terminal, {
    name: 'load',
    fraction: (loaded) => loaded / cells.length,
    describe: (loaded) => `${formatCount(loaded)} of ${formatCount(cells.length)} cells`,
  });
  const found: LoadedCell[] = [];
  try {
    for (const values of cells) {
      found.push(await loader.load(values));
      display.update(found.length);
    }
  } finally {
    display.stop();
  }
  return found;
}

function planOf(loaded: readonly LoadedCell[], { parameters, seeds }: SweepRequest): SweepPlan {
  const scenario = loaded.find(({ name }) => name !== undefined)?.name ?? '';
  return {
    scenario,
    modelVersion,
    measures: measureNames,
    seeds,
    parameters: parameters.map(({ name, values }) => ({ name, values })),
    cells: loaded.map(({ planned }) => planned),
  };
}

/** What runs are made with. */
interface Making {
  readonly loader: CellLoader;
  readonly folder: SweepFolder;
  readonly pool: ReplicationPool;
  readonly workers: number;
  readonly terminal: Terminal;
}

/** Makes those of the runs that the folder does not have. */
async function makeJobs(
  jobs: readonly SweepJob[],
  cells: readonly PlannedCell[],
  { loader, folder, pool, workers, terminal }: Making,
): Promise<void> {
  const left = jobsToMake(jobs, folder.records);
  let done = jobs.length - left.length;
  const display = openDisplay<number>(terminal, {
    name: 'sweep',
    fraction: (runs) => runs / jobs.length,
    describe: (runs) => `${formatCount(runs)} of ${formatCount(jobs.length)} runs`,
  });
  try {
    await makeRuns(left, {
      pool,
      workers,
      inputOf: async (cell) => (await loader.load(cells[cell]?.values ?? [])).input,
      onRecord: (record) => {
        folder.add(record);
        display.update(++done);
      },
    });
  } finally {
    display.stop();
  }
}
