/**
 * What the recorder of kube-scheduler-simulator writes: one JSON object a line, `{time, event,
 * resource}`, in the order in which its informers saw the cluster change. The same as one JSON
 * array is read as well: the simulator's own replayer wants it so.
 *
 * Source: kube-scheduler-simulator simulator/recorder/recorder.go, simulator/replayer/replayer.go.
 */

import { z } from 'zod';
import type { FieldPath } from '../../../api/field-path.js';
import type { Problem } from '../../../api/problem.js';
import { parseTimestamp } from '../../../api/timestamp.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import { type ImportFile, importProblemCodes, textOf } from '../importer.js';

const recordSchema = z.object({
  time: z.string().refine((time) => parseTimestamp(time) !== undefined, {
    error: 'is no time such as 2026-01-31T12:00:00.5Z',
  }),
  event: z.enum(['Add', 'Update', 'Delete'], { error: 'is none of Add, Update and Delete' }),
  resource: z.looseObject(
    {
      apiVersion: z.string({ error: 'is missing' }),
      kind: z.string({ error: 'is missing' }),
      metadata: z.looseObject(
        { name: z.string({ error: 'is missing' }) },
        { error: 'is no mapping' },
      ),
    },
    { error: 'is no object of Kubernetes' },
  ),
});

/** A change of a cluster. */
export interface ClusterRecord {
  /** When the recorder saw it, µs since 1970. */
  readonly atUs: number;
  readonly event: 'Add' | 'Update' | 'Delete';
  /** The whole object; of what is deleted only its identity. */
  readonly object: Tree;
}

/** Whether a text is a recording: quick, by its first record. */
export function isRecording(text: string): boolean {
  return /^\s*(?:\[\s*)?\{\s*"time"\s*:\s*"[^"]*"\s*,\s*"event"\s*:\s*"\w*"\s*,\s*"resource"\s*:/.test(
    text,
  );
}

/** The records of a file in its order; what is wrong with one is told by its line. */
export function readRecords(file: ImportFile, problems: Problem[]): readonly ClusterRecord[] {
  const text = textOf(file);
  if (/^\s*\[/.test(text)) {
    const values = parsed(text, file, 1, problems);
    return (Array.isArray(values) ? values : []).flatMap((value: unknown, index) =>
      recordOf(value, file, 1, [index], problems),
    );
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parsed(line, file, index + 1, problems);
    return value === undefined ? [] : recordOf(value, file, index + 1, [], problems);
  });
}

function parsed(text: string, file: ImportFile, line: number, problems: Problem[]): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = `this is no record: ${(error as Error).message}`;
    const expected = 'JSON such as {"time": "…", "event": "Add", "resource": {…}}';
    const place = { file: file.path, line, column: 1 };
    problems.push(problemAt(place, importProblemCodes.notThisFormat, message, { expected }));
    return undefined;
  }
}

function recordOf(
  value: unknown,
  file: ImportFile,
  line: number,
  at: FieldPath,
  problems: Problem[],
): readonly ClusterRecord[] {
  const result = recordSchema.safeParse(value);
  if (result.success) {
    const { time, event, resource } = result.data;
    return [{ atUs: parseTimestamp(time) ?? 0, event, object: resource }];
  }
  for (const { path, message } of result.error.issues) {
    const steps = [...at, ...path.filter((step) => typeof step !== 'symbol')];
    const place = { file: file.path, line, column: 1 };
    problems.push(problemAt(place, importProblemCodes.badValue, message, { path: steps }));
  }
  return [];
}
