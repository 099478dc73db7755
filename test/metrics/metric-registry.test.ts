// Metrics of declared families: what is asked for comes into being, with its labels.
import { describe, expect, test } from 'vitest';
import { type MetricFamily, MetricRegistry } from '../../src/metrics/metric-registry.js';

const families: readonly MetricFamily[] = [
  { name: 'b_total', help: 'B.', type: 'counter', labels: ['code', 'verb'] },
  { name: 'a_size', help: 'A.', type: 'gauge', labels: [] },
  { name: 'c_seconds', help: 'C.', type: 'histogram', labels: ['verb'], buckets: [1, 2] },
];

describe('a registry', () => {
  test('has nothing until it is asked for', () => {
    expect(new MetricRegistry(families).samples).toEqual([]);
  });

  test('keeps one metric for the same label values', () => {
    const registry = new MetricRegistry(families);
    registry.scalar('b_total', '200', 'get').value++;
    registry.scalar('b_total', '200', 'get').value += 2;
    registry.scalar('b_total', '404', 'get').value++;
    expect(registry.samples.map(({ labels, value }) => [labels, value])).toEqual([
      [
        [
          ['code', '200'],
          ['verb', 'get'],
        ],
        3,
      ],
      [
        [
          ['code', '404'],
          ['verb', 'get'],
        ],
        1,
      ],
    ]);
  });

  test('tells label values with spaces in them apart', () => {
    const registry = new MetricRegistry(families);
    registry.scalar('b_total', 'a b', 'c').value = 1;
    registry.scalar('b_total', 'a', 'b c').value = 2;
    expect(registry.scalar('b_total', 'a b', 'c').value).toBe(1);
    expect(registry.samples).toHaveLength(2);
  });

  test('gives samples in the order of names and values, with what is constant in front', () => {
    const registry = new MetricRegistry(families, [['instance', 'x']]);
    registry.histogram('c_seconds', 'put').observe(1.5);
    registry.histogram('c_seconds', 'get').observe(3, 4);
    registry.scalar('a_size').value = 7;
    expect(registry.samples).toEqual([
      { name: 'a_size', help: 'A.', type: 'gauge', labels: [['instance', 'x']], value: 7 },
      {
        name: 'c_seconds',
        help: 'C.',
        type: 'histogram',
        labels: [
          ['instance', 'x'],
          ['verb', 'get'],
        ],
        buckets: [
          [1, 0],
          [2, 0],
        ],
        sum: 12,
        count: 4,
      },
      {
        name: 'c_seconds',
        help: 'C.',
        type: 'histogram',
        labels: [
          ['instance', 'x'],
          ['verb', 'put'],
        ],
        buckets: [
          [1, 0],
          [2, 1],
        ],
        sum: 1.5,
        count: 1,
      },
    ]);
  });

  test('knows only what was declared', () => {
    const registry = new MetricRegistry(families);
    expect(() => registry.scalar('d_total')).toThrow('No metric is named d_total.');
    expect(() => registry.scalar('b_total', '200')).toThrow('b_total has labels code verb.');
    expect(() => registry.scalar('c_seconds', 'get')).toThrow('c_seconds is a histogram.');
    expect(() => registry.histogram('a_size')).toThrow('a_size is no histogram.');
  });
});
