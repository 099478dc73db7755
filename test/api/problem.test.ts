import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from '../../src/api/did-you-mean.js';
import { formatPath, parsePath } from '../../src/api/field-path.js';
import {
  duplicateValue,
  forbidden,
  invalidValue,
  notFound,
  requiredValue,
  tooMany,
  unsupportedValue,
} from '../../src/api/field-problem.js';
import {
  compareProblems,
  formatProblem,
  type Problem,
  problemCodes,
} from '../../src/api/problem.js';
import { isTimestamp, parseTimestamp } from '../../src/api/timestamp.js';

const problem: Problem = {
  code: 'KUBECLOCK1202',
  severity: 'error',
  file: 'app.yaml',
  line: 2,
  column: 11,
  path: 'spec.replicas',
  message: 'Invalid value: -1: must be greater than or equal to 0',
};

describe('a problem for people', () => {
  it('is one line without the source', () => {
    expect(formatProblem(problem)).toBe(
      'app.yaml:2:11: error KUBECLOCK1202: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  it('shows the line, a caret, what was expected and what to write', () => {
    const full: Problem = { ...problem, expected: 'a count', suggestion: 'replicas: 1' };
    expect(formatProblem(full, 'spec:\n  replicas: -1\n').split('\n')).toEqual([
      'app.yaml:2:11: error KUBECLOCK1202: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      '  2 |   replicas: -1',
      '    |           ^',
      '  expected: a count',
      '  write: replicas: 1',
    ]);
  });

  it('does not name a field twice', () => {
    const unknown: Problem = { ...problem, message: 'unknown field "spec.replicas"' };
    expect(formatProblem(unknown)).toBe(
      'app.yaml:2:11: error KUBECLOCK1202: unknown field "spec.replicas"',
    );
  });

  it('survives a position outside the text', () => {
    expect(formatProblem({ ...problem, line: 99 }, 'a: 1').split('\n')).toHaveLength(1);
    expect(formatProblem({ ...problem, line: 1, column: 99 }, 'a: 1').split('\n')).toHaveLength(3);
  });

  it('cuts a long line around the column and keeps the caret under it', () => {
    const source = `${'x'.repeat(300)}!${'y'.repeat(300)}`;
    const [, line = '', caret = ''] = formatProblem(
      { ...problem, line: 1, column: 301 },
      source,
    ).split('\n');
    expect(line.length).toBeLessThanOrEqual(106);
    expect(line[caret.indexOf('^')]).toBe('!');
  });

  it('puts the caret right in files with Windows line endings and tabs', () => {
    const [, line, caret] = formatProblem(problem, 'spec:\r\n\treplicas: -1\r\n').split('\n');
    expect(line).toBe('  2 |  replicas: -1');
    expect(caret).toBe('    |           ^');
  });
});

it('what a binary file holds does not command the terminal', () => {
  const problem = {
    code: 'KUBECLOCK1001',
    severity: 'error',
    file: 'f',
    line: 1,
    column: 2,
  } as const;
  const text = formatProblem({ ...problem, path: '', message: 'm' }, 'a\u001b[31mb\u0007\u009bc');
  expect(text).toContain('1 | a [31mb  c');
});

describe('the order of problems', () => {
  it('is file, line, column, code', () => {
    const at = (file: string, line: number, column: number): Problem => ({
      ...problem,
      file,
      line,
      column,
    });
    const sorted = [at('b', 1, 1), at('a', 10, 1), at('a', 9, 5), at('a', 9, 1)].sort(
      compareProblems,
    );
    expect(sorted.map(({ file, line, column }) => `${file}:${line}:${column}`)).toEqual([
      'a:9:1',
      'a:9:5',
      'a:10:1',
      'b:1:1',
    ]);
  });

  it('codes are distinct', () => {
    const codes = Object.values(problemCodes);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('field problems in the words of the API server', () => {
  it.each<[string, string]>([
    [requiredValue(['a']).message, 'Required value'],
    [
      requiredValue(['a'], 'must specify a handler type').message,
      'Required value: must specify a handler type',
    ],
    [invalidValue(['a'], 'x', 'must be y').message, 'Invalid value: "x": must be y'],
    [invalidValue(['a'], -1, 'must be y').message, 'Invalid value: -1: must be y'],
    [invalidValue(['a'], undefined, 'must be y').message, 'Invalid value: null: must be y'],
    [invalidValue(['a'], { b: 1 }, 'must be y').message, 'Invalid value: {"b":1}: must be y'],
    [
      unsupportedValue(['a'], 'x', ['B', 'A']).message,
      'Unsupported value: "x": supported values: "A", "B"',
    ],
    [forbidden(['a'], 'may not be set').message, 'Forbidden: may not be set'],
    [duplicateValue(['a'], 'x').message, 'Duplicate value: "x"'],
    [notFound(['a'], 'x').message, 'Not found: "x"'],
    [tooMany(['a'], 3, 1).message, 'Too many: 3: must have at most 1 item'],
    [tooMany(['a'], 3, 2).message, 'Too many: 3: must have at most 2 items'],
  ])('%s', (message, expected) => {
    expect(message).toBe(expected);
  });
});

describe('field paths', () => {
  it.each<[readonly (string | number)[], string]>([
    [[], ''],
    [['spec'], 'spec'],
    [['spec', 'containers', 0, 'image'], 'spec.containers[0].image'],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 'metadata.labels[app.kubernetes.io/name]'],
    [['items', 3], 'items[3]'],
    [['spec', '$patch'], 'spec.$patch'],
  ])('%j is %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  it('read back what they write', () => {
    const step = fc.oneof(fc.nat(99), fc.stringMatching(/^[a-zA-Z][a-zA-Z./-]{0,9}$/));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});

describe('the nearest word', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['replica', ['replicas', 'template'], 'replicas'],
    ['Replicas', ['replicas'], 'replicas'],
    ['contianers', ['containers', 'initContainers'], 'containers'],
    ['imagePullpolicy', ['imagePullPolicy', 'image'], 'imagePullPolicy'],
    ['nodeAffinityPolicy', ['nodeTaintsPolicy', 'nodeAffinityPolicy'], 'nodeAffinityPolicy'],
    ['xyz', ['replicas'], undefined],
    ['foo', ['os'], undefined],
    ['', ['a'], undefined],
    ['name', [], undefined],
  ])('for %j', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected);
  });

  it.each<[string, string, number]>([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['abc', 'ab', 1],
    ['abc', 'abcd', 1],
    ['abc', 'axc', 1],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
  ])('%s and %s are %d apart', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
    expect(editDistance(right, left)).toBe(distance);
  });

  it('distance is bounded by the longer word and zero only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (left, right) => {
        const distance = editDistance(left, right);
        expect(distance).toBeLessThanOrEqual(
          Math.max(left.toLowerCase().length, right.toLowerCase().length),
        );
        expect(distance === 0).toBe(left.toLowerCase() === right.toLowerCase());
      }),
    );
  });
});

describe('timestamps', () => {
  it.each<[string, number]>([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01T00:00:01.5Z', 1_500_000],
    ['1969-12-31T23:59:59Z', -1_000_000],
    ['2000-02-29T12:00:00Z', 951_825_600_000_000],
    ['2026-11-21T13:00:00.123456789Z', 1_795_266_000_123_456],
    ['2026-11-21T14:00:00+01:00', 1_795_266_000_000_000],
    ['2026-11-21T08:30:00-04:30', 1_795_266_000_000_000],
    ['2026-11-21t13:00:00z', 1_795_266_000_000_000],
  ])('%s', (text, micros) => {
    expect(parseTimestamp(text)).toBe(micros);
  });

  it.each([
    '',
    'now',
    '2026-13-01T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('may be too far away to count, as is the year 1 that stands for no time', () => {
    expect(isTimestamp('0001-01-01T00:00:00Z')).toBe(true);
    expect(parseTimestamp('0001-01-01T00:00:00Z')).toBeUndefined();
    expect(isTimestamp('yesterday')).toBe(false);
  });

  it('agree with the platform for any instant', () => {
    const from = Date.UTC(1700, 0, 1);
    fc.assert(
      fc.property(fc.integer({ min: from, max: Date.UTC(2200, 0, 1) }), (millis) => {
        expect(parseTimestamp(new Date(millis).toISOString())).toBe(millis * 1_000);
      }),
    );
  });
});
