import { describe, expect, test } from 'vitest';
import { mostRangeValues, rangeValues } from '../../../src/experiment/sweep/value-range.js';

describe('a range', () => {
  test.each([
    ['1:4', ['1', '2', '3', '4']],
    ['10:50:20', ['10', '30', '50']],
    ['10:45:20', ['10', '30']],
    ['7:7', ['7']],
    ['-1:1', ['-1', '0', '1']],
    ['1Gi:3Gi:1Gi', ['1Gi', '2Gi', '3Gi']],
    ['100ms:300ms:100', ['100ms', '200ms', '300ms']],
    ['0.5:1.5:0.25', ['0.5', '0.75', '1', '1.25', '1.5']],
  ])('%s has the values %j', (text, values) => {
    expect(rangeValues(text)).toEqual(values);
  });

  test('counts in decimals, so that tenths do not drift', () => {
    const values = rangeValues('0:2:0.1');
    expect(values).toHaveLength(21);
    expect(values).toContain('0.3');
    expect(values.at(-1)).toBe('2');
  });

  test.each([
    ['', 'is not from:to'],
    ['5', 'is not from:to'],
    ['1:2:3:4', 'is not from:to'],
    ['a:b', '"a" is not a number'],
    ['1:', '"" is not a number'],
    ['1e3:2e3', 'is not a number'],
    ['5:1', 'descends'],
    ['1:5:0', 'step that is not above 0'],
    ['1:5:-1', 'step that is not above 0'],
    ['1Gi:5Mi', 'more than one unit'],
    ['1Gi:5Gi:1Mi', 'more than one unit'],
    ['1:1000000', `more than ${mostRangeValues} values`],
  ])('%j is refused: %s', (text, why) => {
    expect(rangeValues(text)).toContain(why);
  });
});
