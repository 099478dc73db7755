import { describe, expect, test } from 'vitest';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { sweepPage } from '../../../src/report/sweep/sweep-page.js';
import { examplePlan, exampleRecords } from '../../experiment/sweep/example-sweep.js';
import { assets } from '../assets.js';

const result = sweepResult(examplePlan, exampleRecords());
const page = sweepPage(result, [], assets);
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('report.html of a sweep', () => {
  test('has a plot of every measure in which cells differ, and a row of the table for each', () => {
    expect(count(page, '<figure class="js-plot">')).toBe(1);
    expect(page).toContain('<figcaption>pod_startup_p99_seconds</figcaption>');
    expect(count(page, '<tr><th scope="row">')).toBe(4 + 2);
    expect(page).toContain('3.88 s');
  });

  test('draws the measures that are asked for instead', () => {
    const asked = sweepPage(result, ['nodes_in_use'], assets);
    expect(asked).toContain('<figcaption>nodes_in_use</figcaption>');
    expect(asked).not.toContain('<figcaption>pod_startup');
  });

  test('compares cells by bars when no parameter is a number', () => {
    const cells = examplePlan.cells.filter(({ values }) => values[1] === '2');
    const named = sweepResult({ ...examplePlan, cells }, exampleRecords());
    const bars = sweepPage(named, [], assets);
    expect(bars).not.toContain('<figure');
    expect(bars).toContain('<th scope="row">disk=hdd nodePools[0].count=2</th>');
    expect(count(bars, '<svg class="meter"')).toBe(4);
    expect(bars).toMatch(
      /<rect width="100%" height="100%"\/><\/svg>\s*<span class="share">3\.88 s/,
    );
  });

  test('names cells that were not run', () => {
    expect(page).toContain('<li>disk=hdd nodePools[0].count=1: no such disk</li>');
    expect(page).not.toContain('Not every run was made');
    const partial = sweepPage(sweepResult(examplePlan, new Map()), ['nodes_in_use'], assets);
    expect(partial).toContain('Not every run was made');
    expect(partial).not.toContain('<figure');
  });

  test('begins with what a search has found', () => {
    const search = {
      goal: { direction: 'max', name: 'nodePools[0].count', values: ['1', '2'] },
      conditions: [{ measure: 'nodes_in_use', comparison: '<=', bound: 4 }],
      bases: [['nvme']],
      measures: examplePlan.measures,
    } as const;
    const found = sweepPage(sweepResult(examplePlan, exampleRecords(), search), [], assets);
    expect(found).toContain(
      '<p>Largest nodePools[0].count with nodes_in_use&lt;=4 in all of 3 runs:',
    );
    expect(found).toContain('<strong>disk=nvme: 2, the end of 1 to 2');
    expect(found).toContain('<td class="n">3 of 3</td>');
  });

  test('needs nothing from elsewhere, and takes no markup from names', () => {
    const plan = { ...examplePlan, scenario: '<script>alert(1)</script>' };
    const hostile = sweepPage(sweepResult(plan, exampleRecords()), [], assets);
    expect(hostile).not.toContain('<script>alert');
    expect(hostile).toContain('&lt;script&gt;alert(1)');
    expect(hostile).toContain('default-src &#39;none&#39;');
    expect(/(?:src|href)="(?!#)/.exec(hostile)).toBeNull();
  });
});
