// What `check` found as Markdown: a comment on a pull request, the step summary of a workflow. Cut
// off well below the size that GitHub takes.
import { escapeHtml } from '../html/markup.js';
import { type CheckedScenario, type CheckReport, headline, isBad, totals } from './check-report.js';
import { findings, moveCells } from './difference-text.js';
import { thresholdText } from './threshold-text.js';

/** Characters; a comment on GitHub takes 65,536. */
const mostCharacters = 60_000;

/** Rows of a table of figures; the JSON report has them all. */
const mostRows = 40;

/** The text. */
export function markdownReport(report: CheckReport): string {
  const { scenarios } = report;
  const bad = scenarios.filter(isBad);
  const rows = scenarios.map(
    (each) => `| ${isBad(each) ? '❌' : '✅'} | ${cell(each.name)} | ${cell(headline(each))} |`,
  );
  const head = [
    `### kubeclock check: ${totals(report)}`,
    '',
    '| | scenario | |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  let text = `${head}\n`;
  const isWorthTelling = (each: CheckedScenario): boolean =>
    each.status !== 'same' && each.difference !== undefined;
  const told = scenarios.filter((each) => bad.includes(each) || isWorthTelling(each));
  for (const [index, each] of told.entries()) {
    const section = sectionOf(each);
    if (text.length + section.length > mostCharacters) {
      return `${text}\n… and ${told.length - index} more scenarios.\n`;
    }
    text += section;
  }
  return text;
}

function sectionOf(scenario: CheckedScenario): string {
  const { name, file, difference, thresholds } = scenario;
  const failed = thresholds.filter(({ ok }) => !ok);
  const lines = [
    `<details${isBad(scenario) ? ' open' : ''}><summary><b>${plain(name)}</b> (${plain(file)})</summary>`,
    '',
    ...failed.map((row) => `- threshold: ${cell(thresholdText(row))}`),
    ...(difference === undefined ? [] : findings(difference)).flatMap((finding) => [
      `- **${finding.title}**`,
      ...finding.lines.map((line) => `  - ${cell(line)}`),
    ]),
  ];
  const figures = difference?.figures ?? [];
  if (figures.length > 0) {
    const rows = figures
      .slice(0, mostRows)
      .map((move) => `| ${moveCells(move).map(cell).join(' | ')} |`);
    lines.push(
      '',
      '| figure | baseline | now | difference | |',
      '|---|---:|---:|---:|---|',
      ...rows,
    );
    const left = figures.length - mostRows;
    if (left > 0) lines.push('', `… and ${left} more figures.`);
  }
  return `${[...lines, '', '</details>', ''].join('\n')}\n`;
}

/** Text inside a table or a list: nothing in it is markup. */
function cell(text: string): string {
  return plain(text).replaceAll(/([\\`*_{}[\]|~])/g, '\\$1');
}

/** Text on one line that is no HTML. */
function plain(text: string): string {
  return escapeHtml(text.replaceAll(/\s+/g, ' '));
}
