// What `check` found by the Test Anything Protocol, version 14: a point for every comparison with a
// baseline and for every threshold.
//
// Source: testanything.org, "TAP 14 specification".
import { stableJson } from '../stable-json.js';
import { type CheckReport, headline, isBadBaseline } from './check-report.js';
import { findings } from './difference-text.js';
import { thresholdText } from './threshold-text.js';

/** The text. */
export function tapReport({ scenarios }: CheckReport): string {
  const points = scenarios.flatMap((scenario) => {
    const { name, file, line, difference, thresholds } = scenario;
    const causes = difference === undefined ? [] : findings(difference);
    return [
      {
        isOk: !isBadBaseline(scenario),
        name: `${name}: ${headline(scenario)}`,
        notes: {
          at: `${file}:${line}`,
          ...Object.fromEntries(causes.map(({ title, lines }) => [title, lines])),
        },
      },
      ...thresholds.map((row) => ({
        isOk: row.ok || row.level === 'warn',
        name: `${name}: ${thresholdText(row)}`,
        notes: { at: `${file}:${row.line}` },
      })),
    ];
  });
  const lines = points.flatMap(({ isOk, name, notes }, index) => {
    const point = `${isOk ? 'ok' : 'not ok'} ${index + 1} - ${escaped(name)}`;
    // JSON is YAML, which is what a block of diagnostics holds.
    const block = stableJson(notes)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`);
    return isOk ? [point] : [point, '  ---', ...block, '  ...'];
  });
  return `${['TAP version 14', `1..${points.length}`, ...lines].join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\#]/g, '\\$&');
}
