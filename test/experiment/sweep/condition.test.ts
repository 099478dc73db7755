import { describe, expect, test } from 'vitest';
import {
  conditionText,
  findMeasure,
  keepsAll,
  parseCondition,
} from '../../../src/experiment/sweep/condition.js';

const measures = ['pod_startup_p99_seconds', 'pods_unscheduled', 'cpu_allocation_ratio'];

describe('a condition', () => {
  test.each([
    ['pod_startup_p99<5s', 'pod_startup_p99_seconds<5'],
    ['pod_startup_p99_seconds <= 300ms', 'pod_startup_p99_seconds<=0.3'],
    ['pod_startup_p99<1.5', 'pod_startup_p99_seconds<1.5'],
    ['pods_unscheduled==0', 'pods_unscheduled==0'],
    ['cpu_allocation>80%', 'cpu_allocation_ratio>0.8'],
    ['cpu_allocation!=.5', 'cpu_allocation_ratio!=0.5'],
  ])('%s means %s', (text, meaning) => {
    const condition = parseCondition(text, measures);
    expect(typeof condition === 'string' ? condition : conditionText(condition)).toBe(meaning);
  });

  test.each([
    ['', 'write MEASURE<VALUE'],
    ['pod_startup_p99', 'write MEASURE<VALUE'],
    ['pod_startup_p99=5s', 'write MEASURE<VALUE'],
    ['pod_statup_p99<5s', 'did you mean pod_startup_p99?'],
    ['nothing<5', 'one of pod_startup_p99_seconds, pods_unscheduled'],
    ['pod_startup_p99<soon', '"soon" is not a time, such as 5s'],
    ['pods_unscheduled<5s', '"5s" is not a number'],
    ['cpu_allocation<many%', 'is not a number'],
  ])('%j is refused: %s', (text, why) => {
    expect(parseCondition(text, measures)).toContain(why);
  });

  test('is kept by a run whose value keeps it, and by none without a sample', () => {
    const conditions = ['pod_startup_p99<5s', 'pods_unscheduled==0'].map((text) => {
      const found = parseCondition(text, measures);
      if (typeof found === 'string') throw new Error(found);
      return found;
    });
    expect(keepsAll(conditions, measures, [4.9, 0, 1])).toBe(true);
    expect(keepsAll(conditions, measures, [5, 0, 1])).toBe(false);
    expect(keepsAll(conditions, measures, [4, 1, 1])).toBe(false);
    expect(keepsAll(conditions, measures, [Number.NaN, 0, 1])).toBe(false);
  });
});

test('a measure is found with its unit and without', () => {
  expect(findMeasure('cpu_allocation', measures)).toBe('cpu_allocation_ratio');
  expect(findMeasure('cpu_allocation_ratio', measures)).toBe('cpu_allocation_ratio');
  expect(findMeasure('cpu', measures)).toBeUndefined();
});
