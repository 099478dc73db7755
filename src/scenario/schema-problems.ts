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
      const meant = meantKeys(issue.errors, path, locate);
      if (meant.length > 0) return meant;
      return branch.flatMap((inner) => problemsOf(inner, path, tree, locate));
    }
  }
  return [wrongValue(path, value, expectationOf(issue), locate)];
}

/** What the schema asks for: in our words where it has none of its own but zod's. */
function expectationOf(issue: Issue): string {
  if (!/^(?:Invalid input|Invalid option|Too small|Too big)\b/.test(issue.message)) {
    return issue.message;
  }
  switch (issue.code) {
    case 'invalid_type':
      return typeWords.get(issue.expected) ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `${amountOf(issue.origin)}${issue.minimum} or more`;
    case 'too_big':
      return `${amountOf(issue.origin)}${issue.maximum} or less`;
    default:
      return 'another value';
  }
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
]);

/** What is counted in texts, lists and mappings. */
function amountOf(origin: string): string {
  if (origin === 'string') return 'text of a length of ';
  return origin === 'number' || origin === 'int' ? 'a number of ' : 'a number of entries of ';
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

/** Unknown keys of a mapping that are nearly those of one of its forms, whichever that is. */
function meantKeys(
  branches: readonly (readonly Issue[])[],
  path: FieldPath,
  locate: Locate,
): readonly Problem[] {
  const refusals = branches.flatMap((branch) =>
    branch.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? [issue] : [],
    ),
  );
  const names = [...new Set(refusals.flatMap(({ message }) => message.split(' ')))];
  const keys = [...new Set(refusals.flatMap((issue) => issue.keys))];
  return keys
    .filter((key) => !names.includes(key) && didYouMean(key, names) !== undefined)
    .map((key) => unknownKey([...path, key], names.join(' '), locate));
}

/** A form that does not know a key of the mapping itself was hardly meant. */
function complaints(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code !== 'unrecognized_keys') return sum + 1;
    return sum + issue.keys.length + (issue.path.length === 0 ? unknownForm : 0);
  }, 0);
}

const unknownForm = 1000;

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
