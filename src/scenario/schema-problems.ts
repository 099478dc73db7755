/**
 * From the issues that the schema finds to problems: where, what, what was expected, what to write.
 *
 * Source: zod 4 issue codes; the wording of manifests' problems in `src/api/field-check.ts`.
 */

import type { z } from 'zod';
import { didYouMean } from '../api/did-you-mean.js';
import { type FieldPath, formatPath } from '../api/field-path.js';
import { type Problem, problemCodes } from '../api/problem.js';
import { type Place, problemAt } from './scenario-problems.js';
import { isTree, valueAt } from './yaml-tree.js';

type Issue = z.core.$ZodIssue;

/** Finds the place of a path in whichever file or option gave the value. */
export type Locate = (path: FieldPath, wants: 'key' | 'value') => Place;

/** One problem an issue, an unknown key each, with `prefix` before every path. */
export function schemaProblems(
  issues: readonly Issue[],
  tree: unknown,
  locate: Locate,
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, [], tree, locate));
}

function problemsOf(
  issue: Issue,
  prefix: FieldPath,
  tree: unknown,
  locate: Locate,
): readonly Problem[] {
  const path = [...prefix, ...(issue.path as FieldPath)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], issue.message, locate));
  }
  const value = valueAt(tree, path);
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue.errors, value);
    if (branch !== undefined) {
      return branch.flatMap((inner) => problemsOf(inner, path, tree, locate));
    }
  }
  return [wrongValue(path, value, issue.message, locate)];
}

/** The branch that a mapping or list was meant for: the one with the fewest complaints. */
function likeliestBranch(
  branches: readonly (readonly Issue[])[],
  value: unknown,
): readonly Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let best: readonly Issue[] | undefined;
  for (const branch of branches) {
    const isOtherType = branch.some(
      ({ path, code }) => path.length === 0 && code === 'invalid_type',
    );
    if (isOtherType) continue;
    if (best === undefined || complaints(branch) < complaints(best)) best = branch;
  }
  return best;
}

function complaints(issues: readonly Issue[]): number {
  return issues.reduce(
    (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1),
    0,
  );
}

function unknownKey(path: FieldPath, known: string, locate: Locate): Problem {
  const names = known.split(' ');
  const near = didYouMean(String(path.at(-1)), names);
  return problemAt(
    locate(path, 'key'),
    problemCodes.unknownField,
    `unknown field "${formatPath(path)}"`,
    {
      path,
      expected: near === undefined ? `one of ${names.join(', ')}` : `did you mean "${near}"?`,
      suggestion: near === undefined ? undefined : `${near}:`,
    },
  );
}

function wrongValue(path: FieldPath, value: unknown, message: string, locate: Locate): Problem {
  const [expected = '', suggested] = message.split('\n');
  const key = path.at(-1);
  if (value === undefined) {
    return problemAt(locate(path, 'value'), problemCodes.required, 'required, but missing', {
      path,
      expected,
    });
  }
  const isRightType = typeof value === 'string' || typeof value === 'number';
  return problemAt(
    locate(path, 'value'),
    isRightType ? problemCodes.invalid : problemCodes.wrongType,
    `${describe(value)} is not allowed here`,
    { path, expected, suggestion: suggestionFor(key, value, expected, suggested) },
  );
}

function suggestionFor(
  key: string | number | undefined,
  value: unknown,
  expected: string,
  suggested: string | undefined,
): string | undefined {
  const word = suggested ?? nearestWord(value, expected);
  if (word === undefined) return undefined;
  return typeof key === 'string' ? `${key}: ${word}` : word;
}

/** For `one of a, b, c`: the nearest of them. */
function nearestWord(value: unknown, expected: string): string | undefined {
  const words = /\bone of ([^:;]+)$/.exec(expected)?.[1];
  return words === undefined ? undefined : didYouMean(String(value), words.split(', '));
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isTree(value)) return 'a mapping';
  if (value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
