// Constants keep their provenance: what defineConstants returns, lists and refuses.

import { describe, expect, test } from 'vitest';
import {
  type ConstantEntries,
  constantsTable,
  defineConstants,
} from '../../src/stats/constants.js';

const table = {
  syncPeriodUs: { value: 1_000_000, unit: 'µs', source: 'Kubernetes v1.36 pkg/kubelet/kubelet.go' },
  bucketsUs: { value: [5_000, 25_000], unit: 'µs', source: 'ASSUMED: evenly spread', note: 'two' },
  serializePulls: { value: true, unit: '', source: 'Kubernetes v1.36 defaults.go' },
} as const;

describe('defineConstants', () => {
  test('gives the values under their names, frozen', () => {
    const constants = defineConstants('kubelet', table);
    const periodUs: number = constants.syncPeriodUs;
    expect(periodUs).toBe(1_000_000);
    expect({ ...constants }).toEqual({
      bucketsUs: [5_000, 25_000],
      serializePulls: true,
      syncPeriodUs: 1_000_000,
    });
    expect(Object.isFrozen(constants)).toBe(true);
  });

  test('lists its rows by name, and only for what it made', () => {
    const rows = constantsTable(defineConstants('kubelet', table)) ?? [];
    expect(rows.map(({ name }) => name)).toEqual(['bucketsUs', 'serializePulls', 'syncPeriodUs']);
    expect(rows[0]).toEqual({ group: 'kubelet', name: 'bucketsUs', ...table.bucketsUs });
    for (const other of [undefined, null, 3, {}, table]) {
      expect(constantsTable(other)).toBeUndefined();
    }
  });

  test('lets a profile replace values without losing their type', () => {
    const constants = { ...defineConstants('kubelet', table), syncPeriodUs: 2_000_000 };
    expect(constants.syncPeriodUs).toBe(2_000_000);
    expect(constantsTable(constants)).toBeUndefined();
  });

  const refused: readonly [string, string, ConstantEntries][] = [
    ['a number that is not finite', 'not finite', { x: { value: NaN, unit: '1', source: 's' } }],
    ['an infinite bucket', 'not finite', { x: { value: [Infinity], unit: '1', source: 's' } }],
    ['an empty source', 'has no source', { x: { value: 1, unit: '1', source: ' ' } }],
    ['a time that does not end in Us', 'end in Us', { x: { value: 1, unit: 'µs', source: 's' } }],
    ['a size without Bytes', 'end in Bytes', { x: { value: 1, unit: 'bytes', source: 's' } }],
    ['a share without Milli', 'end in Milli', { x: { value: 1, unit: 'mCPU', source: 's' } }],
  ];
  test.each(refused)('refuses %s', (_, sentence, entries) => {
    expect(() => defineConstants('kubelet', entries)).toThrow(sentence);
  });

  test('refuses a group that is no name', () => {
    expect(() => defineConstants('Kube Scheduler', {})).toThrow('kebab-case');
  });
});
