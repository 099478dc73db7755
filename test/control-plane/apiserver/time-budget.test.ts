// How long a dispatcher may wait for slow watchers.
import { expect, test } from 'vitest';
import { TimeBudget } from '../../../src/control-plane/apiserver/time-budget.js';

const SECOND = 1_000_000;

test('at first there are 100 ms, and taking takes them all', () => {
  const budget = new TimeBudget();
  expect(budget.takeAvailable(0)).toBe(100_000);
  expect(budget.takeAvailable(900_000)).toBe(0);
});

test('each second brings 50 ms, up to 100', () => {
  const budget = new TimeBudget();
  budget.takeAvailable(0);
  expect(budget.takeAvailable(SECOND)).toBe(50_000);
  expect(budget.takeAvailable(11 * SECOND)).toBe(100_000);
});

test('what was not needed is there again', () => {
  const budget = new TimeBudget();
  budget.takeAvailable(0);
  budget.returnUnused(30_000);
  budget.returnUnused(-5);
  expect(budget.takeAvailable(500_000)).toBe(30_000);
  budget.returnUnused(90_000);
  expect(budget.takeAvailable(1_500_000)).toBe(100_000);
});
