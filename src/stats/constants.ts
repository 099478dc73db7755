// Modelled constants with their provenance. A component declares its numbers here once, with unit
// and source; docs/MODEL.md is written from the same tables, so the two cannot drift apart.
// Nothing is registered anywhere: a table travels with its object, on a hidden property.

import { assert } from '../kernel/assert.js';

export type ConstantValue = number | string | boolean | readonly number[];

/** One modelled constant: what it is worth, in which unit, and who says so. */
export interface ConstantEntry {
  readonly value: ConstantValue;
  /** `µs`, `bytes`, `mCPU`, `pods`, `1` for a ratio; empty for a flag or a name. */
  readonly unit: string;
  /** Published place, `reference: <file> <section>`, or `ASSUMED` and why. */
  readonly source: string;
  readonly note?: string;
}

export type ConstantEntries = Readonly<Record<string, ConstantEntry>>;

/** The values of a table under their names, widened so that a profile may replace them. */
export type Constants<T extends ConstantEntries> = {
  readonly [K in keyof T]: Widened<T[K]['value']>;
};

type Widened<V> = V extends number
  ? number
  : V extends string
    ? string
    : V extends boolean
      ? boolean
      : readonly number[];

/** One row of docs/MODEL.md. */
export interface ConstantRow extends ConstantEntry {
  readonly group: string;
  readonly name: string;
}

const tableKey: unique symbol = Symbol('constants table');

const unitSuffixes: ReadonlyMap<string, string> = new Map([
  ['µs', 'Us'],
  ['bytes', 'Bytes'],
  ['mCPU', 'Milli'],
]);

/**
 * Freezes the values of `table` under their names. `group` is the component's name in Kubernetes'
 * words (`kube-scheduler`, `etcd`).
 * @throws AssertionError when a number is not finite, a source is missing, or a name does not end
 * in its unit (µs: Us, bytes: Bytes, mCPU: Milli).
 */
export function defineConstants<const T extends ConstantEntries>(
  group: string,
  table: T,
): Constants<T> {
  assert(/^[a-z][a-z0-9-]*$/.test(group), `The group "${group}" is not a kebab-case name.`);
  const rows: ConstantRow[] = [];
  const values: Record<string, ConstantValue> = {};
  for (const name of Object.keys(table).sort(byCodeUnits)) {
    const row = { group, name, ...(table[name] as ConstantEntry) };
    assertWellFormed(row);
    rows.push(Object.freeze(row));
    values[name] = row.value;
  }
  Object.defineProperty(values, tableKey, { value: Object.freeze(rows), enumerable: false });
  return Object.freeze(values) as Constants<T>;
}

/** The rows behind an object made by defineConstants, by name; undefined for any other value. */
export function constantsTable(constants: unknown): readonly ConstantRow[] | undefined {
  if (typeof constants !== 'object' || constants === null) return undefined;
  return (constants as { readonly [tableKey]?: readonly ConstantRow[] })[tableKey];
}

function assertWellFormed({ group, name, value, unit, source }: ConstantRow): void {
  const numbers = Array.isArray(value) ? value : typeof value === 'number' ? [value] : [];
  assert(numbers.every(Number.isFinite), `${group}.${name} is not finite.`);
  assert(source.trim() !== '', `${group}.${name} has no source; write ASSUMED and the reason.`);
  const suffix = unitSuffixes.get(unit);
  assert(
    suffix === undefined || name.endsWith(suffix),
    `${group}.${name} is in ${unit}: let its name end in ${suffix}.`,
  );
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
