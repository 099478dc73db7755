import { describe, expect, test } from 'vitest';
import {
  cellLabel,
  countCells,
  gridCells,
  parseListParameter,
  parseScanParameter,
  splitList,
} from '../../../src/experiment/sweep/parameter.js';

describe('a list', () => {
  test('has a path and its values', () => {
    expect(parseListParameter('spec.controlPlane.etcd.disk=nvme, ssd,hdd')).toEqual({
      name: 'controlPlane.etcd.disk',
      values: ['nvme', 'ssd', 'hdd'],
    });
  });

  test('is split at the commas that YAML would split at', () => {
    expect(splitList('[a,b],{x: 1, y: 2},"c,d",\'e,f\'')).toEqual([
      '[a,b]',
      '{x: 1, y: 2}',
      '"c,d"',
      "'e,f'",
    ]);
  });

  test.each([
    ['', 'write path=a,b,c'],
    ['=1,2', 'write path=a,b,c'],
    ['path', 'write path=a,b,c'],
    ['path=', 'the list is empty'],
    ['path=1,,2', 'value 2 of the list is empty'],
    ['path=1,2,1', '"1" is listed twice'],
    ['policy=a,b', '--policy NAME=FILE'],
  ])('%j is refused: %s', (text, why) => {
    expect(parseListParameter(text)).toContain(why);
  });
});

test('a scan has a path and a range', () => {
  expect(parseScanParameter('seed=1:3')).toEqual({ name: 'seed', values: ['1', '2', '3'] });
  expect(parseScanParameter('seed=3:1')).toContain('descends');
  expect(parseScanParameter('seed')).toContain('write path=from:to:step');
});

describe('a grid', () => {
  const parameters = [
    { name: 'policy', values: ['a', 'b'] },
    { name: 'nodePools[0].count', values: ['1', '2', '3'] },
  ];

  test('has every combination once, the last parameter changing first', () => {
    expect(countCells(parameters)).toBe(6);
    expect(gridCells(parameters).map((cell) => cell.join(''))).toEqual([
      ...['a1', 'a2', 'a3', 'b1', 'b2', 'b3'],
    ]);
  });

  test('of nothing is the scenario itself', () => {
    expect(gridCells([])).toEqual([[]]);
    expect(cellLabel([], [])).toBe('the scenario');
  });

  test('names its cells', () => {
    expect(cellLabel(parameters, ['b', '3'])).toBe('policy=b nodePools[0].count=3');
  });
});
