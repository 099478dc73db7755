// uPlot as it is installed, the way the command line hands it to the report.
import { readFileSync } from 'node:fs';
import type { ReportAssets } from '../../src/report/html/page-frame.js';

const dist = new URL('../../node_modules/uplot/dist/', import.meta.url);

export const assets: ReportAssets = {
  uPlotJs: readFileSync(new URL('uPlot.iife.min.js', dist), 'utf8'),
  uPlotCss: readFileSync(new URL('uPlot.min.css', dist), 'utf8'),
};
