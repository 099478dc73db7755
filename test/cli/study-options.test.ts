import { describe, expect, test } from 'vitest';
import { shellLine } from '../../src/cli/shell-word.js';
import {
  namedPolicies,
  namesOf,
  refuseTwice,
  studyFormat,
  wholeNumber,
} from '../../src/cli/study-options.js';

describe('options of studies', () => {
  test('name policies, with a file or as the scenario has them', () => {
    expect(namedPolicies(['default', 'packed=a=b.yaml'])).toEqual([
      { name: 'default', file: undefined },
      { name: 'packed', file: 'a=b.yaml' },
    ]);
    expect(namedPolicies()).toEqual([]);
    expect(() => namedPolicies('packed=')).toThrow('write NAME=FILE');
    expect(() => refuseTwice(namedPolicies(['a', 'a=b']))).toThrow('--policy a is named twice.');
  });

  test('take names with commas, each once', () => {
    expect(namesOf(['a, b', 'b,,c'])).toEqual(['a', 'b', 'c']);
    expect(namesOf(undefined)).toEqual([]);
  });

  test('take whole numbers up to a limit', () => {
    expect(wholeNumber('seeds', '7', 5, 9)).toBe(7);
    expect(wholeNumber('seeds', undefined, 5, 9)).toBe(5);
    for (const wrong of ['0', '10', '1.5', '-1', 'x']) {
      expect(() => wholeNumber('seeds', wrong, 5, 9)).toThrow('a whole number from 1 to 9');
    }
  });

  test('know four formats', () => {
    expect(studyFormat({})).toBe('table');
    expect(studyFormat({ json: true, output: 'csv' })).toBe('json');
    expect(() => studyFormat({ output: 'xml' })).toThrow('the format is table, json, csv or');
  });
});

test('a command line is printed as a shell takes it back', () => {
  expect(shellLine(['kubeclock', 'a b.yaml', "it's", 'nodePools[0].count=1:3'])).toBe(
    "kubeclock 'a b.yaml' 'it'\\''s' 'nodePools[0].count=1:3'",
  );
});
