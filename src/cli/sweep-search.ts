/**
 * `kubeclock sweep --find`: rounds of cells, until the boundary of every search is known.
 */

import { gridCells } from '../experiment/sweep/parameter.js';
import { inOrder, nextCells, type Search } from '../experiment/sweep/search.js';
import { jobsOf, type PlannedCell, type SweepPlan } from '../experiment/sweep/sweep-plan.js';
import { sweepResult } from '../experiment/sweep/sweep-result.js';
import { type ExitCode, exitCode } from './exit-code.js';
import { type LoadedCell, measureNames } from './sweep-cells.js';
import {
  type AskedSweep,
  loadCells,
  makeJobs,
  type OpenedSweep,
  openSweep,
  planOf,
} from './sweep-making.js';
import type { AskedSearch } from './sweep-options.js';
import { finishSweep } from './sweep-output.js';
import { printCellProblems } from './sweep-problems.js';

/** Searches, and writes what was found and all that was looked at. */
export async function makeSearch(
  asked: AskedSweep,
  { goal, conditions }: AskedSearch,
): Promise<ExitCode> {
  const { request, loader, terminal } = asked;
  const { parameters, measures } = request;
  const bases = gridCells(parameters.slice(0, -1));
  const search = { goal, conditions, bases, measures: measureNames };
  const first = await loadCells(loader, nextCells(search, []), terminal);
  if (printCellProblems(first, parameters, terminal)) return exitCode.invalidInput;
  const opened = openSweep(asked, planOf(first, request));
  const { folder, pool, start } = opened;
  let plan: SweepPlan;
  try {
    plan = await makeRounds(asked, search, opened, first);
  } finally {
    await pool.close();
  }
  const made = { plan, folder, jobs: jobsOf(plan), shard: undefined, search, signal: pool.signal };
  const wallMs = performance.now() - start;
  return finishSweep(made, { format: asked.format, measures, wallMs }, terminal);
}

/** Makes rounds until nothing is left to look at, or a signal comes; returns all that was planned. */
async function makeRounds(
  asked: AskedSweep,
  search: Search,
  opened: OpenedSweep,
  first: readonly LoadedCell[],
): Promise<SweepPlan> {
  const { request, loader, terminal, command } = asked;
  const whole = planOf(first, request);
  let cells: readonly PlannedCell[] = [];
  let round = first;
  for (;;) {
    const added = round.map(({ planned }) => planned);
    cells = inOrder(search, [...cells, ...added]);
    const plan = { ...whole, cells };
    opened.folder.begin({ plan, command }, undefined);
    await makeJobs(jobsOf({ cells: added, seeds: plan.seeds }), added, opened, asked);
    if (opened.pool.signal !== undefined) return plan;
    const next = nextCells(search, sweepResult(plan, opened.folder.records).cells);
    if (next.length === 0) return plan;
    round = await loadCells(loader, next, terminal);
    printCellProblems(round, request.parameters, terminal);
  }
}
