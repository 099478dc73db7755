/**
 * A SimKube trace, version 2: what the tracer of a cluster has seen of objects that were applied
 * and deleted, and how long their pods lived. MessagePack (`.sktrace`), whose `pod_lifecycles` has
 * tuples for keys, or the same as JSON, where the pair is written in a text.
 *
 * Source: SimKube sk-store 2.6 (ExportedTrace), docs/ref/trace-files.md.
 */

import { decode } from '@msgpack/msgpack';
import { z } from 'zod';
import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { type ImportFile, importProblemCodes, textOf } from '../importer.js';

const objects = z.array(z.record(z.string(), z.unknown()));

const lifecycle = z.union([
  z.literal('Empty'),
  z.object({ Running: z.number() }),
  z.object({ Finished: z.tuple([z.number(), z.number()]) }),
]);

const trace = z.object({
  version: z.literal(2, { error: 'is not 2, the version that can be read' }),
  events: z.array(z.object({ ts: z.int(), applied_objs: objects, deleted_objs: objects })),
  pod_lifecycles: z.record(z.string(), z.record(z.string(), z.array(lifecycle))).default({}),
});

/** A trace as it is written; times in seconds since 1970. */
export type SimkubeTrace = z.infer<typeof trace>;

/** Every trace begins with its version and what was traced. */
const marks = ['trackedObjects', 'applied_objs'] as const;

/** Whether the bytes look like a trace, in either form. Looks at 64 KiB. */
export function isTrace({ bytes }: ImportFile): boolean {
  const first = bytes[0] ?? 0;
  const isMap = (first >= 0x80 && first <= 0x8f) || first === 0x7b;
  if (!isMap) return false;
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 65_536));
  return marks.every((mark) => head.includes(mark));
}

/** The trace that a file holds; undefined with the reason in `problems`. */
export function readTrace(file: ImportFile, problems: Problem[]): SimkubeTrace | undefined {
  const place = { file: file.path, line: 1, column: 1 };
  const { notThisFormat, badValue } = importProblemCodes;
  let value: unknown;
  try {
    value = file.bytes[0] === 0x7b ? JSON.parse(textOf(file)) : decodeTuples(file.bytes);
  } catch (error) {
    const message = `this is no SimKube trace: ${(error as Error).message}`;
    problems.push(problemAt(place, notThisFormat, message));
    return undefined;
  }
  const parsed = trace.safeParse(value);
  if (parsed.success) return inOrder(parsed.data, file, problems);
  for (const { path, message } of parsed.error.issues) {
    const steps = path.filter((step) => typeof step !== 'symbol');
    problems.push(problemAt(place, badValue, message, { path: steps }));
  }
  return undefined;
}

/** Keys that are pairs become their JSON text. */
function decodeTuples(bytes: Uint8Array): unknown {
  return decode(bytes, {
    mapKeyConverter: (key) =>
      typeof key === 'string' || typeof key === 'number' ? key : JSON.stringify(key),
  });
}

function inOrder(
  found: SimkubeTrace,
  { path: file }: ImportFile,
  problems: Problem[],
): SimkubeTrace | undefined {
  const { events } = found;
  const back = events.findIndex(({ ts }, index) => ts < (events[index - 1]?.ts ?? ts));
  if (back < 0) return found;
  const before = events[back - 1]?.ts;
  const message = `${events[back]?.ts} is before ${before}, the time of the event above it`;
  const expected = 'events in order of time';
  const path = ['events', back, 'ts'];
  const place = { file, line: 1, column: 1 };
  problems.push(problemAt(place, importProblemCodes.badValue, message, { path, expected }));
  return undefined;
}
