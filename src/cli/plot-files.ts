/**
 * SVG files from the specifications of plots. The library that draws is loaded when there is
 * something to draw, because that takes longer than a small run.
 */

import { specSuffix } from '../report/svg/plot-specs.js';

/** The files, and behind them an SVG file for every specification among them. */
export async function withSvg<Content extends string | Uint8Array>(
  files: ReadonlyMap<string, Content>,
): Promise<ReadonlyMap<string, Content | string>> {
  const specs = [...files].filter(([name]) => name.endsWith(specSuffix));
  if (specs.length === 0) return files;
  const { renderSvg } = await import('../report/svg/render-svg.js');
  const all = new Map<string, Content | string>(files);
  for (const [name, text] of specs) {
    all.set(`${name.slice(0, -specSuffix.length)}.svg`, await renderSvg(JSON.parse(String(text))));
  }
  return all;
}
