// Compares a replayed case with its recording.

import type { Difference } from './difference.js';
import { firstDifference } from './difference.js';
import type { Json, JsonObject } from './recording.js';

/** Fields in the order of a scheduling cycle, so that the first difference is the cause. */
const fields: readonly string[] = [
  'preEnqueue',
  'perPluginPreFilter',
  'preFilter',
  'skippedFilterPlugins',
  'perPluginFilter',
  'filter',
  'feasibleNodes',
  'skippedScorePlugins',
  'weights',
  'scores',
  'scoreError',
  'total',
  'schedulePod',
  'postFilter',
  'fitErrorMessage',
];

function asTree(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/**
 * The first difference of every field that the recording has. A dry run is compared only where it
 * was recorded; where the real choice is one of several nodes, any of them is right.
 */
export function compareCase(expected: JsonObject, got: JsonObject): Difference | undefined {
  const known = new Set(fields);
  const others = Object.keys(expected).filter((field) => !known.has(field));
  for (const field of [...fields, ...others]) {
    if (!(field in expected) && field !== 'scoreError') continue;
    const wanted = expected[field];
    const found = firstDifference(wanted, comparable(field, wanted, got[field]), field);
    if (found !== undefined) return found;
  }
  return undefined;
}

function comparable(
  field: string,
  expected: Json | undefined,
  got: Json | undefined,
): Json | undefined {
  const wanted = asTree(expected);
  const found = asTree(got);
  if (wanted === undefined || found === undefined) return got;
  if (field === 'postFilter') return withoutUnrecorded(wanted, found);
  const { anyOf } = wanted;
  const host = found['selectedHost'];
  if (field !== 'schedulePod' || !Array.isArray(anyOf) || !anyOf.includes(host ?? null)) return got;
  return { ...found, selectedHost: null, anyOf };
}

function withoutUnrecorded(expected: JsonObject, got: JsonObject): JsonObject {
  const isDryRunRecorded = 'candidates' in expected || 'dryRunStatus' in expected;
  if (isDryRunRecorded) return got;
  const { candidates: _candidates, dryRunStatus: _dryRunStatus, ...rest } = got;
  return rest;
}
