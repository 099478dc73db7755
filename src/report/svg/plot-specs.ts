// The plots of a run as Vega-Lite specifications: what the SVG files are drawn from, and what a
// reader can change and draw anew. Source: vega.github.io/vega-lite, version 6.
import type { RunResult } from '../../metrics/run-result.js';
import { convergenceBars, startupBars } from '../figures/bars.js';
import { latencyCurve } from '../figures/latency-curve.js';
import { podProgress, podStates } from '../figures/pod-plots.js';
import { nodeStrips, queueStrips, utilisationStrips } from '../figures/strips.js';
import { trafficPlots } from '../figures/traffic-plots.js';
import { compactJson } from '../stable-json.js';
import { barsSpec } from './bars-spec.js';
import { areaSpec, lineSpec } from './line-spec.js';
import type { PlotSpec } from './spec.js';
import { stripsSpec } from './strips-spec.js';

/** What names of files end in that hold a specification. */
export const specSuffix = '.vl.json';

/**
 * Every plot that the run has data for, by its name, in the order of the report. Their size is
 * bounded whatever the size of the run. O(pods log pods).
 */
export function plotSpecs(result: RunResult): ReadonlyMap<string, PlotSpec> {
  const { pods, traffic } = result;
  const plots: readonly (readonly [string, PlotSpec | undefined])[] = [
    ['startup', made(barsSpec, startupBars(result))],
    ['pod-states', made(areaSpec, podStates(pods))],
    ['pod-progress', made(lineSpec, podProgress(pods))],
    ['latency', made(lineSpec, latencyCurve(pods))],
    ['convergence', made(barsSpec, convergenceBars(result))],
    ['utilisation', made(stripsSpec, utilisationStrips(result))],
    ['queues', made(stripsSpec, queueStrips(result))],
    ['nodes', made(stripsSpec, nodeStrips(result))],
    ...trafficPlots(traffic).map(
      (plot, i, { length }) =>
        [length === 1 ? 'traffic' : `traffic-${i + 1}`, lineSpec(plot)] as const,
    ),
  ];
  return new Map(
    plots.flatMap(([name, spec]) => (spec === undefined ? [] : [[name, spec] as const])),
  );
}

/** The text of every specification by the name of its file, `plots/latency.vl.json`. */
export function renderPlotSpecs(result: RunResult): ReadonlyMap<string, string> {
  const specs = [...plotSpecs(result)];
  return new Map(
    specs.map(([name, spec]) => [`plots/${name}${specSuffix}`, `${compactJson(spec)}\n`]),
  );
}

function made<Figure>(
  specOf: (figure: Figure) => PlotSpec,
  figure: Figure | undefined,
): PlotSpec | undefined {
  return figure === undefined ? undefined : specOf(figure);
}
