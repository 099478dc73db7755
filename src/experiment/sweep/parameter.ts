// What a sweep varies: a path of the scenario with its values, in the words of hyperfine (lists and
// scans), and the grid of all combinations.
import { rangeValues } from './value-range.js';

/** Something that is varied. */
export interface Parameter {
  /** A path below `spec` as `--set` has it, or `policy`. */
  readonly name: string;
  /** As they are written; at least one, none twice. */
  readonly values: readonly string[];
}

/** The parameter whose values are names of policies; no path of a scenario. */
export const policyParameter = 'policy';

/** One combination: a value a parameter, in their order. */
export type CellValues = readonly string[];

/** Reads `path=a,b,c`, or says in a sentence without full stop why it is none. */
export function parseListParameter(text: string): Parameter | string {
  return parseParameter(text, 'path=a,b,c', listValues);
}

/** Reads `path=from:to[:step]`, or says in a sentence without full stop why it is none. */
export function parseScanParameter(text: string): Parameter | string {
  return parseParameter(text, 'path=from:to:step', rangeValues);
}

function parseParameter(
  text: string,
  form: string,
  valuesOf: (text: string) => readonly string[] | string,
): Parameter | string {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals)).replace(/^spec\./, '');
  if (name === '') return `write ${form}`;
  if (name === policyParameter) return 'policies are named with --policy NAME=FILE';
  const values = valuesOf(text.slice(equals + 1));
  return typeof values === 'string' ? values : { name, values };
}

function listValues(text: string): readonly string[] | string {
  const values = splitList(text);
  const empty = values.indexOf('');
  if (empty >= 0) {
    return values.length === 1 ? 'the list is empty' : `value ${empty + 1} of the list is empty`;
  }
  const twice = values.find((value, index) => values.indexOf(value) < index);
  return twice === undefined ? values : `"${twice}" is listed twice`;
}

/** Splits at commas that stand in no brackets and no quotes, as YAML would. */
export function splitList(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at];
    const isEnd = sign === undefined || (sign === ',' && depth === 0 && quote === '');
    if (isEnd) {
      values.push(text.slice(start, at).trim());
      start = at + 1;
    } else if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
  }
  return values;
}

/** How many combinations there are. */
export function countCells(parameters: readonly Parameter[]): number {
  return parameters.reduce((product, { values }) => product * values.length, 1);
}

/** All combinations; the last parameter changes first. O(cells × parameters). */
export function gridCells(parameters: readonly Parameter[]): readonly CellValues[] {
  return parameters.reduce<readonly CellValues[]>(
    (cells, { values }) => cells.flatMap((cell) => values.map((value) => [...cell, value])),
    [[]],
  );
}

/** A combination for people: `policy=packed nodePools[0].count=5`. */
export function cellLabel(parameters: readonly Parameter[], values: CellValues): string {
  if (parameters.length === 0) return 'the scenario';
  return parameters.map(({ name }, index) => `${name}=${values[index]}`).join(' ');
}
