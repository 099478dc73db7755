// What `check` found as JUnit XML, in the form of Ant and Jenkins: a suite for every scenario, a
// case for the comparison with its baseline and for every threshold.
import { escapeHtml } from '../html/markup.js';
import { type CheckedScenario, type CheckReport, headline, isBadBaseline } from './check-report.js';
import { findings, moveCells } from './difference-text.js';
import { thresholdText } from './threshold-text.js';

/** A test case; `failure` is undefined when it has passed. */
interface Case {
  readonly name: string;
  readonly line: number;
  readonly failure: { readonly message: string; readonly text: string } | undefined;
  /** The run itself has failed: an error, not a failure. */
  readonly isError: boolean;
  /** Told beside a case that has passed. */
  readonly note: string;
}

/** The text of the file. */
export function junitReport({ scenarios }: CheckReport): string {
  const suites = scenarios.map((scenario) => ({ scenario, cases: casesOf(scenario) }));
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubeclock check" ${counts(all)}>`,
    ...suites.flatMap(({ scenario, cases }) => suiteLines(scenario, cases)),
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(cases: readonly Case[]): string {
  const bad = cases.filter(({ failure }) => failure !== undefined);
  const errors = bad.filter(({ isError }) => isError).length;
  return `tests="${cases.length}" failures="${bad.length - errors}" errors="${errors}"`;
}

function suiteLines({ name, file, seed }: CheckedScenario, cases: readonly Case[]): string[] {
  return [
    `  <testsuite name="${attribute(name)}" ${counts(cases)} skipped="0">`,
    `    <properties><property name="seed" value="${attribute(seed)}"/></properties>`,
    ...cases.flatMap((each) => caseLines(each, name, file)),
    '  </testsuite>',
  ];
}

function caseLines(
  { name, line, failure, isError, note }: Case,
  suite: string,
  file: string,
): string[] {
  const head =
    `    <testcase classname="kubeclock.${attribute(suite)}" name="${attribute(name)}" ` +
    `file="${attribute(file)}" line="${line}"`;
  if (failure === undefined) {
    return note === ''
      ? [`${head}/>`]
      : [`${head}>`, `      <system-out>${content(note)}</system-out>`, '    </testcase>'];
  }
  const element = isError ? 'error' : 'failure';
  const message = attribute(failure.message);
  return [
    `${head}>`,
    `      <${element} message="${message}" type="${element}">${content(failure.text)}</${element}>`,
    '    </testcase>',
  ];
}

function casesOf(scenario: CheckedScenario): readonly Case[] {
  const { line, status, thresholds } = scenario;
  const text = headline(scenario);
  const details = detailsText(scenario);
  const isWell = !isBadBaseline(scenario);
  return [
    {
      name: 'baseline',
      line,
      failure: isWell ? undefined : { message: text, text: details },
      isError: status === 'failed' || status === 'stopped',
      note: status === 'same' ? '' : [text, details].join('\n').trim(),
    },
    ...thresholds.map((row): Case => {
      const message = thresholdText(row);
      const isBad = !row.ok && row.level === 'error';
      return {
        name: `${row.metric}: ${row.expression}`,
        line: row.line,
        failure: isBad ? { message, text: message } : undefined,
        isError: false,
        note: row.ok ? '' : message,
      };
    }),
  ];
}

/** Everything about the difference as lines of text. */
function detailsText({ difference, message }: CheckedScenario): string {
  if (difference === undefined) return message;
  return [
    ...findings(difference).flatMap(({ title, lines }) => [
      `${title}:`,
      ...lines.map((line) => `  ${line}`),
    ]),
    ...difference.figures.map((move) => {
      const [figure, before, after, by, verdict] = moveCells(move);
      return `${figure}: ${before} -> ${after}, ${by} ${verdict}`;
    }),
  ].join('\n');
}

/** Text of an element; XML has no place for most control characters. */
function content(text: string): string {
  const kept = [...text].map((sign) => (sign !== '\n' && noXml.test(sign) ? '\ufffd' : sign));
  return escapeHtml(kept.join(''));
}

const noXml = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;

function attribute(text: string): string {
  return content(text.replaceAll(/\s+/g, ' '));
}
