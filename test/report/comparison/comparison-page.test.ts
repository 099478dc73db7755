// The page of a comparison: what it says without scripts, and that names stay names.
import { expect, test } from 'vitest';
import { compareRuns } from '../../../src/experiment/compare/comparison.js';
import { measures } from '../../../src/experiment/compare/measures.js';
import type { ComparisonResult } from '../../../src/experiment/compare/replicate.js';
import { comparisonPage } from '../../../src/report/comparison/comparison-page.js';

function policy(name: string, unscheduled: (seed: number) => number) {
  return {
    name,
    replications: Array.from({ length: 8 }, (_, seed) => ({
      seed: String(seed),
      traceHash: `${name.length}${seed}`,
      values: measures.map((each) => (each.name === 'pods_unscheduled' ? unscheduled(seed) : 4)),
    })),
  };
}

const runs = [policy('spread', (seed) => 20 + seed), policy('<b>packed', (seed) => 10 + seed)];
const result: ComparisonResult = { measures, runs, rows: compareRuns(runs), isPartial: false };
const pareto = ['pods_unscheduled', 'api_requests'];
const page = comparisonPage(result, { scenario: 'shop', modelVersion: '0.1.0', pareto });

test('every measure is in a table, with what has changed', () => {
  expect(page).toContain('<th scope="row">pods_unscheduled</th>');
  expect(page).toContain('<th scope="row">memory_allocation_ratio</th>');
  expect(page).toMatch(/-42\.6 % ✓/);
});

test('a difference is drawn with its interval, one that is none is not', () => {
  const bars = page.match(/<line class="interval"/g) ?? [];
  expect(bars).toHaveLength(1);
  expect(page).toMatch(/pods_unscheduled: -42\.6 % \(-42\.6 % to -42\.6 %\), better/);
});

test('the front of policies is told in words too', () => {
  expect(page).toContain('Pareto front');
  expect(page.match(/<td>(yes|no)<\/td>/g)).toEqual(['<td>no</td>', '<td>yes</td>']);
  const without = comparisonPage(result, { scenario: 'shop', modelVersion: '0.1.0' });
  expect(without).not.toContain('Pareto front');
});

test('names are text, and nothing is loaded from elsewhere', () => {
  expect(page).not.toContain('<b>packed');
  expect(page).toContain('&lt;b&gt;packed');
  expect(page).not.toMatch(/(?:src|href)="(?!#)/);
});
