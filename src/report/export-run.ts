// Writes a run in formats of other programs. What a finished run has not kept, scrapes and single
// requests, is recorded while the run is made again.

import type { ClusterObserver } from '../client/observer.js';
import type { RunTrace } from '../experiment/rerun.js';
import { rerun } from '../experiment/rerun.js';
import { type RunOptions, runScenario } from '../experiment/run-scenario.js';
import type { Simulation } from '../kernel/simulation.js';
import { RequestSpans } from '../metrics/request-spans.js';
import type { RunResult } from '../metrics/run-result.js';
import { Scrapes } from '../metrics/scrapes.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { ExportNeed, OutputFormat } from './formats/output-format.js';

/** µs; as in the configuration file that Prometheus comes with (`scrape_interval: 15s`). */
const scrapeIntervalUs = 15_000_000;

/** A run in other formats. */
export interface ExportedRun {
  readonly result: RunResult;
  /** Files of all formats by name, in their order. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** What the files do not hold, in sentences. */
  readonly notices: readonly string[];
  readonly modelVersion: string;
  readonly traceHash: string;
  /** False when `earlier` was another run, of which the files would say nothing. */
  readonly isSame: boolean;
}

/**
 * Runs `scenario` and writes it.
 *
 * @param earlier the run that is asked about; undefined: the scenario as it runs now.
 */
export function exportRun(
  scenario: LoadedScenario,
  formats: readonly OutputFormat[],
  earlier: RunTrace | undefined,
  options: RunOptions = {},
): ExportedRun {
  const needs = new Set<ExportNeed>(formats.flatMap((format) => format.needs));
  const scrapes = needs.has('scrapes') ? new Scrapes(scrapeIntervalUs) : undefined;
  let spans: RequestSpans | undefined;
  const observe = (simulation: Simulation): ClusterObserver => {
    spans = new RequestSpans(simulation);
    return spans;
  };
  const recording: RunOptions = {
    ...options,
    ...(scrapes !== undefined && { scrapes }),
    ...(needs.has('requests') && { observe }),
  };
  const { result, isSame } =
    earlier === undefined
      ? { result: runScenario(scenario, recording), isSame: true }
      : rerun(scenario, earlier, recording);
  const run = { result, scrapes: scrapes?.series ?? [], requests: spans?.spans ?? [] };
  const leftOut = spans?.leftOut ?? 0;
  return {
    result,
    files: new Map(formats.flatMap(({ files }) => [...files(run)])),
    notices:
      leftOut === 0 ? [] : [`The ${run.requests.length} first requests are kept, ${leftOut} not.`],
    modelVersion: result.modelVersion,
    traceHash: result.traceHash,
    isSame,
  };
}
