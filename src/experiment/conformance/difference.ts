// Where two trees of plain data begin to differ.

import type { Json } from './recording.js';

/** One place at which a replay and its recording do not agree. */
export interface Difference {
  /** `scores.NodeAffinity.node-3.raw`. */
  readonly field: string;
  /** Undefined where the recording has nothing. */
  readonly expected: Json | undefined;
  /** Undefined where the replay has nothing. */
  readonly got: Json | undefined;
}

function isTree(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first difference, keys in code unit order; undefined when both are equal. */
export function firstDifference(
  expected: Json | undefined,
  got: Json | undefined,
  field = '',
): Difference | undefined {
  if (Array.isArray(expected) && Array.isArray(got)) {
    return listDifference(expected, got, field);
  }
  if (isTree(expected) && isTree(got)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
    for (const key of [...keys].sort((a, b) => (a < b ? -1 : 1))) {
      const inner = field === '' ? key : `${field}.${key}`;
      const found = firstDifference(expected[key], got[key], inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return expected === got ? undefined : { field, expected, got };
}

function listDifference(
  expected: readonly Json[],
  got: readonly Json[],
  field: string,
): Difference | undefined {
  const length = Math.max(expected.length, got.length);
  for (let index = 0; index < length; index++) {
    const found = firstDifference(expected[index], got[index], `${field}[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}
