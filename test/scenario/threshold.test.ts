import { describe, expect, test } from 'vitest';
import {
  parseMetricSelector,
  parseThreshold,
  thresholdHolds,
} from '../../src/scenario/threshold.js';

describe('parseThreshold', () => {
  test.each([
    ['p(99)<5', { aggregation: { kind: 'percentile', percentile: 99 }, comparison: '<', bound: 5 }],
    [
      ' p( 99.9 ) <= 0.5 ',
      { aggregation: { kind: 'percentile', percentile: 99.9 }, comparison: '<=', bound: 0.5 },
    ],
    ['max>=30', { aggregation: { kind: 'max' }, comparison: '>=', bound: 30 }],
    ['med!=-1.5e2', { aggregation: { kind: 'med' }, comparison: '!=', bound: -150 }],
    ['count==3000', { aggregation: { kind: 'count' }, comparison: '==', bound: 3000 }],
    ['rate>.5', { aggregation: { kind: 'rate' }, comparison: '>', bound: 0.5 }],
  ])('reads %j', (text, expected) => {
    expect(parseThreshold(text)).toEqual(expected);
  });

  test.each([
    ['p99<5', '"p99" is none of'],
    ['p(101)<5', 'percentile above 100'],
    ['p()<5', '"p()" is none of'],
    ['average<5', '"average" is none of avg, min, max'],
    ['max 5', '"max 5" is none of'],
    ['max', 'there is no comparison'],
    ['max=<5', '"=<" is none of'],
    ['max===5', '"===" is none of'],
    ['max<five', '"five" is not a number'],
    ['max<', '"" is not a number'],
    ['max<5s', '"5s" is not a number'],
    ['', '"" is none of'],
  ])('says what is wrong with %j', (text, reason) => {
    expect(parseThreshold(text)).toContain(reason);
  });
});

describe('parseMetricSelector', () => {
  test.each([
    ['pod_startup_seconds', []],
    ['pod_startup_seconds{}', []],
    ['pod_startup_seconds{namespace=shop}', [['namespace', 'shop']]],
    [
      'm{b="x y",a=1}',
      [
        ['a', '1'],
        ['b', 'x y'],
      ],
    ],
    ['m{owner:Deployment/web}', [['owner', 'Deployment/web']]],
  ])('reads %s with its labels in order', (text, labels) => {
    expect(parseMetricSelector(text)).toMatchObject({ labels });
  });

  test.each([
    ['pod startup', 'not a metric name'],
    ['m{namespace}', '"namespace" is not a label'],
    ['m{a=1', 'not a metric name'],
    ['', 'not a metric name'],
  ])('says what is wrong with %j', (text, reason) => {
    expect(parseMetricSelector(text)).toContain(reason);
  });
});

describe('thresholdHolds', () => {
  test.each([
    ['max<5', 4.9, true],
    ['max<5', 5, false],
    ['max<=5', 5, true],
    ['max>5', 5, false],
    ['max>=5', 5, true],
    ['max==5', 5, true],
    ['max==5', 5.1, false],
    ['max!=5', 5, false],
    ['max!=5', 4, true],
  ])('%s of %d is %s', (text, value, holds) => {
    const parsed = parseThreshold(text);
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(thresholdHolds(parsed, value)).toBe(holds);
  });

  test('no samples never hold, not even against !=', () => {
    for (const text of ['max<5', 'max!=5', 'max>=0']) {
      const parsed = parseThreshold(text);
      if (typeof parsed === 'string') throw new Error(parsed);
      expect(thresholdHolds(parsed, Number.NaN)).toBe(false);
    }
  });
});
