/**
 * `kubeclock sweep merge DIR...`: the folders of all shards become the folder that one process would
 * have written. A part that is missing is refused by name, with the command that makes it.
 */

import { cellLabel } from '../experiment/sweep/parameter.js';
import { type RunRecord, runKey } from '../experiment/sweep/run-record.js';
import { jobsOf, planText, type SweepPlan, shardOf } from '../experiment/sweep/sweep-plan.js';
import { formatCount } from '../report/number-format.js';
import { type ExitCode, UsageError } from './exit-code.js';
import { single } from './options.js';
import { shellLine } from './shell-word.js';
import { namesOf, studyFormat } from './study-options.js';
import { defaultFolder, readSweep, SweepFolder, type WrittenSweep } from './sweep-folder.js';
import { measureNamed, type SweepArguments } from './sweep-options.js';
import { finishSweep } from './sweep-output.js';
import type { Terminal } from './terminal.js';

/** Missing runs that are named before the rest is only counted. */
const namedRuns = 10;

/** @throws UsageError for folders that do not belong together, or lack runs. */
export function mergeSweeps(
  folders: readonly string[],
  args: SweepArguments,
  terminal: Terminal,
): ExitCode {
  const format = studyFormat(args);
  const measures = namesOf(args.measures).map(measureNamed);
  const start = performance.now();
  const sweeps = folders.map(readSweep);
  const [first, ...others] = sweeps;
  if (first === undefined) throw new UsageError('Name the folders of the shards to merge.');
  for (const other of others) refuseOtherPlan(first, other);
  const { plan, command } = first;
  const records = new Map(sweeps.flatMap((sweep) => [...sweep.records]));
  refuseMissing(sweeps, plan, records);
  const folder = new SweepFolder(single('out', args.out) ?? defaultFolder(plan, undefined));
  folder.begin({ plan, command }, undefined);
  for (const { digest: cell, seed } of jobsOf(plan)) {
    const record = records.get(runKey({ cell, seed }));
    if (record !== undefined) folder.add(record);
  }
  const jobs = jobsOf(plan);
  const made = { plan, folder, jobs, shard: undefined, search: undefined, signal: undefined };
  return finishSweep(made, { format, measures, wallMs: performance.now() - start }, terminal);
}

/** @throws UsageError that says in what the plans differ. */
function refuseOtherPlan(first: WrittenSweep, other: WrittenSweep): void {
  if (planText(first.plan) === planText(other.plan)) return;
  const difference = planAspects.find(
    ([, of]) => JSON.stringify(of(first.plan)) !== JSON.stringify(of(other.plan)),
  );
  throw new UsageError(
    `${other.path} belongs to another sweep than ${first.path}: ` +
      `it has ${difference?.[0] ?? 'other inputs'}.`,
  );
}

const planAspects: readonly (readonly [text: string, of: (plan: SweepPlan) => unknown])[] = [
  ['another scenario', ({ scenario }) => scenario],
  ['another version of the model', ({ modelVersion }) => modelVersion],
  ['other measures', ({ measures }) => measures],
  ['another number of seeds', ({ seeds }) => seeds],
  ['other parameters or values', ({ parameters }) => parameters],
];

/** @throws UsageError that names the missing runs, their shards and what to run. */
function refuseMissing(
  sweeps: readonly WrittenSweep[],
  plan: SweepPlan,
  records: ReadonlyMap<string, RunRecord>,
): void {
  const missing = [...jobsOf(plan).entries()].filter(
    ([, { digest, seed }]) => !records.has(runKey({ cell: digest, seed })),
  );
  if (missing.length === 0) return;
  const named = missing.slice(0, namedRuns).map(([, { cell, seed }]) => {
    const values = plan.cells[cell]?.values ?? [];
    return `  ${cellLabel(plan.parameters, values)}, seed ${seed}`;
  });
  const rest = missing.length - named.length;
  const count = `${formatCount(missing.length)} of ${formatCount(jobsOf(plan).length)} runs`;
  const lines = [
    `${count} are missing:`,
    ...named,
    ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : []),
    ...whatToRun(sweeps, plan, new Set(missing.map(([index]) => index))),
  ];
  throw new UsageError(lines.join('\n'));
}

/** A line for every shard that is missing or not finished. */
function whatToRun(
  sweeps: readonly WrittenSweep[],
  plan: SweepPlan,
  missing: ReadonlySet<number>,
): readonly string[] {
  const command = sweeps[0]?.command ?? [];
  const counts = new Set(sweeps.map(({ shard }) => shard?.count ?? 1));
  const [count = 1] = counts;
  if (counts.size > 1 || count === 1) {
    return [`To make them: ${shellLine([...command, '--out', sweeps[0]?.path ?? ''])}`];
  }
  const shards = new Set([...missing].map((index) => shardOf(index, count)));
  return [...shards]
    .sort((a, b) => a - b)
    .map((index) => {
      const path = sweeps.find(({ shard }) => shard?.index === index)?.path;
      const what = path === undefined ? 'is missing' : `(${path}) is not finished`;
      const out = path ?? defaultFolder(plan, { index, count });
      const words = [...command, '--shard', `${index}/${count}`, '--out', out];
      return `Shard ${index}/${count} ${what}: ${shellLine(words)}`;
    });
}
