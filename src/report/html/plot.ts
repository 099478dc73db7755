// A plot that uPlot draws in the browser from data in the page, with a table of the same data for
// everybody who has no script or no eyes for it.
import type { Plot } from '../figures/plot.js';
import { formatNumber } from '../number-format.js';
import { spreadIndices } from '../spread-indices.js';
import { type Html, html, scriptJson } from './markup.js';
import { table } from './table.js';

/** Rows of the table under a plot. */
const tableRows = 16;

/** The figure, its data and its table. */
export function plotFigure(plot: Plot): Html {
  const data = {
    xTitle: plot.xTitle,
    isLogX: plot.isLogX,
    yTitle: plot.yTitle,
    isStepped: plot.isStepped,
    hasPoints: plot.hasPoints === true,
    titles: plot.series.map(({ title }) => title),
    data: [plot.x, ...plot.series.map(({ values }) => values)],
  };
  return html`<figure class="js-plot">
<figcaption>${plot.title}</figcaption>
<p class="note">${plot.note}</p>
<div class="plot" role="img" aria-label="Line plot: ${plot.title}; the table has values."></div>
<noscript><p class="note">The plot is drawn by a script; the table holds its values.</p></noscript>
<script type="application/json">${scriptJson(data)}</script>
<details><summary>Values of this plot</summary>
${valueTable(plot)}</details>
</figure>
`;
}

function valueTable(plot: Plot): Html {
  return table<number>(
    `${plot.title}: ${plot.yTitle}`,
    [
      { title: plot.xTitle, isNumeric: true, cell: (index) => plot.x[index] ?? 0 },
      ...plot.series.map(({ title, values }) => ({
        title,
        isNumeric: true,
        cell: (index: number) => valueText(values[index] ?? null),
      })),
    ],
    spreadIndices(plot.x.length, tableRows),
  );
}

function valueText(value: number | null): string {
  return value === null ? '–' : formatNumber(value, 3);
}
