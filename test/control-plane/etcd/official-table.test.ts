// etcd's published performance: all seven rows of the table from one set of parameters, in shorter
// runs of what `npm run validate:model` measures.
// Source: etcd docs op-guide/performance.md (reference: controlplane A13.1).
import { describe, expect, test } from 'vitest';
import { officialRows } from '../../../bench/validate/etcd-table.mjs';

describe('the official table of etcd', () => {
  test.each(officialRows)('$name: rate within 15 %, latency within a third', (row) => {
    const { perSecond, meanUs } = row.measure(row.clients === 1 ? 500_000 : 250_000);
    expect(Math.abs(perSecond / row.perSecond - 1)).toBeLessThanOrEqual(0.15);
    expect(Math.abs(meanUs / row.latencyUs - 1)).toBeLessThanOrEqual(1 / 3);
  });
});
