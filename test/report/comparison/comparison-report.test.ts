import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { compareRuns, type PolicyRuns } from '../../../src/experiment/compare/comparison.js';
import { measures } from '../../../src/experiment/compare/measures.js';
import type { ComparisonResult } from '../../../src/experiment/compare/replicate.js';
import { comparisonFiles } from '../../../src/report/comparison/comparison-files.js';
import { comparisonTable } from '../../../src/report/comparison/comparison-report.js';
import { expectGolden } from '../golden.js';

const about = { scenario: 'shop', modelVersion: '0.1.0' };

/** Values by measure; what is not named is the same in all runs. */
function policy(name: string, changed: Readonly<Record<string, (seed: number) => number>>) {
  return {
    name,
    replications: Array.from({ length: 10 }, (_, seed) => ({
      seed: String(seed),
      traceHash: `${name}${seed}`,
      values: measures.map((measure, i) => changed[measure.name]?.(seed) ?? 10 * (i + 1)),
    })),
  };
}

function resultOf(...runs: readonly PolicyRuns[]): ComparisonResult {
  return { measures, runs, rows: compareRuns(runs), isPartial: false };
}

const result = resultOf(
  policy('default', { pods_preempted: () => 0 }),
  policy('packed', {
    pod_startup_p50_seconds: (seed) => 24 + (seed % 3) / 10,
    pods_preempted: (seed) => 1 + (seed % 2),
    nodes_in_use: () => 40,
    convergence_seconds: () => Number.NaN,
    api_requests: (seed) => 150 + (seed % 2 === 0 ? 4 : -3),
  }),
);
const files = comparisonFiles(result, about);
const text = comparisonTable(result, about);

describe('the table of a comparison', () => {
  test('is what it was', () => expectGolden('comparison.txt', text));

  test('shows a difference with its interval, its sign, and how sure it is', () => {
    const line = text.split('\n').find((each) => each.includes('pod_startup_p50_seconds'));
    expect(line).toMatch(/30\.0 s +24\.1 s +-19\.7 % ✓ +\[-19\.9 % to -19\.5 %\] p=0\.008 n=10/);
  });

  test('says ~ where nothing is shown, and the amount where a share has no meaning', () => {
    expect(text).toMatch(/pod_startup_p99_seconds .* ~ {2}p=1\.000 n=10/);
    expect(text).toMatch(/pods_preempted +0 +1\.50 +\+1\.50 ✗/);
  });

  test('says that there is nothing to pair', () => {
    expect(text).toMatch(/convergence_seconds .* no sample +no pairs/);
  });

  test('says that so few seeds show nothing', () => {
    const few = result.runs.map((runs) => ({
      ...runs,
      replications: runs.replications.slice(0, 4),
    }));
    expect(comparisonTable(resultOf(...few), about)).toMatch(/fewer than \d+ seeds nothing/);
    expect(text).not.toContain('nothing can be shown');
  });

  test('has no difference to show of one policy alone', () => {
    expect(comparisonTable(resultOf(policy('only', {})), about)).toContain('only');
  });

  test('lets no name of a policy move the cursor', () => {
    const hostile = resultOf(policy('a\u001b[2J', {}), policy('b\nc', {}));
    const shown = comparisonTable(hostile, about);
    expect(shown.includes('\u001b')).toBe(false);
    expect(shown).not.toContain('b\nc');
  });
});

describe('the files of a comparison', () => {
  test.each(['comparison.csv', 'comparison.md', 'comparison.json'])('%s is what it was', (name) => {
    expectGolden(name, files.get(name) as string);
  });

  test('comparison.csv is read back with a row a measure and policy', () => {
    const rows: Record<string, string>[] = parse(files.get('comparison.csv') as string, {
      columns: true,
    });
    expect(rows).toHaveLength(2 * measures.length);
    const found = rows.find(
      ({ measure, policy: name }) => measure === 'nodes_in_use' && name === 'packed',
    );
    expect(found).toMatchObject({ median: '40', effect_size: '', verdict: 'different' });
  });

  test('runs.csv has every run', () => {
    const rows: Record<string, string>[] = parse(files.get('runs.csv') as string, {
      columns: true,
    });
    expect(rows).toHaveLength(2 * 10 * measures.length);
    expect(rows[0]).toMatchObject({ policy: 'default', seed: '0', trace_hash: 'default0' });
  });

  test('comparison.json holds no infinity and no NaN', () => {
    const json = JSON.parse(files.get('comparison.json') as string);
    expect(json).toMatchObject({ schemaVersion: 1, kind: 'Comparison', partial: false });
    expect(json.measures).toHaveLength(measures.length);
    expect(json.seeds).toHaveLength(10);
  });

  test('are the same bytes for the same runs', () => {
    expect([...comparisonFiles(resultOf(...result.runs), about)]).toEqual([...files]);
  });
});
