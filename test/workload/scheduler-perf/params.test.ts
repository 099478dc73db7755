// Parameters of a workload, asked for by operations.
import { beforeEach, describe, expect, test } from 'vitest';
import { Params } from '../../../src/workload/scheduler-perf/params.js';

let params: Params;

beforeEach(() => {
  const values = { nodes: 5, half: 2.5, less: -1, on: true, off: false, time: '90s', text: 'many' };
  params = new Params(values, 'Work', (path) => ({ file: 'f', line: path.length, column: 7 }));
});

const messages = (): readonly string[] => params.problems.map(({ message }) => message);

describe('a parameter', () => {
  test('has the type that is asked for', () => {
    expect(params.count('$nodes', ['a'])).toBe(5);
    expect([params.flag('$on', ['a']), params.flag('$off', ['a'])]).toEqual([true, false]);
    expect(params.durationUs('$time', ['a'])).toBe(90_000_000);
    expect(params.value('$text', ['a'])).toBe('many');
    expect(params.problems).toEqual([]);
  });

  test.each<[string, () => unknown, string, string]>([
    ['no number', () => params.count('$text', ['a']), '"many"', 'a whole number, 0 or more'],
    ['no whole number', () => params.count('$half', ['a']), '2.5', 'a whole number, 0 or more'],
    ['a negative number', () => params.count('$less', ['a']), '-1', 'a whole number, 0 or more'],
    ['no boolean', () => params.flag('$nodes', ['a']), '5', 'true or false'],
    ['no duration', () => params.durationUs('$text', ['a']), '"many"', 'a duration such as 10s'],
    ['a bare number', () => params.durationUs('$nodes', ['a']), '5', 'a duration such as 10s'],
  ])('that is %s is a problem', (_, ask, found, expected) => {
    expect([0, false]).toContain(ask());
    expect(params.problems).toMatchObject([
      { file: 'f', line: 1, column: 7, severity: 'error', expected, path: 'a' },
    ]);
    expect(messages()[0]).toMatch(new RegExp(`^\\$\\w+ is ${found} in workload "Work"$`));
  });

  test('that is missing is a problem, which names the others', () => {
    expect(params.value('$pods', ['a', 'b'])).toBeUndefined();
    expect(params.problems).toMatchObject([
      {
        message: '$pods is not among the params of workload "Work"',
        expected: 'one of $nodes, $half, $less, $on, $off, $time, $text',
        line: 2,
      },
    ]);
  });

  test('that is missing is one problem, whatever type was wanted', () => {
    expect([
      params.count('$a', ['a']),
      params.flag('$b', ['a']),
      params.durationUs('$c', ['a']),
    ]).toEqual([0, false, 0]);
    expect(messages()).toHaveLength(3);
  });

  test('is not one that every object has', () => {
    expect(params.value('$toString', ['a'])).toBeUndefined();
    expect(messages()).toHaveLength(1);
  });

  test('of a workload without any says so', () => {
    const none = new Params({}, 'Bare', () => ({ file: 'f', line: 1, column: 1 }));
    none.count('$nodes', ['a']);
    expect(none.problems).toMatchObject([{ expected: 'a workload with params' }]);
  });
});

describe('what nobody has asked for', () => {
  test('is sorted', () => {
    params.count('$nodes', ['a']);
    params.flag('$on', ['a']);
    expect(params.unused).toEqual(['half', 'less', 'off', 'text', 'time']);
  });

  test('does not have what was taken, nor what was asked for as another type', () => {
    expect([params.take('half'), params.take('nothing')]).toEqual([2.5, undefined]);
    params.durationUs('$nodes', ['a']);
    expect(params.unused).toEqual(['less', 'off', 'on', 'text', 'time']);
    expect(messages()).toHaveLength(1);
  });
});
