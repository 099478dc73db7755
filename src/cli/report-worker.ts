/**
 * The thread that makes a run again to write its report: its entry, started by `report-command.ts`.
 */

import type { RunTrace } from '../experiment/rerun.js';
import { type ExportedRun, exportRun } from '../report/export-run.js';
import type { FormatName } from '../report/formats/format-names.js';
import { formatsNamed } from '../report/formats/output-formats.js';
import { renderPage } from '../report/html/page.js';
import type { ReportAssets } from '../report/html/page-frame.js';
import { renderPlotSpecs } from '../report/svg/plot-specs.js';
import { type LookedRun, serveLook } from './look-thread.js';

/** What the thread is started with. */
export interface ReportRequest extends LookedRun {
  readonly earlier: RunTrace;
  readonly assets: ReportAssets;
  /** Whether specifications of the plots are among the files. */
  readonly withPlots: boolean;
  readonly formats: readonly FormatName[];
}

/** What the thread yields: the page, and what was asked for beside it. */
export type ReportAnswer = Omit<ExportedRun, 'result'>;

await serveLook((request: ReportRequest, options): ReportAnswer => {
  const { scenario, earlier, assets, withPlots, formats } = request;
  const { result, files, ...about } = exportRun(scenario, formatsNamed(formats), earlier, options);
  const page = ['report.html', renderPage(result, assets)] as const;
  const plots = withPlots ? renderPlotSpecs(result) : [];
  return { ...about, files: new Map<string, string | Uint8Array>([page, ...plots, ...files]) };
});
