/**
 * `kubeclock conformance scheduler DIR`: replays recorded decisions of kube-scheduler against the
 * scheduler of the simulator.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import {
  type FamilyResult,
  type RecordingSource,
  runConformance,
} from '../experiment/conformance/conformance.js';
import type { Json } from '../experiment/conformance/recording.js';
import { alignRows, clip } from '../report/text-table.js';
import { kindOf } from '../scenario/files.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { type GlobalArguments, outputFormat } from './options.js';
import { recordedFilesIn } from './recorded-files.js';
import type { Terminal } from './terminal.js';

export interface ConformanceArguments extends GlobalArguments {
  readonly subject: string;
  readonly folder: string;
  /** Folder of the manifests that sequences name. */
  readonly inputs?: string;
  /** A family, or the id of a case. */
  readonly only?: string;
}

/** What is replayed, and how much of a value a message shows. */
const subjects: readonly string[] = ['scheduler'];
const shownLength = 300;

/** The recordings below `folder`. @throws UsageError when it is no folder. */
export function recordingsIn(folder: string, inputs: string | undefined): RecordingSource {
  return {
    ...recordedFilesIn(folder),
    readInput: (name) => {
      const path = join(inputs ?? '', name);
      return inputs !== undefined && kindOf(path) === 'file'
        ? readFileSync(path, 'utf8')
        : undefined;
    },
  };
}

/**
 * Replays and reports; a failed case is exit code 1.
 *
 * @throws UsageError when nothing is selected.
 */
export function conformanceCommand(
  args: ConformanceArguments,
  terminal: Terminal,
  corpus: string | undefined,
): ExitCode {
  const { subject, folder, inputs, only } = args;
  if (!subjects.includes(subject)) {
    throw new UsageError(`conformance ${subject}: what can be replayed is ${subjects.join(', ')}.`);
  }
  const format = outputFormat(args);
  const inputFolder = inputs ?? (corpus === undefined ? undefined : join(corpus, 'kubesbs'));
  const { err, isQuiet } = terminal;
  const results = runConformance(recordingsIn(folder, inputFolder), {
    registry,
    ...(only !== undefined && { only }),
    onFamily: ({ family }) => {
      if (!isQuiet && format === 'table' && err.isTTY === true) err.write(`${family}\n`);
    },
  });
  if (results.length === 0) {
    const what = only === undefined ? 'no recordings' : `nothing named "${only}"`;
    throw new UsageError(`${folder} holds ${what}.`);
  }
  terminal.out.write(format === 'json' ? jsonLines(results) : table(results, terminal));
  return results.every(({ failed }) => failed === 0) ? exitCode.ok : exitCode.checkFailed;
}

function total(results: readonly FamilyResult[], name: 'passed' | 'failed' | 'skipped'): number {
  return results.reduce((sum, result) => sum + result[name], 0);
}

function jsonLines(results: readonly FamilyResult[]): string {
  const lines: object[] = results.map((result) => {
    const { family, passed, failed, skipped, firstFailure } = result;
    return {
      name: `conformance/scheduler/${family}`,
      value: passed,
      unit: 'cases',
      target: passed + failed,
      ok: failed === 0,
      failed,
      skipped,
      ...(firstFailure !== undefined && { firstFailure }),
    };
  });
  lines.push({
    passed: total(results, 'passed'),
    failed: total(results, 'failed'),
    skipped: total(results, 'skipped'),
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function table(results: readonly FamilyResult[], { outColors, width }: Terminal): string {
  const rows = results.map(({ family, passed, failed, skipped }) => [
    family,
    ...[passed, failed, skipped].map(String),
  ]);
  const sums = (['passed', 'failed', 'skipped'] as const).map((name) =>
    String(total(results, name)),
  );
  const header = ['FAMILY', 'PASSED', 'FAILED', 'SKIPPED'];
  const lines = alignRows([header, ...rows, ['total', ...sums]], { align: 'lrrr', width });
  const details = results.flatMap((result) => [
    ...failureLines(result, outColors.red),
    ...(result.skipped > 0 ? [`${result.family}: skipped because ${result.skipReason}`] : []),
  ]);
  return [...lines, ...(details.length > 0 ? ['', ...details] : [])]
    .map((line) => `${line}\n`)
    .join('');
}

function failureLines(
  { firstFailure }: FamilyResult,
  paint: (text: string) => string,
): readonly string[] {
  if (firstFailure === undefined) return [];
  const { id, field, expected, got } = firstFailure;
  return [`${paint(id)}: ${field}`, `  expected: ${shown(expected)}`, `  got:      ${shown(got)}`];
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : clip(JSON.stringify(value), shownLength);
}
