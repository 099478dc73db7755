// A baseline as a file: JSON with the figures in plain sight, so that a review shows what has
// moved, and what only the program reads packed (Brotli, base64). About 10 KB for a run of any
// length.
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Problem } from '../../api/problem.js';
import { problemAt, scenarioProblemCodes } from '../../scenario/scenario-problems.js';
import type { Baseline } from './baseline.js';
import type { ChangePath } from './change-paths.js';
import type { Landmark } from './landmarks.js';

/** Raised when the fields of a baseline are renamed, removed or change their meaning. */
const baselineSchemaVersion = 1;

/** The part that is packed. Columns of landmarks: kinds by number, times as differences. */
interface Details {
  readonly input: Readonly<Record<string, string>>;
  readonly paths: readonly ChangePath[];
  readonly kinds: readonly string[];
  readonly index: readonly number[];
  readonly time: readonly number[];
  readonly kind: readonly number[];
  readonly target: readonly number[];
  readonly occurrence: readonly number[];
  readonly before: string;
}

/** The text of a baseline. Equal baselines give texts that read as equal ones. */
export function renderBaseline(baseline: Baseline): string {
  const { scenario, seed, traceHash, figures } = baseline;
  const file = {
    schemaVersion: baselineSchemaVersion,
    scenario,
    seed,
    traceHash,
    figures: Object.fromEntries(figures),
    details: packed(detailsOf(baseline)),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** The baseline of a text, or what is wrong with it. */
export function parseBaseline(text: string, file: string): Baseline | Problem {
  const problem = (offset: number, message: string): Problem =>
    problemAt(
      { file, ...positionOf(text, offset) },
      scenarioProblemCodes.badBaseline,
      message,
      renew,
    );
  const parsed = parsedJson(text);
  if (parsed instanceof SyntaxError) {
    const [, offset] = /position (\d+)/.exec(parsed.message) ?? [];
    const at = offset === undefined ? text.length : Number(offset);
    return problem(at, 'the baseline is damaged: it is not JSON');
  }
  const fields = asRecord(parsed);
  const version = fields['schemaVersion'];
  if (version !== baselineSchemaVersion) {
    const what = version === undefined ? 'no schemaVersion' : `schemaVersion ${String(version)}`;
    const expected = `this kubeclock reads schemaVersion ${baselineSchemaVersion}`;
    return problem(offsetOf(text, 'schemaVersion'), `the baseline has ${what}; ${expected}`);
  }
  const { scenario, seed, traceHash } = fields;
  for (const [name, value] of Object.entries({ scenario, seed, traceHash })) {
    if (typeof value !== 'string') {
      return problem(offsetOf(text, name), `the baseline is damaged: ${name} is no text`);
    }
  }
  const figures = Object.entries(asRecord(fields['figures']));
  const bad = figures.find(([, value]) => typeof value !== 'number');
  if (bad !== undefined || figures.length === 0) {
    const name = bad?.[0] ?? 'figures';
    return problem(offsetOf(text, name), `the baseline is damaged: ${name} is no number`);
  }
  const details = unpacked(fields['details']);
  if (details === undefined) {
    return problem(offsetOf(text, 'details'), 'the baseline is damaged: details cannot be read');
  }
  return {
    scenario: String(scenario),
    seed: String(seed),
    traceHash: String(traceHash),
    figures: new Map(figures as [string, number][]),
    input: new Map(Object.entries(details.input)),
    paths: details.paths,
    landmarks: landmarksOf(details),
  };
}

const renew = { expected: 'a file that kubeclock check --update has written; let it write anew' };

function detailsOf({ input, paths, landmarks }: Baseline): Details {
  const kinds = [...new Set(landmarks.map(({ kind }) => kind))];
  const numbers = new Map(kinds.map((kind, number) => [kind, number]));
  return {
    input: Object.fromEntries(input),
    paths,
    kinds,
    index: differences(landmarks.map(({ index }) => index)),
    time: differences(landmarks.map(({ time }) => time)),
    kind: landmarks.map(({ kind }) => numbers.get(kind) ?? 0),
    target: landmarks.map(({ target }) => target),
    occurrence: landmarks.map(({ occurrence }) => occurrence),
    before: Buffer.from(Uint16Array.from(landmarks, ({ before }) => before).buffer).toString(
      'base64',
    ),
  };
}

function landmarksOf({ kinds, kind, target, occurrence, ...rest }: Details): readonly Landmark[] {
  const index = sums(rest.index);
  const time = sums(rest.time);
  const before = Buffer.from(rest.before, 'base64');
  return index.map((place, i) => ({
    index: place,
    time: time[i] as number,
    kind: kinds[kind[i] as number] as string,
    target: target[i] as number,
    occurrence: occurrence[i] as number,
    before: before.readUInt16LE(2 * i),
  }));
}

function packed(details: Details): string {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  return brotliCompressSync(JSON.stringify(details), options).toString('base64');
}

/** Undefined for anything that `packed` did not write. */
function unpacked(text: unknown): Details | undefined {
  if (typeof text !== 'string') return undefined;
  let details: Partial<Details>;
  try {
    details = asRecord(
      JSON.parse(brotliDecompressSync(Buffer.from(text, 'base64')).toString('utf8')),
    );
  } catch {
    // Cut short or changed: what is wrong with it does not help anybody.
    return undefined;
  }
  const { input, paths, kinds, index, before, ...columns } = details;
  const lengths = Object.values(columns).map((column) => column.length);
  const isSound =
    input !== undefined &&
    paths !== undefined &&
    kinds !== undefined &&
    lengths.length === 4 &&
    lengths.every((length) => length === index?.length) &&
    Buffer.from(before ?? '', 'base64').length === 2 * (index?.length ?? 0);
  return isSound ? (details as Details) : undefined;
}

function differences(values: readonly number[]): readonly number[] {
  return values.map((value, i) => value - (values[i - 1] ?? 0));
}

function sums(values: readonly number[]): readonly number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

/** Where a field stands; the beginning when it does not. */
function offsetOf(text: string, field: string): number {
  return Math.max(0, text.indexOf(`"${field}"`));
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
