/**
 * The steps that grids and searches have in common: cells are loaded, planned and run.
 */

import { modelVersion } from '../experiment/run-scenario.js';
import type { CellValues } from '../experiment/sweep/parameter.js';
import type { PlannedCell, SweepJob, SweepPlan } from '../experiment/sweep/sweep-plan.js';
import { formatCount } from '../report/number-format.js';
import { openDisplay } from './progress.js';
import { ReplicationPool } from './replication-pool.js';
import type { StudyFormat } from './study-options.js';
import { type CellLoader, type LoadedCell, measureNames } from './sweep-cells.js';
import { defaultFolder, SweepFolder } from './sweep-folder.js';
import type { SweepRequest } from './sweep-options.js';
import { jobsToMake } from './sweep-output.js';
import { makeRuns } from './sweep-runs.js';
import type { Terminal } from './terminal.js';

/** Loads cells one after the other, and shows how far it is. */
export async function loadCells(
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

/** The plan of cells that were loaded. */
export function planOf(
  loaded: readonly LoadedCell[],
  { parameters, seeds }: SweepRequest,
): SweepPlan {
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

/** A sweep as it was asked for. */
export interface AskedSweep {
  readonly request: SweepRequest;
  readonly loader: CellLoader;
  /** See `AskedPlan`. */
  readonly command: readonly string[];
  readonly out: string | undefined;
  readonly format: StudyFormat;
  readonly workers: number;
  /** The simulating thread; undefined for the real one. */
  readonly entry: URL | undefined;
  readonly terminal: Terminal;
}

/** Where runs are made and kept. */
export interface OpenedSweep {
  readonly folder: SweepFolder;
  readonly pool: ReplicationPool;
  /** By the clock of the process, ms. */
  readonly start: number;
}

/** @throws UsageError when the folder holds something else; Error of the file system. */
export function openSweep(
  { out, request, workers, entry }: AskedSweep,
  plan: SweepPlan,
): OpenedSweep {
  const folder = new SweepFolder(out ?? defaultFolder(plan, request.shard));
  return { folder, pool: new ReplicationPool(workers, entry), start: performance.now() };
}

/** Makes those of the runs that the folder does not have. */
export async function makeJobs(
  jobs: readonly SweepJob[],
  cells: readonly PlannedCell[],
  { folder, pool }: OpenedSweep,
  { loader, workers, terminal }: AskedSweep,
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
