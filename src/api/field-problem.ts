/**
 * Problems with fields of an object, in the API server's wording. They carry a path and no
 * position; `ManifestObject.positionOf` finds that.
 *
 * Source: Kubernetes v1.36 apimachinery `util/validation/field/errors.go`.
 */

import { type FieldPath, formatPath } from './field-path.js';
import { type Problem, type ProblemCode, problemCodes } from './problem.js';

/** Something wrong with one field. */
export interface FieldProblem {
  readonly path: FieldPath;
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** Collects the problems of one object. */
export type ProblemList = FieldProblem[];

/** A value as the API server quotes it: text in quotation marks, the rest as JSON. */
export function quoteValue(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

function joined(prefix: string, detail: string): string {
  return detail === '' ? prefix : `${prefix}: ${detail}`;
}

function error(code: ProblemCode, path: FieldPath, message: string): FieldProblem {
  return { code, severity: 'error', path, message };
}

/** `Required value[: detail]`. */
export function requiredValue(path: FieldPath, detail = ''): FieldProblem {
  return error(problemCodes.required, path, joined('Required value', detail));
}

/** `Invalid value: "x": detail`. */
export function invalidValue(path: FieldPath, value: unknown, detail: string): FieldProblem {
  return error(problemCodes.invalid, path, joined(`Invalid value: ${quoteValue(value)}`, detail));
}

/** `Unsupported value: "x": supported values: "A", "B"`, the values sorted. */
export function unsupportedValue(
  path: FieldPath,
  value: unknown,
  supported: readonly string[],
): FieldProblem {
  const values = [...supported].sort((a, b) => (a < b ? -1 : 1)).map((each) => `"${each}"`);
  return error(
    problemCodes.unsupported,
    path,
    `Unsupported value: ${quoteValue(value)}: supported values: ${values.join(', ')}`,
  );
}

/** `Forbidden: detail`. */
export function forbidden(path: FieldPath, detail: string): FieldProblem {
  return error(problemCodes.forbidden, path, joined('Forbidden', detail));
}

/** `Duplicate value: "x"`. */
export function duplicateValue(path: FieldPath, value: unknown): FieldProblem {
  return error(problemCodes.duplicate, path, `Duplicate value: ${quoteValue(value)}`);
}

/** `Not found: "x"`. */
export function notFound(path: FieldPath, value: unknown): FieldProblem {
  return error(problemCodes.invalid, path, `Not found: ${quoteValue(value)}`);
}

/** `Too many: n: must have at most m items`. */
export function tooMany(path: FieldPath, count: number, most: number): FieldProblem {
  const noun = most === 1 ? 'item' : 'items';
  return error(problemCodes.tooMany, path, `Too many: ${count}: must have at most ${most} ${noun}`);
}

/** Where a field stands in a file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Puts a field problem at its place in a file. */
export function locateProblem(
  problem: FieldProblem,
  file: string,
  positionOf: (path: FieldPath) => Position,
): Problem {
  const { path, ...rest } = problem;
  const { line, column } = positionOf(path);
  return { ...rest, file, line, column, path: formatPath(path) };
}
