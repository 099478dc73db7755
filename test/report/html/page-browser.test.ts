// Opens the page of a run in a real browser; left out where there is none.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../../src/metrics/run-result.js';
import { renderPage } from '../../../src/report/html/page.js';
import { darkPalette, lightPalette } from '../../../src/report/html/palette.js';
import { assets } from '../assets.js';
import { convergenceRow, podRow, rolloutResult, runResult, trafficRow } from '../fixtures.js';
import { twoNodeHistory } from '../node-histories.js';
import { axeFindings, hasBrowser, launchBrowser, type OpenPage, openPage } from './open-page.js';

describe.skipIf(!hasBrowser)('report.html in a browser', () => {
  let folder = '';
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubeclock-report-'));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (result: RunResult, options: BrowserContextOptions = {}): Promise<OpenPage> =>
    openPage(browser, folder, renderPage(result, assets), options);

  const inPage = <T>(page: Page, expression: string): Promise<T> => page.evaluate(expression);

  test('makes one request and reports no error', async () => {
    const { page, requests, errors } = await open(rolloutResult(300, 40));
    expect(requests).toHaveLength(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('draws every plot, each as wide as its place', async () => {
    const { page } = await open(rolloutResult(300, 40));
    const plots = await inPage<{ canvas: number; place: number }[]>(
      page,
      `[...document.querySelectorAll('.js-plot')].map((figure) => ({
        canvas: figure.querySelector('canvas')?.getBoundingClientRect().width ?? 0,
        place: figure.querySelector('.plot').clientWidth }))`,
    );
    expect(plots.length).toBeGreaterThanOrEqual(6);
    for (const { canvas, place } of plots) {
      expect(canvas).toBeGreaterThan(100);
      expect(canvas).toBeLessThanOrEqual(place);
    }
    await page.context().close();
  });

  test('paints something into the plots, also after the scheme or the width changed', async () => {
    const { page, errors } = await open(rolloutResult(300, 40));
    const painted = `[...document.querySelectorAll('.js-plot canvas')].filter((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((byte) => byte !== 0); }).length`;
    const all = await page.locator('.js-plot').count();
    expect(await inPage(page, painted)).toBe(all);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 600, height: 900 });
    await page.waitForFunction(`document.querySelector('canvas').clientWidth < 600`);
    expect(await inPage(page, painted)).toBe(all);
    expect(await page.locator('.js-plot canvas').count()).toBe(all);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('is light or dark as the reader has it', async () => {
    const rgb = (hex: string): string =>
      `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
    for (const [colorScheme, palette] of [
      ['light', lightPalette],
      ['dark', darkPalette],
    ] as const) {
      const { page } = await open(runResult(), { colorScheme });
      const style = await inPage<string[]>(
        page,
        `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`,
      );
      expect(style).toEqual([rgb(palette.paper), rgb(palette.ink)]);
      await page.context().close();
    }
  });

  test('is printed on white, whatever the scheme', async () => {
    const { page } = await open(runResult(), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await inPage(page, `getComputedStyle(document.body).backgroundColor`)).toBe(
      'rgb(255, 255, 255)',
    );
    await page.context().close();
  });

  test('does not scroll sideways at 320 px, whatever the names', async () => {
    const long = 'x'.repeat(253);
    const result = rolloutResult(300, 40);
    const wide = {
      ...result,
      scenario: long,
      cluster: long,
      seed: long,
      notices: [long],
      pods: [podRow({ name: long }), ...result.pods],
      convergence: [convergenceRow({ change: long, reason: long })],
    };
    for (const each of [result, wide]) {
      const { page } = await open(each, { viewport: { width: 320, height: 700 } });
      const width = await inPage<number>(page, `document.documentElement.scrollWidth`);
      expect(width).toBe(320);
      await page.context().close();
    }
  });

  test('can be read without JavaScript: tables, bars, and a word on the plots', async () => {
    const { page, errors } = await open(runResult(), { javaScriptEnabled: false });
    expect(await page.locator('table').count()).toBeGreaterThan(8);
    expect(await page.getByText('web-7d4b9c-aaaaa').first().isVisible()).toBe(true);
    expect(await page.locator('.waterfall rect').first().isVisible()).toBe(true);
    expect(await page.locator('noscript p').first().isVisible()).toBe(true);
    await page.locator('summary').first().click();
    expect(await page.getByText('Ready after').isVisible()).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('has a heat map of nodes that the slider moves through time', async () => {
    const { page, errors } = await open(runResult());
    const slider = page.getByRole('slider', { name: 'Time' });
    const readout = page.locator('.readout');
    expect(await readout.textContent()).toBe(
      '1 node, 0 not ready, 2 pods; mean CPU requested 97 %, memory 10 %',
    );
    await slider.press('Home');
    expect(await slider.getAttribute('aria-valuetext')).toBe('0 s');
    expect(await readout.textContent()).toContain('2 nodes, 0 not ready, 3 pods');
    const canvas = page.locator('.node-map canvas');
    await canvas.press('ArrowRight');
    await canvas.press('ArrowRight');
    expect(await readout.textContent()).toBe('b: ready, CPU requested 50 %, memory 25 %, 3 pods');
    await slider.press('ArrowRight');
    expect(await readout.textContent()).toBe(
      'b: not ready, CPU requested 50 %, memory 25 %, 3 pods',
    );
    await canvas.press('Home');
    expect(await readout.textContent()).toContain('a in zone-a: ready, CPU requested 97 %');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('has no serious finding of axe, light and dark', async () => {
    const { page } = await open(runResult(), { bypassCSP: true });
    await inPage(
      page,
      `document.querySelectorAll('details').forEach((each) => { each.open = true; })`,
    );
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  test('runs nothing that a name brings along', async () => {
    const hostile =
      '<img src=x onerror="document.title=1"></script><script>document.title=2</script>';
    const { page, requests, errors } = await open(
      runResult({
        scenario: 'safe',
        pods: [podRow({ name: hostile, namespace: `" onload="document.title=3` })],
        timeSeries: { timeUs: [0, 1, 2], columns: [{ name: hostile, values: [1, 2, 3] }] },
        nodeHistory: twoNodeHistory([hostile, 'b']),
        convergence: [convergenceRow({ change: hostile })],
        traffic: [trafficRow({ traffic: hostile })],
      }),
    );
    await page.locator('.node-map canvas').press('Home');
    expect(await page.locator('.readout').textContent()).toContain('<img src=x');
    expect(await page.title()).toBe('safe – kubeclock');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.getByText(hostile).count()).toBeGreaterThan(0);
    expect(requests).toHaveLength(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('forbids scripts that are not its own, should one slip in', async () => {
    const { page } = await open(runResult());
    await inPage(
      page,
      `document.body.insertAdjacentHTML('beforeend', '<b onclick="document.title=4">b</b>')`,
    );
    await page.locator('body > b').click();
    expect(await page.title()).toBe('quickstart – kubeclock');
    await page.context().close();
  });

  test('has landmarks, one main heading, and a name for every region and image', async () => {
    const { page } = await open(rolloutResult(60, 10));
    for (const role of ['banner', 'navigation', 'main', 'contentinfo'] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1);
    }
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    const nameless = await inPage<string[]>(
      page,
      `[...document.querySelectorAll('[role=img],[role=region],nav,section')]
        .filter((e) => !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
        .map((e) => e.outerHTML.slice(0, 80))`,
    );
    expect(nameless).toEqual([]);
    await page.context().close();
  });
});
