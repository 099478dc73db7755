// Bars of parts in a row.
import type { Bars } from '../figures/bars.js';
import { distinct, type PlotSpec, plotSpec, rowAxis, rowPlotWidth, seriesColours } from './spec.js';

const rowHeight = 16;

/** One bar a row. */
export function barsSpec(bars: Bars): PlotSpec {
  const names = distinct(bars.rows.map(({ title }) => title));
  const values = bars.rows.flatMap(({ spans }, row) =>
    spans.map(({ part, from, to, cause }) => ({
      row: names[row] ?? '',
      part: bars.parts[part] ?? '',
      from,
      to,
      cause,
    })),
  );
  const colours = bars.parts.map((_, i) => seriesColours[i % seriesColours.length] ?? '');
  return plotSpec(bars, values, {
    width: rowPlotWidth,
    height: { step: rowHeight },
    mark: { type: 'bar', tooltip: true },
    encoding: {
      y: rowAxis(names, bars.rowTitle),
      x: { field: 'from', type: 'quantitative', title: bars.xTitle },
      x2: { field: 'to' },
      color: {
        field: 'part',
        type: 'nominal',
        title: bars.partTitle,
        sort: [...bars.parts],
        scale: { domain: [...bars.parts], range: colours },
      },
    },
  });
}
