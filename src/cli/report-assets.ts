/**
 * The parts of a report that others have written: the library that draws its plots, as installed,
 * behind its licence, which wants to go wherever the library goes.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ReportAssets } from '../report/html/page-frame.js';

/** @throws Error when the package is not installed. */
export function reportAssets(): ReportAssets {
  const require = createRequire(import.meta.url);
  const read = (file: string): string => readFileSync(require.resolve(`uplot/${file}`), 'utf8');
  const licence = `/*! uPlot\n\n${read('LICENSE').trim()}\n*/\n`;
  return {
    uPlotJs: `${licence}${read('dist/uPlot.iife.min.js')}`,
    uPlotCss: read('dist/uPlot.min.css'),
  };
}
