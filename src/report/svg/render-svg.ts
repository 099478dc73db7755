// SVG from a specification. Equal specifications give equal bytes, in every process: Vega without a
// canvas estimates the width of letters from their number.
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { PlotSpec } from './spec.js';

/** Exported by the package, but not in its declarations. */
const { resetSVGDefIds } = vega as unknown as { readonly resetSVGDefIds: () => void };

/** Draws one plot, one at a time. About 50 ms each. */
export async function renderSvg(spec: PlotSpec): Promise<string> {
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Warn });
  // Vega counts gradients and clips of all plots of a process.
  resetSVGDefIds();
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
