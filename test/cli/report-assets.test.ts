import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportAssets } from '../../src/cli/report-assets.js';
import { root } from '../tidy/source-files.js';

test('the plot library goes into a page behind its whole licence, and is named in NOTICE', () => {
  const { uPlotJs } = reportAssets();
  const notice = uPlotJs.slice(0, uPlotJs.indexOf('*/'));
  expect(notice).toMatch(/^\/\*! uPlot\n/);
  expect(notice).toContain('Permission is hereby granted, free of charge');
  const copyright = /Copyright \(c\) .+/.exec(notice)?.[0] ?? 'none';
  expect(readFileSync(join(root, 'NOTICE'), 'utf8')).toContain(copyright);
});
