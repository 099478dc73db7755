// What machines of a cloud have cost, in rows and in reports.
import { describe, expect, test } from 'vitest';
import type { Rental } from '../../src/control-plane/cloud/instance-registry.js';
import { nodeCostsOf } from '../../src/metrics/node-costs.js';
import { renderSummaryJson } from '../../src/report/summary-json.js';
import { summaryTable } from '../../src/report/summary-table.js';
import { runResult } from '../report/fixtures.js';

const hourUs = 3_600_000_000;

const rental = (parts: Partial<Rental>): Rental => ({
  pool: 'p',
  instanceType: 'm',
  pricePerHour: 2,
  fromUs: 0,
  endedUs: undefined,
  ...parts,
});

describe('costs of nodes', () => {
  const rentals = [
    rental({}),
    rental({ fromUs: hourUs / 2, endedUs: hourUs }),
    rental({ instanceType: 'l', pricePerHour: 10, fromUs: hourUs, endedUs: hourUs }),
    rental({ pool: 'q', pricePerHour: undefined }),
  ];

  test('are the price of the type for as long as machines were let', () => {
    expect(nodeCostsOf(rentals, 2 * hourUs)).toEqual([
      {
        pool: 'p',
        instanceType: 'm',
        pricePerHour: 2,
        instances: 2,
        instanceUs: 2.5 * hourUs,
        cost: 5,
      },
      { pool: 'p', instanceType: 'l', pricePerHour: 10, instances: 1, instanceUs: 0, cost: 0 },
    ]);
  });

  test('stand in the summary where prices are known, and nowhere else', () => {
    const nodeCosts = nodeCostsOf(rentals, 2 * hourUs);
    expect(summaryTable(runResult({ nodeCosts }), { width: 100 })).toContain(
      'node cost   5.0000 for 2.500 h of 3 instances',
    );
    expect(summaryTable(runResult(), { width: 100 })).not.toContain('node cost');
    const { nodeCosts: rows } = JSON.parse(renderSummaryJson(runResult({ nodeCosts }))) as {
      nodeCosts: object[];
    };
    expect(rows[0]).toMatchObject({ pool: 'p', instanceSeconds: 9000, cost: 5 });
    expect(renderSummaryJson(runResult())).not.toContain('nodeCosts');
  });
});
