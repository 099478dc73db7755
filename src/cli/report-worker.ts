/**
 * The thread that makes a run again to write its report: its entry, started by `report-command.ts`.
 */

import { type RunTrace, rerun } from '../experiment/rerun.js';
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
}

/** What the thread yields. */
export interface ReportAnswer {
  readonly files: ReadonlyMap<string, string>;
  readonly isSame: boolean;
  readonly modelVersion: string;
  readonly traceHash: string;
}

await serveLook((request: ReportRequest, options): ReportAnswer => {
  const { scenario, earlier, assets, withPlots } = request;
  const { result, isSame } = rerun(scenario, earlier, options);
  const { modelVersion, traceHash } = result;
  const page = ['report.html', renderPage(result, assets)] as const;
  const files = new Map([page, ...(withPlots ? renderPlotSpecs(result) : [])]);
  return { files, isSame, modelVersion, traceHash };
});
