// The pages of comparisons and of sweeps in a real browser; left out where there is none.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/experiment/compare/comparison.js';
import { measures } from '../../../src/experiment/compare/measures.js';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { comparisonPage } from '../../../src/report/comparison/comparison-page.js';
import { sweepPage } from '../../../src/report/sweep/sweep-page.js';
import { examplePlan, exampleRecords } from '../../experiment/sweep/example-sweep.js';
import { assets } from '../assets.js';
import { axeFindings, hasBrowser, launchBrowser, openPage } from './open-page.js';

/** Runs of a policy in which every measure differs from seed to seed, and by so much in all. */
const runsOf = (name: string, more: number) => ({
  name,
  replications: Array.from({ length: 8 }, (_, seed) => ({
    seed: `${seed}`,
    traceHash: `${name}${seed}`,
    values: measures.map((_measure, index) => 10 + index + seed + (index % 3) * more),
  })),
});

function comparison(): string {
  const long = `packed-${'x'.repeat(60)}`;
  const runs = [runsOf('spread', 0), runsOf('packed', 3), runsOf(long, -2)];
  const rows = compareRuns(runs);
  const pareto = ['pods_unscheduled', 'api_requests'];
  const about = { scenario: 'shop', modelVersion: '0.1.0', pareto };
  return comparisonPage({ measures, runs, rows, isPartial: false }, about);
}

const pages = {
  'comparison.html': comparison,
  'report.html of a sweep': () => sweepPage(sweepResult(examplePlan, exampleRecords()), [], assets),
};

const names = ['comparison.html', 'report.html of a sweep'] as const;

/** Names of measures whose bar is not on their line, px. */
function barsBesideTheirNames(page: Page): Promise<readonly string[]> {
  return page.evaluate(`[...document.querySelectorAll('.bars')].flatMap((figure) => {
    const middle = (e) => (({ top, bottom }) => (top + bottom) / 2)(e.getBoundingClientRect());
    const bars = [...figure.querySelectorAll('circle')].map(middle);
    return [...figure.querySelectorAll('li')].flatMap((name, i) =>
      Math.abs(middle(name) - bars[i]) < 3 ? [] : [name.textContent]); })`);
}

describe.skipIf(!hasBrowser)('pages of studies in a browser', () => {
  let folder = '';
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubeclock-study-'));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(names)('%s: one request, no error, no serious finding of axe', async (name) => {
    const { page, requests, errors } = await openPage(browser, folder, pages[name](), {
      bypassCSP: true,
    });
    expect(requests).toHaveLength(1);
    expect(await barsBesideTheirNames(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('plots leave room for long values beside their axes', async () => {
    const leftOf = async (scale: number): Promise<number> => {
      const records = [...exampleRecords()].map(([key, record]) => {
        const values = 'values' in record ? record.values.map((value) => value * scale) : [];
        return [key, 'values' in record ? { ...record, values } : record] as const;
      });
      const html = sweepPage(sweepResult(examplePlan, new Map(records)), [], assets);
      const { page } = await openPage(browser, folder, html);
      const left = await page.evaluate(`document.querySelector('.u-over').offsetLeft`);
      await page.context().close();
      return left as number;
    };
    const [short, long] = [await leftOf(1), await leftOf(1.234e-4)];
    expect(long - short).toBeGreaterThanOrEqual(10);
  });

  test.each(names)('%s fits into 320 px, and can be read without JavaScript', async (name) => {
    const { page, errors } = await openPage(browser, folder, pages[name](), {
      viewport: { width: 320, height: 700 },
      javaScriptEnabled: false,
    });
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await page.locator('table:visible').count()).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await page.context().close();
    const narrow = await openPage(browser, folder, pages[name](), {
      viewport: { width: 320, height: 700 },
    });
    const width = await narrow.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(320);
    await narrow.page.context().close();
  });
});
