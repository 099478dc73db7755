// The parameters of one workload: what `$initNodes` in an operation stands for. Who asks for one
// that is missing or of another type is told where and of which workload.

import type { FieldPath } from '../../api/field-path.js';
import type { Problem } from '../../api/problem.js';
import { parseDuration } from '../../scenario/duration.js';
import { type Place, problemAt } from '../../scenario/scenario-problems.js';
import { perfProblemCodes } from './perf-problems.js';

type Value = number | string | boolean;

/** Where a field of the file stands. */
export type PlaceOf = (path: FieldPath, wants?: 'key' | 'value') => Place;

/** The parameters, and the problems with them. */
export class Params {
  readonly problems: Problem[] = [];
  readonly #values: Readonly<Record<string, Value>>;
  readonly #workload: string;
  readonly #placeOf: PlaceOf;
  readonly #used = new Set<string>();

  constructor(values: Readonly<Record<string, Value>>, workload: string, placeOf: PlaceOf) {
    this.#values = values;
    this.#workload = workload;
    this.#placeOf = placeOf;
  }

  /** The value of `reference` (`$name`), which stands at `path`; undefined after a problem. */
  value(reference: string, path: FieldPath): Value | undefined {
    const name = reference.slice(1);
    this.#used.add(name);
    if (Object.hasOwn(this.#values, name)) return this.#values[name];
    const known = Object.keys(this.#values).map((key) => `$${key}`);
    const message = `${reference} is not among the params of workload "${this.#workload}"`;
    const expected = known.length === 0 ? 'a workload with params' : `one of ${known.join(', ')}`;
    this.#report(path, message, expected);
    return undefined;
  }

  /** A whole number of 0 or more. */
  count(reference: string, path: FieldPath): number {
    const value = this.value(reference, path);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    if (value !== undefined) this.#wrong(reference, path, value, 'a whole number, 0 or more');
    return 0;
  }

  flag(reference: string, path: FieldPath): boolean {
    const value = this.value(reference, path);
    if (value !== undefined && typeof value !== 'boolean') {
      this.#wrong(reference, path, value, 'true or false');
    }
    return value === true;
  }

  durationUs(reference: string, path: FieldPath): number {
    const value = this.value(reference, path);
    const us = typeof value === 'string' ? parseDuration(value) : undefined;
    if (value !== undefined && us === undefined) {
      this.#wrong(reference, path, value, 'a duration such as 10s');
    }
    return us ?? 0;
  }

  /** Takes a parameter that no operation refers to; undefined when there is none. */
  take(name: string): Value | undefined {
    this.#used.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  /** Names that nobody has asked for, sorted. */
  get unused(): readonly string[] {
    return Object.keys(this.#values)
      .filter((name) => !this.#used.has(name))
      .sort((a, b) => (a < b ? -1 : 1));
  }

  #wrong(reference: string, path: FieldPath, value: Value, expected: string): void {
    const found = JSON.stringify(value);
    const message = `${reference} is ${found} in workload "${this.#workload}"`;
    this.#report(path, message, expected);
  }

  #report(path: FieldPath, message: string, expected: string): void {
    const { unknownParam } = perfProblemCodes;
    this.problems.push(problemAt(this.#placeOf(path), unknownParam, message, { path, expected }));
  }
}
