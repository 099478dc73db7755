/**
 * The parts of a report that others have written: the library that draws its plots, as installed.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ReportAssets } from '../report/html/page-frame.js';

/** @throws Error when the package is not installed. */
export function reportAssets(): ReportAssets {
  const require = createRequire(import.meta.url);
  const read = (file: string): string =>
    readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8');
  return { uPlotJs: read('uPlot.iife.min.js'), uPlotCss: read('uPlot.min.css') };
}
