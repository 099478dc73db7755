import { describe, expect, test } from 'vitest';
import { nothing } from '../../../src/report/html/markup.js';
import { nodeMap } from '../../../src/report/html/node-map.js';
import { nodeSection } from '../../../src/report/html/nodes.js';
import { emptyResult, rolloutResult, runResult } from '../fixtures.js';
import { fillingHistory, twoNodeHistory } from '../node-histories.js';
import { cells } from './cells.js';

describe('the heat map of nodes', () => {
  test('comes with a table of the nodes by classes', () => {
    const [first, second, third] = cells(nodeMap(runResult()), 'Nodes by what').slice(1);
    expect(first).toEqual([
      '0 µs',
      '2',
      '0',
      '1',
      '1',
      '0',
      '1',
      '0',
      '0',
      '25.0 %',
      '12.5 %',
      '3',
    ]);
    expect(second).toEqual([
      '1.00 s',
      '2',
      '1',
      '0',
      '0',
      '0',
      '1',
      '0',
      '1',
      '73.5 %',
      '17.5 %',
      '5',
    ]);
    expect(third).toEqual([
      '2.00 s',
      '1',
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '1',
      '97.0 %',
      '10.0 %',
      '2',
    ]);
  });

  test('stays small for 5,000 nodes that all change all the time', () => {
    const samples = 80;
    const timeUs = Array.from({ length: samples }, (_, i) => i * 1_000_000);
    const nodeHistory = fillingHistory(5_000, samples, 110);
    const { text } = nodeMap({
      ...rolloutResult(1, 1),
      timeSeries: { timeUs, columns: [] },
      nodeHistory,
    });
    expect(text.length).toBeLessThan(700_000);
    const steps = Number(/max="(\d+)"/.exec(text)?.[1]);
    expect(steps).toBeGreaterThan(20);
  });

  test('gives its slider as many steps as its data has frames', () => {
    const { text } = nodeMap(rolloutResult(300, 40));
    const data = JSON.parse(/<script[^>]*>(.*)<\/script>/.exec(text)?.[1] ?? '');
    expect(data.seconds).toHaveLength(Number(/max="(\d+)"/.exec(text)?.[1]) + 1);
    expect(data.names.slice(0, 3)).toEqual([
      [0, 'node-0'],
      [5, '1'],
      [5, '2'],
    ]);
  });

  test('cannot be left by a name, and shortens long ones', () => {
    const hostile = '</script><img src=x onerror=alert(1)>';
    const { text } = nodeMap(
      runResult({ nodeHistory: twoNodeHistory([hostile, 'n'.repeat(253)]) }),
    );
    expect(text).not.toContain('<img');
    expect(text).not.toContain('n'.repeat(64));
    expect(text.match(/<\/script>/g)).toHaveLength(1);
  });

  test('is left out when no sample was taken', () => {
    expect(nodeMap(emptyResult())).toBe(nothing);
  });
});

test('costs are added up when there are several kinds of machines', () => {
  const cost = {
    pool: 'spot',
    instanceType: 'm5.large',
    pricePerHour: 0.096,
    instances: 2,
    instanceUs: 5_400_000_000,
    cost: 0.144,
  };
  const rows = cells(
    nodeSection(runResult({ nodeCosts: [cost, { ...cost, pool: 'burst', cost: 1 }] })),
    'What machines',
  );
  expect(rows.slice(1)).toEqual([
    ['spot', 'm5.large', '0.096', '2', '1.5', '0.1440'],
    ['burst', 'm5.large', '0.096', '2', '1.5', '1.0000'],
    ['All', '', '', '4', '3', '1.1440'],
  ]);
  expect(cells(nodeSection(runResult({ nodeCosts: [cost] })), 'What machines')).toHaveLength(2);
});
