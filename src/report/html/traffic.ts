// What became of the connections of clients.
import type { RunResult } from '../../metrics/run-result.js';
import { type TrafficTotal, trafficTotals } from '../../metrics/traffic.js';
import { trafficPlots } from '../figures/traffic-plots.js';
import { formatPercent } from '../number-format.js';
import { type Html, html, nothing } from './markup.js';
import { plotFigure } from './plot.js';
import { countColumn, shownRows, table } from './table.js';

const mostKinds = 50;

/** The section, or `nothing` without client traffic. */
export function trafficSection({ traffic }: RunResult): Html {
  const totals = trafficTotals(traffic);
  if (totals.length === 0) return nothing;
  const shown = totals.slice(0, mostKinds);
  return html`${shownRows(shown.length, totals.length, 'the first ones', 'traffic.csv')}
${totalTable(shown)}<div class="plots">
${trafficPlots(traffic).map(plotFigure)}</div>
`;
}

function totalTable(rows: readonly TrafficTotal[]): Html {
  const share = (title: string, part: (row: TrafficTotal) => number) => ({
    title,
    isNumeric: true,
    cell: (row: TrafficTotal) => (row.ok === 0 ? '–' : formatPercent(part(row) / row.ok)),
  });
  return table<TrafficTotal>(
    'Connections of clients',
    [
      { title: 'Traffic', cell: ({ traffic }) => traffic },
      { title: 'Service', cell: ({ namespace, service }) => `${namespace}/${service}` },
      countColumn('Connections', ({ connections }) => connections),
      countColumn('Met a dead endpoint', ({ deadEndpoint }) => deadEndpoint),
      countColumn('No endpoints', ({ noEndpoints }) => noEndpoints),
      countColumn('Broken later', ({ broken }) => broken),
      share('Same node', ({ sameNode }) => sameNode),
      share('Same zone', ({ sameZone }) => sameZone),
      share('Same endpoint', ({ sameEndpoint }) => sameEndpoint),
    ],
    rows,
  );
}
