// Searches of a sweep: the largest or smallest value of one parameter with which every run keeps
// all conditions, for each combination of the other parameters.
import { boundaryOf, nextProbes } from './boundary.js';
import { type Condition, keepsAll } from './condition.js';
import { type CellValues, parseScanParameter } from './parameter.js';
import type { CellResult } from './sweep-result.js';

/** What is searched. */
export interface SearchGoal {
  readonly direction: 'max' | 'min';
  /** A path below `spec`. */
  readonly name: string;
  /** Ascending. */
  readonly values: readonly string[];
}

export interface Search {
  readonly goal: SearchGoal;
  /** Combinations of the other parameters; each is searched by itself. */
  readonly bases: readonly CellValues[];
  /** Names, in the order of the values of a run. */
  readonly measures: readonly string[];
  /** At least one. */
  readonly conditions: readonly Condition[];
}

/** Reads `max:path=from:to[:step]`, or says in a sentence without full stop why it is none. */
export function parseGoal(text: string): SearchGoal | string {
  const [, direction, scan = ''] = /^(max|min):(.*)$/s.exec(text) ?? [];
  if (direction !== 'max' && direction !== 'min') {
    return 'write max:path=from:to:step or min:path=from:to:step';
  }
  const parameter = parseScanParameter(scan);
  return typeof parameter === 'string' ? parameter : { direction, ...parameter };
}

/** One value that was looked at. */
export interface Probe {
  readonly value: string;
  /** Runs that keep all conditions. */
  readonly holding: number;
  /** Runs that were wanted. */
  readonly runs: number;
}

/** What was found for one combination of the other parameters. */
export interface SearchAnswer {
  readonly values: CellValues;
  /** Undefined: none holds, or it is not known yet. */
  readonly value: string | undefined;
  /** The nearest value that does not hold; undefined: none was found. */
  readonly failing: string | undefined;
  /** Values that hold although an easier one does not: the answer is then the first boundary. */
  readonly exceptions: readonly string[];
  /** Values are left that have to be looked at. */
  readonly isPartial: boolean;
  /** In order of the values. */
  readonly probes: readonly Probe[];
}

/** Cells that have to be looked at next: the values of a base and then that of the goal. */
export function nextCells(search: Search, cells: readonly CellResult[]): readonly CellValues[] {
  const values = easiestFirst(search.goal);
  return search.bases.flatMap((base) => {
    const verdicts = verdictsOf(ofBase(cells, base), search);
    return nextProbes(values.length, verdicts).map((place) => [...base, values[place] ?? '']);
  });
}

/** What the cells that were looked at come to, a base each. */
export function searchAnswers(
  search: Search,
  cells: readonly CellResult[],
): readonly SearchAnswer[] {
  return search.bases.map((base) => answerOf(base, search, ofBase(cells, base)));
}

/** How many runs of a cell keep all conditions. */
export function holdingRuns({ runs }: CellResult, { conditions, measures }: Search): number {
  return runs.filter(({ values }) => keepsAll(conditions, measures, values)).length;
}

/** Cells in order of the bases, and of the values from small to large. */
export function inOrder<Cell extends { readonly values: CellValues }>(
  { bases, goal }: Search,
  cells: readonly Cell[],
): readonly Cell[] {
  const keys = bases.flatMap((base) => goal.values.map((value) => cellKey([...base, value])));
  const order = new Map(keys.map((key, place) => [key, place]));
  const placeOf = ({ values }: Cell): number => order.get(cellKey(values)) ?? 0;
  return [...cells].sort((a, b) => placeOf(a) - placeOf(b));
}

const cellKey = (values: CellValues): string => JSON.stringify(values);

function answerOf(base: CellValues, search: Search, cells: readonly CellResult[]): SearchAnswer {
  const easiest = easiestFirst(search.goal);
  const valueAt = (place: number | undefined): string | undefined =>
    place === undefined ? undefined : easiest[place];
  const verdicts = verdictsOf(cells, search);
  const { lastHolding, firstFailing, exceptions } = boundaryOf(verdicts);
  const isMissing = cells.some(({ missing }) => missing.length > 0);
  return {
    values: base,
    value: valueAt(lastHolding),
    failing: valueAt(firstFailing),
    exceptions: exceptions.map((place) => easiest[place] ?? ''),
    isPartial: isMissing || nextProbes(easiest.length, verdicts).length > 0,
    probes: cells.map((cell) => ({
      value: cell.cell.values.at(-1) ?? '',
      holding: holdingRuns(cell, search),
      runs: cell.runs.length + cell.failures.length,
    })),
  };
}

/** Of a maximum small values are easy, of a minimum large ones. */
function easiestFirst({ direction, values }: SearchGoal): readonly string[] {
  return direction === 'max' ? values : values.toReversed();
}

const ofBase = (cells: readonly CellResult[], base: CellValues): readonly CellResult[] =>
  cells.filter(({ cell }) => base.every((value, index) => cell.values[index] === value));

/** A value holds when all its runs were made and each keeps all conditions. */
function verdictsOf(cells: readonly CellResult[], search: Search): ReadonlyMap<number, boolean> {
  const easiest = easiestFirst(search.goal);
  const looked = cells.filter(({ missing }) => missing.length === 0);
  return new Map(
    looked.map((cell) => {
      const wanted = cell.runs.length + cell.failures.length;
      const holding = holdingRuns(cell, search);
      return [easiest.indexOf(cell.cell.values.at(-1) ?? ''), wanted > 0 && holding === wanted];
    }),
  );
}
