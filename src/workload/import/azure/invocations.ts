/**
 * The requests that the files of Microsoft Azure's public traces hold, whichever of three forms
 * these have: requests to language models (2023), invocations of functions with their ends (2021),
 * and counts of invocations a minute with durations and memory beside them (2019).
 *
 * Source: github.com/Azure/AzurePublicDataset; the durations of 2019 are in milliseconds, those of
 * 2021 in seconds.
 */

import type { Problem } from '../../../api/problem.js';
import { type CsvRow, CsvTable, headerOf } from '../csv-table.js';
import type { ImportNotes } from '../import-notes.js';
import type { ImportFile } from '../importer.js';
import { azureConstants } from './constants.js';

/** Requests of one kind, in order of time. */
export interface Invocations {
  readonly title: string;
  readonly memoryMebibytes: number;
  /** Since the beginning of the trace, and for how long each runs; seconds. */
  readonly requests: readonly { readonly atSeconds: number; readonly runSeconds: number }[];
}

/** The forms by columns that only they have. */
const forms = {
  languageModel: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  ended: ['func', 'end_timestamp', 'duration'],
  counted: ['HashFunction', 'Trigger', '1'],
  durations: ['HashFunction', 'Average', 'percentile_Average_50'],
  memory: ['HashFunction', 'AverageAllocatedMb'],
} as const;

type Form = keyof typeof forms;

/** Which of the files of the traces a file is, by its header. */
export function formOf(file: ImportFile): Form | undefined {
  const columns = headerOf(file);
  return (Object.keys(forms) as Form[]).find((form) =>
    forms[form].every((name) => columns.includes(name)),
  );
}

/** Everything that the files ask for; `minutes`: of files of counts, from their beginning. */
export function invocationsOf(
  files: readonly ImportFile[],
  minutes: number,
  notes: ImportNotes,
  problems: Problem[],
): readonly Invocations[] {
  const tables = files.map((file) => ({ form: formOf(file), table: new CsvTable(file, problems) }));
  const ofForm = (form: Form): readonly CsvTable[] =>
    tables.flatMap((each) => (each.form === form ? [each.table] : []));
  const durations = valuesOf(ofForm('durations'), 'Average');
  const memory = valuesOf(ofForm('memory'), 'AverageAllocatedMb');
  return [
    ...ofForm('languageModel').map((table) => languageModelRequests(table)),
    ...ofForm('ended').map((table) => endedInvocations(table)),
    ...ofForm('counted').flatMap((table) =>
      table.rows.map((row, index) => {
        const name = row.text('HashFunction');
        if (!durations.has(name)) notes.add('{count} functions without a duration run for 1 s.');
        return {
          title: `function-${index}`,
          memoryMebibytes: memory.get(name) ?? azureConstants.functionMemoryMebibytes,
          requests: counted(row, minutes, (durations.get(name) ?? 1_000) / 1_000),
        };
      }),
    ),
  ];
}

function valuesOf(tables: readonly CsvTable[], column: string): ReadonlyMap<string, number> {
  const rows = tables.flatMap((table) => table.rows);
  return new Map(rows.map((row) => [row.text('HashFunction'), row.number(column)]));
}

/** `2023-11-16 18:17:03.9799600`: seven decimals, of which a microsecond keeps six. */
const timestamp = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d(?:\.\d+)?)$/;

function languageModelRequests(table: CsvTable): Invocations {
  const { promptTokensPerSecond, generatedTokensPerSecond } = azureConstants;
  let first: number | undefined;
  let before = 0;
  const requests = table.rows.map((row) => {
    const text = row.text('TIMESTAMP');
    const seconds = secondsOf(text);
    if (seconds === undefined) {
      row.refuse('TIMESTAMP', `"${text}" is no time`, 'such as 2023-11-16 18:17:03.9799600');
    }
    first ??= seconds;
    const atSeconds = Math.max(0, (seconds ?? 0) - (first ?? 0));
    if (seconds !== undefined && seconds < before) {
      row.refuse('TIMESTAMP', `${text} comes after a later time`, 'rows in order of time');
    }
    before = Math.max(before, seconds ?? 0);
    const prompt = row.number('ContextTokens') / promptTokensPerSecond;
    return {
      atSeconds,
      runSeconds: prompt + row.number('GeneratedTokens') / generatedTokensPerSecond,
    };
  });
  return {
    title: 'request',
    memoryMebibytes: azureConstants.functionMemoryMebibytes,
    requests,
  };
}

function secondsOf(text: string): number | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as number[];
  const days = daysBefore(year ?? 0, month ?? 1) + (day ?? 1);
  return days * 86_400 + (hour ?? 0) * 3_600 + (minute ?? 0) * 60 + (second ?? 0);
}

/** Days from the beginning of the calendar to a month, as Gregory's calendar counts. */
function daysBefore(year: number, month: number): number {
  const y = month > 2 ? year : year - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const ofMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1] ?? 0;
  return year * 365 + leaps + ofMonth;
}

/** A request began when it ended, less what it took. Rows are in order of their ends, or in none. */
function endedInvocations(table: CsvTable): Invocations {
  const requests = table.rows.map((row) => {
    const runSeconds = row.number('duration');
    const end = row.number('end_timestamp');
    const atSeconds = end - runSeconds;
    if (atSeconds < 0) {
      const message = `it took ${runSeconds} s and ended at ${end} s, so it began before the trace`;
      row.refuse('duration', message, 'at most end_timestamp');
    }
    return { atSeconds: Math.max(0, atSeconds), runSeconds, line: row.line };
  });
  return {
    title: 'invocation',
    memoryMebibytes: azureConstants.functionMemoryMebibytes,
    requests: requests.sort((a, b) => a.atSeconds - b.atSeconds || a.line - b.line),
  };
}

/** The invocations of a minute are spread evenly over it. */
function counted(row: CsvRow, minutes: number, runSeconds: number): Invocations['requests'] {
  return Array.from({ length: minutes }, (_, minute) => {
    if (row.text(`${minute + 1}`) === '') return [];
    const count = row.number(`${minute + 1}`);
    return Array.from({ length: count }, (_each, index) => ({
      atSeconds: minute * 60 + ((index + 0.5) * 60) / count,
      runSeconds,
    }));
  }).flat();
}
