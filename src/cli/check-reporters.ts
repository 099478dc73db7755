/**
 * Which reports `check` writes, and where they go.
 */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { didYouMean } from '../api/did-you-mean.js';
import type { CheckReport } from '../report/check/check-report.js';
import { consoleReport } from '../report/check/console.js';
import { githubAnnotations } from '../report/check/github.js';
import { jsonReport } from '../report/check/json.js';
import { junitReport } from '../report/check/junit.js';
import { markdownReport } from '../report/check/markdown.js';
import { tapReport } from '../report/check/tap.js';
import { UsageError } from './exit-code.js';
import { type GlobalArguments, single } from './options.js';
import type { Terminal } from './terminal.js';

const names = ['console', 'junit', 'github', 'markdown', 'json', 'tap'] as const;

/** Name of a reporter. */
export type ReporterName = (typeof names)[number];

/** A report that is asked for. */
export interface Reporter {
  readonly name: ReporterName;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

interface ReporterArguments extends GlobalArguments {
  readonly reporter?: string | readonly string[];
}

/**
 * The reporters of the command line, in their order; `console` when none is named.
 *
 * @throws UsageError for an unknown one, and for two that would mix on stdout.
 */
export function reportersOf({ reporter = [], output, json }: ReporterArguments): Reporter[] {
  const format = json === true ? 'json' : single('output', output);
  if (format !== undefined && format !== 'json' && format !== 'table') {
    throw new UsageError(`-o ${format}: the format is json or table; see --reporter for others.`);
  }
  const given = typeof reporter === 'string' ? [reporter] : reporter;
  const reporters = given.map(reporterOf);
  if (format === 'json') reporters.push({ name: 'json', file: undefined });
  if (reporters.length === 0) reporters.push({ name: 'console', file: undefined });
  // Annotations are lines that GitHub picks out of any output.
  const onOutput = reporters.filter(({ name, file }) => file === undefined && name !== 'github');
  if (onOutput.length > 1) {
    const both = onOutput.map(({ name }) => name).join(' and ');
    throw new UsageError(`${both} would mix on stdout: write --reporter NAME=FILE.`);
  }
  return reporters;
}

function reporterOf(text: string): Reporter {
  const [word = '', ...rest] = text.split('=');
  const name = names.find((each) => each === word);
  const file = rest.length === 0 ? undefined : rest.join('=');
  if (name !== undefined && file !== '') return { name, file };
  if (name !== undefined) throw new UsageError(`--reporter ${text}: name the file behind the =.`);
  const near = didYouMean(word, names);
  const hint = near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`--reporter ${text}: there is no such reporter; ${hint}.`);
}

/** Writes all reports. @throws Error of the file system. */
export function writeReports(
  report: CheckReport,
  reporters: readonly Reporter[],
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const { name, file } of reporters) {
    const text = textOf(name, report, terminal, file === undefined);
    if (file === undefined) {
      terminal.out.write(text);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const summary = env['GITHUB_STEP_SUMMARY'];
    if (name === 'github' && summary !== undefined && summary !== '') {
      appendFileSync(summary, markdownReport(report));
    }
  }
}

const plain = (text: string): string => text;
const noColors = { red: plain, green: plain, yellow: plain, dim: plain };

function textOf(
  name: ReporterName,
  report: CheckReport,
  { width, outColors }: Terminal,
  isTerminal: boolean,
): string {
  switch (name) {
    case 'console':
      return consoleReport(report, width, isTerminal ? outColors : noColors);
    case 'junit':
      return junitReport(report);
    case 'github':
      return githubAnnotations(report);
    case 'markdown':
      return markdownReport(report);
    case 'json':
      return jsonReport(report);
    case 'tap':
      return tapReport(report);
  }
}
