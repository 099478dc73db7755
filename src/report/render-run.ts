// All files of a run but meta.json, which knows the host and belongs to the command line.
import type { RunResult } from '../metrics/run-result.js';
import { csvFiles } from './csv-files.js';
import { renderPage } from './html/page.js';
import type { ReportAssets } from './html/page-frame.js';
import { renderPrometheusText } from './prometheus-text.js';
import { renderSummaryJson } from './summary-json.js';

/**
 * The text of every file by its name, in the order of the documentation. Equal results and assets
 * give equal bytes. O(pods log pods).
 */
export function renderRun(result: RunResult, assets: ReportAssets): ReadonlyMap<string, string> {
  return new Map([
    ['summary.json', renderSummaryJson(result)],
    ...csvFiles.map(({ name, render }) => [name, render(result)] as const),
    ['metrics.prom', renderPrometheusText(result.metrics)],
    ['report.html', renderPage(result, assets)],
  ]);
}
