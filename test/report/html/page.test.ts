import { describe, expect, test } from 'vitest';
import { renderPage } from '../../../src/report/html/page.js';
import { renderRun } from '../../../src/report/render-run.js';
import { assets } from '../assets.js';
import {
  convergenceRow,
  emptyResult,
  eventRow,
  nodeRow,
  podRow,
  requestRow,
  rolloutResult,
  runResult,
  summaryRow,
  thresholdRow,
} from '../fixtures.js';

const hostile = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>';

describe('renderRun', () => {
  test('yields the files of a run, without the one that knows the host', () => {
    expect([...renderRun(runResult(), assets).keys()]).toEqual([
      'summary.json',
      'summary.csv',
      'pods.csv',
      'nodes.csv',
      'timeseries.csv',
      'api-requests.csv',
      'convergence.csv',
      'critical-path.csv',
      'events.csv',
      'traffic.csv',
      'dns.csv',
      'metrics.prom',
      'report.html',
    ]);
  });

  test('gives equal bytes for equal results, in whatever order their keys were set', () => {
    const result = rolloutResult(200, 20);
    const reversed = Object.fromEntries(Object.entries(result).reverse()) as typeof result;
    expect([...renderRun(reversed, assets)]).toEqual([
      ...renderRun(rolloutResult(200, 20), assets),
    ]);
  });

  test('leaves the result as it was', () => {
    const result = rolloutResult(200, 20);
    renderRun(result, assets);
    expect(result).toEqual(rolloutResult(200, 20));
  });

  test('ends every file in one line end', () => {
    for (const [name, text] of renderRun(runResult(), assets)) {
      expect(text.endsWith('\n') && !text.endsWith('\n\n'), name).toBe(true);
      expect(text, name).not.toContain('\r');
    }
  });
});

describe('report.html', () => {
  test('names no address outside itself', () => {
    const page = renderPage(rolloutResult(50, 5), { uPlotJs: '', uPlotCss: assets.uPlotCss });
    expect(page).not.toMatch(/(?:https?:)?\/\/[a-z]|url\(|@import|\bsrc=|<link/i);
    expect(page).toContain('content="default-src &#39;none&#39;;');
  });

  test('has each section once, with a heading that names it', () => {
    const page = renderPage(runResult(), assets);
    const titles = [...page.matchAll(/<section id="(\w+)" aria-labelledby="\1-title">/g)];
    expect(titles.map((match) => match[1])).toEqual([
      'result',
      'notices',
      'objectives',
      'pods',
      'progress',
      'latency',
      'convergence',
      'scheduling',
      'load',
      'nodes',
      'api',
      'traffic',
      'events',
    ]);
    for (const [, id] of titles) {
      expect(page).toContain(`<a href="#${id}">`);
      expect(page).toContain(`<h2 id="${id}-title">`);
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page.match(/<main>|<header>|<footer>|<h1>/g)).toHaveLength(4);
  });

  test('leaves out sections that have nothing to show', () => {
    const page = renderPage(emptyResult(), assets);
    const ids = [...page.matchAll(/<section id="(\w+)"/g)].map((match) => match[1]);
    expect(ids).toEqual(['result', 'pods']);
    expect(page.slice(0, page.indexOf('<script nonce'))).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('gives the verdict in words', () => {
    const page = (...thresholds: ReturnType<typeof thresholdRow>[]): string =>
      renderPage(runResult({ thresholds }), assets);
    const failed = thresholdRow({ ok: false });
    const warned = thresholdRow({ ok: false, level: 'warn' });
    expect(page()).toContain('This scenario has no thresholds.');
    expect(page(thresholdRow())).toContain('✓ All thresholds hold (1)');
    expect(page(thresholdRow(), warned)).toContain('! 1 of 2 thresholds warn');
    expect(page(thresholdRow(), warned, failed)).toContain('✗ 1 of 3 thresholds failed');
  });

  test('warns of a partial run before the verdict', () => {
    const outcome = { end: 'interrupted', partial: true, message: 'Interrupted.' } as const;
    const page = renderPage(runResult({ outcome }), assets);
    expect(page.indexOf('! Partial')).toBeGreaterThan(0);
    expect(page.indexOf('! Partial')).toBeLessThan(page.indexOf('class="verdict"'));
  });

  test('escapes every text of a run', () => {
    const page = renderPage(
      runResult({
        scenario: hostile,
        seed: hostile,
        cluster: hostile,
        kubernetesVersion: hostile,
        modelVersion: hostile,
        traceHash: hostile,
        notices: [hostile],
        outcome: { end: 'horizon', partial: false, message: hostile },
        pods: [podRow({ namespace: hostile, name: hostile, node: hostile, owner: hostile })],
        nodes: [nodeRow({ name: hostile, zone: hostile })],
        convergence: [convergenceRow({ change: hostile, longestStage: hostile, reason: hostile })],
        requests: [requestRow({ verb: hostile, resource: hostile, subresource: hostile })],
        timeSeries: { timeUs: [0], columns: [{ name: hostile, values: [1] }] },
        kubernetesEvents: [
          eventRow({ involved: hostile, reason: hostile, message: hostile, source: hostile }),
          eventRow({ type: hostile }),
        ],
        summary: [summaryRow({ metric: hostile })],
        stations: [{ ...runResult().stations[0]!, name: hostile }],
        thresholds: [thresholdRow({ metric: hostile, expression: hostile })],
      }),
      { uPlotJs: '', uPlotCss: '' },
    );
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<script>alert');
    expect(page.split('&lt;img src=x').length).toBeGreaterThan(20);
  });

  test('refuses assets that would break out of their element', () => {
    const css = { uPlotJs: '', uPlotCss: 'a{}</style><script>' };
    const js = { uPlotJs: 'x="</script>"', uPlotCss: '' };
    expect(() => renderPage(runResult(), js)).toThrow('script element');
    expect(() => renderPage(runResult(), css)).toThrow('style element');
  });

  test('stays below 2 MB for 20,000 pods with the longest names and messages, and says what it shows', () => {
    const large = rolloutResult(20_000, 5_000);
    const long = 'x'.repeat(253);
    const times = Array.from({ length: 20_000 }, (_, i) => i * 100_000);
    const series = Array.from({ length: 60 }, (_, i) => ({
      name: `series_${i}_${['cores', 'seconds', 'length', 'bytes', 'ratio', 'objects'][i % 6]}`,
      values: times.map((us) => (us % 977) / 977),
    }));
    const page = renderPage(
      {
        ...large,
        pods: large.pods.map((pod) => ({ ...pod, name: `${long}-${pod.uid}`, node: long })),
        notices: large.pods.map(() => 'n'.repeat(2_000)),
        convergence: large.pods.map((_, i) =>
          convergenceRow({ change: `apply Deployment/${long}/${i}`, reason: 'r'.repeat(2_000) }),
        ),
        kubernetesEvents: large.kubernetesEvents.map((row) => ({
          ...row,
          message: 'm'.repeat(1_024),
        })),
        timeSeries: { timeUs: times, columns: series },
      },
      assets,
    );
    expect(page.length).toBeLessThan(2_000_000);
    expect(page).toContain('60 of 20,000');
    expect(page).toContain('50 of 5,000');
    expect(page).toMatch(/100 of 20,000: the last ones/);
    expect(page).toContain('The largest of every 50 samples');
  });
});
