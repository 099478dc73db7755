// Strips of cells over time, coloured by their value.
import type { Strips } from '../figures/strips.js';
import { lightPalette } from '../html/palette.js';
import { distinct, type PlotSpec, plotSpec, rowAxis, rowPlotWidth } from './spec.js';

const rowHeight = 14;

/** One row of cells a strip. */
export function stripsSpec(strips: Strips): PlotSpec {
  const { rows, seconds, full, rowTitle, valueTitle } = strips;
  const names = distinct(rows.map(({ title }) => title));
  const cells = rows.flatMap(({ values }, row) =>
    values.flatMap((value, i) =>
      Number.isNaN(value)
        ? []
        : [{ row: names[row] ?? '', from: seconds[i - 1] ?? 0, to: seconds[i] ?? 0, value }],
    ),
  );
  return plotSpec(strips, cells, {
    width: rowPlotWidth,
    height: { step: rowHeight },
    mark: { type: 'rect', tooltip: true },
    encoding: {
      y: rowAxis(names, rowTitle),
      x: {
        field: 'from',
        type: 'quantitative',
        title: 'Seconds since the start',
        scale: { nice: false },
      },
      x2: { field: 'to' },
      color: {
        field: 'value',
        type: 'quantitative',
        title: valueTitle,
        scale: {
          range: [...lightPalette.heat],
          ...(full === undefined ? { domainMin: 0 } : { domain: [0, full], clamp: true }),
        },
        legend: { gradientLength: 240 },
      },
    },
  });
}
