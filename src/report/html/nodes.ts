// What the nodes held, and what they have cost.
import type { NodeCostRow, RunResult } from '../../metrics/run-result.js';
import { formatCount, formatNumber } from '../number-format.js';
import { type Html, html } from './markup.js';
import { nodeMap } from './node-map.js';
import { nodeTable } from './objects.js';
import { table } from './table.js';

const usPerHour = 3_600_000_000;

/** The section; empty when there was no node. */
export function nodeSection(result: RunResult): Html {
  return html`${nodeMap(result)}${nodeTable(result)}${costTable(result.nodeCosts)}`;
}

function costTable(rows: readonly NodeCostRow[]): Html {
  const hours = ({ instanceUs }: NodeCostRow): string => formatNumber(instanceUs / usPerHour, 3);
  const all: NodeCostRow = {
    pool: 'All',
    instanceType: '',
    pricePerHour: Number.NaN,
    instances: rows.reduce((sum, { instances }) => sum + instances, 0),
    instanceUs: rows.reduce((sum, { instanceUs }) => sum + instanceUs, 0),
    cost: rows.reduce((sum, { cost }) => sum + cost, 0),
  };
  return table<NodeCostRow>(
    'What machines of known price have cost',
    [
      { title: 'Pool', cell: ({ pool }) => pool },
      { title: 'Instance type', cell: ({ instanceType }) => instanceType },
      {
        title: 'Price per hour',
        isNumeric: true,
        cell: ({ pricePerHour }) =>
          Number.isNaN(pricePerHour) ? '' : formatNumber(pricePerHour, 4),
      },
      { title: 'Machines', isNumeric: true, cell: ({ instances }) => formatCount(instances) },
      { title: 'Hours', isNumeric: true, cell: hours },
      { title: 'Cost', isNumeric: true, cell: ({ cost }) => cost.toFixed(4) },
    ],
    rows.length > 1 ? [...rows, all] : rows,
  );
}
