// Which runs a sweep consists of. A cell is known by a digest of all that it is made of, so that a
// run that was made once, by whomever, need not be made again; a plan is what several processes
// agree on that make a part each.
import { seedOf } from '../compare/replicate.js';
import type { CellValues, Parameter } from './parameter.js';

/** A cell that can be run, or the sentence that says why it cannot. */
export type PlannedCell = {
  /** A value a parameter. */
  readonly values: CellValues;
} & (
  | {
      /** Of the loaded input, the model and the measures; equal digests are equal cells. */
      readonly digest: string;
      /** Of the scenario, from which those of the runs are made. */
      readonly seed: string;
    }
  | { readonly problem: string }
);

export interface SweepPlan {
  readonly scenario: string;
  readonly modelVersion: string;
  /** Names, in the order of the values of a run. */
  readonly measures: readonly string[];
  /** Runs of each cell. */
  readonly seeds: number;
  readonly parameters: readonly Parameter[];
  readonly cells: readonly PlannedCell[];
}

/** One run that is wanted. */
export interface SweepJob {
  /** Index of the cell. */
  readonly cell: number;
  readonly digest: string;
  readonly seed: string;
}

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Every run of a plan, cell by cell. */
export function jobsOf({ cells, seeds }: Pick<SweepPlan, 'cells' | 'seeds'>): readonly SweepJob[] {
  return cells.flatMap((each, cell) =>
    'problem' in each
      ? []
      : Array.from({ length: seeds }, (_, k) => ({
          cell,
          digest: each.digest,
          seed: seedOf(each.seed, k),
        })),
  );
}

/** The jobs of a shard: every n-th, so that dear and cheap cells are shared out alike. */
export function jobsOfShard(jobs: readonly SweepJob[], shard: Shard): readonly SweepJob[] {
  return jobs.filter((_, index) => shardOf(index, shard.count) === shard.index);
}

/** The shard, from 1, that makes the run at that index of `jobsOf`. */
export function shardOf(index: number, count: number): number {
  return (index % count) + 1;
}

/** Raised when a field of plan.json is renamed, removed or changes its meaning. */
const planSchemaVersion = 1;
const planKind = 'SweepPlan';

/** The text of plan.json; equal plans have equal texts. `command`: how it was asked for. */
export function planText(plan: SweepPlan, command: readonly string[] = []): string {
  const { scenario, modelVersion, measures, seeds, parameters, cells } = plan;
  const head = { schemaVersion: planSchemaVersion, kind: planKind, command };
  const body = { scenario, modelVersion, measures, seeds, parameters, cells };
  return `${JSON.stringify({ ...head, ...body }, null, 1)}\n`;
}

/** Reads plan.json; undefined for a text that this version has not written. */
export function parsePlan(text: string): SweepPlan | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // Cut short, or not ours.
    return undefined;
  }
  const head = (found ?? {}) as { readonly schemaVersion?: unknown; readonly kind?: unknown };
  return head.kind === planKind && head.schemaVersion === planSchemaVersion
    ? planOf(head as unknown as SweepPlan)
    : undefined;
}

/** The plan without what else the file says. */
function planOf(file: SweepPlan): SweepPlan {
  const { scenario, modelVersion, measures, seeds, parameters, cells } = file;
  return { scenario, modelVersion, measures, seeds, parameters, cells };
}
