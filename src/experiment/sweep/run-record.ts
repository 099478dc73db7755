// What is kept of every run of a sweep: a line of runs.jsonl. A line that was cut short, by a full
// disk or a machine that went away, counts as a run that was not made.

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

/** What JSON makes of a record: it has no NaN. */
type WrittenRecord = Partial<{
  readonly cell: string;
  readonly seed: string;
  readonly traceHash: string;
  readonly values: readonly (number | null)[];
  readonly failure: RunFailure;
}>;

function parseRecord(line: string): RunRecord | undefined {
  let written: WrittenRecord | null;
  try {
    written = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { cell, seed, traceHash, values, failure } = written ?? {};
  if (cell === undefined || seed === undefined) return undefined;
  if (failure !== undefined) return { cell, seed, failure };
  if (traceHash === undefined || !Array.isArray(values)) return undefined;
  return { cell, seed, traceHash, values: values.map((value) => value ?? Number.NaN) };
}
