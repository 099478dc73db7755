// What is kept of every run of a sweep: a line of runs.jsonl. A line that was cut short, by a full
// disk or a machine that went away, counts as a run that was not made.
import { z } from 'zod';

/** One run and what it came to. */
export type RunRecord = {
  /** Digest of its cell. */
  readonly cell: string;
  readonly seed: string;
} & (
  | {
      readonly traceHash: string;
      /** In the order of the plan's measures; NaN without a sample. */
      readonly values: readonly number[];
    }
  | { readonly failure: RunFailure }
);

/** The error that has ended a run. */
export interface RunFailure {
  /** Name of the error, such as `ModelLimitError`. */
  readonly name: string;
  readonly message: string;
}

const key = { cell: z.string(), seed: z.string() };

const record = z.union([
  z.object({
    ...key,
    traceHash: z.string(),
    // JSON has no NaN.
    values: z.array(
      z
        .number()
        .nullable()
        .transform((value) => value ?? Number.NaN),
    ),
  }),
  z.object({ ...key, failure: z.object({ name: z.string(), message: z.string() }) }),
]);

/** By what a run is found: equal keys are equal runs. */
export function runKey({ cell, seed }: { readonly cell: string; readonly seed: string }): string {
  return `${cell} ${seed}`;
}

/** One line with its end. */
export function recordLine(run: RunRecord): string {
  return `${JSON.stringify(run)}\n`;
}

/** All whole lines of a text, by key; of equal keys the last. */
export function parseRecords(text: string): Map<string, RunRecord> {
  const found = new Map<string, RunRecord>();
  for (const line of text.split('\n')) {
    const run = parseRecord(line);
    if (run !== undefined) found.set(runKey(run), run);
  }
  return found;
}

function parseRecord(line: string): RunRecord | undefined {
  try {
    return record.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
