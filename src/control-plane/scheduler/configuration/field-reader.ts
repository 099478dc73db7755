// Reads fields of a tree of plain values strictly, as kube-scheduler decodes its configuration:
// unknown fields and wrong types are problems, null is absent, and reading goes on.
// Source: kube-scheduler v1.36 apis/config/scheme (strict decoding).

import { didYouMean } from '../../../api/did-you-mean.js';
import { isJsonObject, sortedKeys } from '../../../api/field-check.js';
import { type FieldPath, formatPath } from '../../../api/field-path.js';
import { type FieldProblem, invalidValue, quoteValue } from '../../../api/field-problem.js';
import { problemCodes } from '../../../api/problem.js';

/** The fields of an object. */
export type Fields = Readonly<Record<string, unknown>>;

const unitUs: ReadonlyMap<string, number> = new Map([
  ['ns', 0.001],
  ['us', 1],
  ['µs', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
]);

/** Collects the problems of everything that it has read. */
export class FieldReader {
  readonly problems: FieldProblem[] = [];

  report(problem: FieldProblem): void {
    this.problems.push(problem);
  }

  warn(path: FieldPath, message: string): void {
    this.report({ path, code: problemCodes.unsupported, severity: 'warning', message });
  }

  /** The object at `path`, empty when it is absent; fields not in `known` are problems. */
  object(value: unknown, path: FieldPath, known: readonly string[]): Fields {
    if (value === undefined || value === null) return {};
    if (!isJsonObject(value)) {
      this.#wrongType(value, path, 'an object');
      return {};
    }
    for (const key of sortedKeys(value)) {
      if (!known.includes(key)) this.#unknownField([...path, key], known);
    }
    return value;
  }

  list(value: unknown, path: FieldPath): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.#wrongType(value, path, 'a list');
    return [];
  }

  text(value: unknown, path: FieldPath): string | undefined {
    return this.#typed(value, path, 'a string', isText);
  }

  boolean(value: unknown, path: FieldPath): boolean | undefined {
    return this.#typed(value, path, 'a boolean (true or false)', isBoolean);
  }

  /** A signed integer of 32 bits. */
  integer(value: unknown, path: FieldPath): number | undefined {
    return this.#typed(value, path, 'an integer (int32)', isInt32);
  }

  number(value: unknown, path: FieldPath): number | undefined {
    return this.#typed(value, path, 'a number', isNumber);
  }

  /** Whole microseconds of a duration as Go writes it, such as `15s`. */
  durationUs(value: unknown, path: FieldPath): number | undefined {
    const text = this.text(value, path);
    if (text === undefined || text === '0') return text === undefined ? undefined : 0;
    if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
      this.report(invalidValue(path, text, 'must be a duration such as 15s'));
      return undefined;
    }
    let sum = 0;
    for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d*)?)([a-zµ]+)/g)) {
      sum += Number(amount) * (unitUs.get(unit) ?? 0);
    }
    return Math.round(sum);
  }

  #typed<T>(
    value: unknown,
    path: FieldPath,
    expected: string,
    isRight: (value: unknown) => value is T,
  ): T | undefined {
    if (value === undefined || value === null) return undefined;
    if (isRight(value)) return value;
    this.#wrongType(value, path, expected);
    return undefined;
  }

  #wrongType(value: unknown, path: FieldPath, expected: string): void {
    const message = `found ${quoteValue(value)}, expected ${expected}`;
    this.report({ path, code: problemCodes.wrongType, severity: 'error', message, expected });
  }

  #unknownField(path: FieldPath, known: readonly string[]): void {
    const near = didYouMean(String(path.at(-1)), known);
    this.report({
      path,
      code: problemCodes.unknownField,
      severity: 'error',
      message: `unknown field "${formatPath(path)}"`,
      ...(near !== undefined && { expected: `did you mean "${near}"?`, suggestion: `${near}:` }),
    });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isInt32(value: unknown): value is number {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= -2_147_483_648 &&
    value <= 2_147_483_647
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
