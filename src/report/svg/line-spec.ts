// Lines and stacked areas.
import type { Plot } from '../figures/plot.js';
import { type PlotSpec, plotSpec, plotWidth, seriesColours } from './spec.js';

const height = 300;

/** Lines, told apart by dashes besides colour. */
export function lineSpec(plot: Plot): PlotSpec {
  const interpolate = plot.isStepped ? 'step-after' : 'linear';
  return drawn(
    plot,
    { type: 'line', interpolate, strokeWidth: 2 },
    {
      strokeDash: { ...bySeries(plot), scale: { range: dashes, domain: titles(plot) } },
    },
  );
}

/** Areas on top of each other, the first series at the bottom. */
export function areaSpec(plot: Plot): PlotSpec {
  const interpolate = plot.isStepped ? 'step-after' : 'linear';
  return drawn(
    plot,
    { type: 'area', interpolate },
    {
      order: { field: 'order', type: 'quantitative' },
    },
  );
}

const dashes = [
  [1, 0],
  [8, 4],
  [2, 4],
];

function titles({ series }: Plot): string[] {
  return series.map(({ title }) => title);
}

function bySeries(plot: Plot): PlotSpec {
  return { field: 'series', type: 'nominal', sort: titles(plot), title: null };
}

function drawn(plot: Plot, mark: PlotSpec, encoding: PlotSpec): PlotSpec {
  const { x, series, isLogX, xTitle, yTitle } = plot;
  const values = series.flatMap(({ title, values: points }, order) =>
    points.map((y, i) => ({ x: x[i] ?? 0, y, series: title, order })),
  );
  const colours = { domain: titles(plot), range: [...seriesColours] };
  return plotSpec(plot, values, {
    width: plotWidth,
    height,
    mark,
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: xTitle,
        scale: isLogX ? { type: 'log' } : { nice: false },
        axis: { grid: false },
      },
      y: { field: 'y', type: 'quantitative', title: yTitle },
      color: { ...bySeries(plot), scale: colours },
      ...encoding,
    },
  });
}
