// What `check` found, for a terminal: a line on each scenario that is well, everything about the
// others.
import { alignRows, besideHead, printable } from '../text-table.js';
import { type CheckedScenario, type CheckReport, headline, isBad, totals } from './check-report.js';
import { findings, moveCells } from './difference-text.js';
import { thresholdText } from './threshold-text.js';

/** How words are set off; every function returns its text as wide as it was. */
export interface Paint {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** The text, in lines of at most `width`; tables of figures are never cut. */
export function consoleReport(report: CheckReport, width: number, paint: Paint): string {
  const lines = report.scenarios.flatMap((each) => scenarioLines(each, width, paint));
  return `${[...lines, totals(report)].join('\n')}\n`;
}

function scenarioLines(scenario: CheckedScenario, width: number, paint: Paint): readonly string[] {
  const { difference, thresholds, status } = scenario;
  const hasWarning = thresholds.some(({ ok }) => !ok);
  const word = isBad(scenario)
    ? paint.red('FAIL')
    : hasWarning
      ? paint.yellow('warn')
      : paint.green('ok  ');
  const text = printable(`${scenario.name} (${scenario.file}): ${headline(scenario)}`);
  const [first = '', ...rest] = besideHead('      ', text, width);
  return [
    `${word}${first.slice(4)}`,
    ...rest,
    ...(difference === undefined || status === 'same' ? [] : differenceLines(difference, width)),
    ...thresholds
      .filter(({ ok }) => !ok)
      .flatMap((row) => besideHead('      threshold: ', thresholdText(row), width)),
  ];
}

function differenceLines(
  difference: NonNullable<CheckedScenario['difference']>,
  width: number,
): readonly string[] {
  const found = findings(difference).flatMap(({ title, lines }) => [
    `      ${title}:`,
    ...lines.flatMap((line) => besideHead('        ', printable(line), width)),
  ]);
  if (difference.figures.length === 0) return found;
  const rows = [
    ['figure', 'baseline', 'now', 'difference', ''],
    ...difference.figures.map((move) => [...moveCells(move)]),
  ];
  const table = alignRows(rows, { align: 'lrrrl', width: Number.MAX_SAFE_INTEGER });
  return [...found, ...table.map((line) => `      ${line}`.trimEnd())];
}
