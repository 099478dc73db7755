import { expect, test } from 'vitest';
import { paretoFront } from '../../src/stats/pareto-front.js';

test('points that none is better than are on the front', () => {
  const points = [
    [1, 9],
    [5, 5],
    [6, 5],
    [9, 1],
    [9, 9],
  ];
  expect(paretoFront(points, ['lower', 'lower'])).toEqual([true, true, false, true, false]);
  expect(paretoFront(points, ['higher', 'higher'])).toEqual([false, false, false, false, true]);
  expect(paretoFront(points, ['lower', 'higher'])).toEqual([true, false, false, false, false]);
});

test('equal points keep each other on the front', () => {
  expect(
    paretoFront(
      [
        [1, 2],
        [1, 2],
      ],
      ['lower', 'lower'],
    ),
  ).toEqual([true, true]);
});

test('a point without a value is not on it, and keeps none off', () => {
  expect(
    paretoFront(
      [
        [Number.NaN, 0],
        [1, 1],
      ],
      ['lower', 'lower'],
    ),
  ).toEqual([false, true]);
});
