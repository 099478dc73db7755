import { describe, expect, test } from 'vitest';
import { assign, mergeTrees, parseAssignment } from '../../src/scenario/layers.js';

describe('merging trees', () => {
  test.each([
    ['keys of both', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['the upper value of a key of both', { a: 1 }, { a: 2 }, { a: 2 }],
    ['mappings within mappings', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ['the upper list whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['a scalar over a mapping', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    ['a mapping over a scalar', { a: 'nvme' }, { a: { fsync: '1ms' } }, { a: { fsync: '1ms' } }],
    ['an explicit nothing', { a: 1 }, { a: null }, { a: null }],
    ['the lower tree below nothing', { a: 1 }, undefined, { a: 1 }],
    ['the upper tree above nothing', undefined, { a: 1 }, { a: 1 }],
  ])('keeps %s', (_what, lower, upper, expected) => {
    expect(mergeTrees(lower, upper)).toEqual(expected);
  });

  test('replaces a distribution whole, because two halves make none', () => {
    const lower = { delay: { p50: '1ms', p99: '2ms' } };
    expect(mergeTrees(lower, { delay: { exponential: '3ms' } })).toEqual({
      delay: { exponential: '3ms' },
    });
  });

  test('changes neither tree', () => {
    const lower = Object.freeze({ a: Object.freeze({ b: 1 }) });
    const upper = Object.freeze({ a: Object.freeze({ c: 2 }) });
    expect(mergeTrees(lower, upper)).toEqual({ a: { b: 1, c: 2 } });
  });
});

describe('reading path=value', () => {
  test.each([
    ['seed=1', ['seed'], 1, 6],
    ['spec.seed=1', ['seed'], 1, 11],
    ['nodePools[2].count=5', ['nodePools', 2, 'count'], 5, 20],
    [
      'network.imageSizes[example/web:1]=60Mi',
      ['network', 'imageSizes', 'example/web:1'],
      '60Mi',
      35,
    ],
    ['horizon=1m30s', ['horizon'], '1m30s', 9],
    ['serialize=true', ['serialize'], true, 11],
    ['a="1"', ['a'], '1', 3],
    ['a={b: [1, 2]}', ['a'], { b: [1, 2] }, 3],
    ['a=b=c', ['a'], 'b=c', 3],
    ['a=', ['a'], undefined, 3],
  ])('%s', (text, path, value, column) => {
    const assignment = parseAssignment(text, 3);
    expect(assignment).toMatchObject({ option: '--set', line: 3, path, column });
    expect('value' in assignment && assignment.value).toEqual(value);
  });

  test.each(['seed', '=1', '', '...=1'])('%j is none', (text) => {
    expect(parseAssignment(text, 1)).toMatchObject({ code: 'KUBECLOCK2009', severity: 'error' });
  });
});

describe('assigning', () => {
  const at = (tree: unknown, ...path: readonly (string | number)[]) =>
    assign(tree, { option: '--set', line: 1, column: 1, path, value: 'new' });

  test('replaces what is there and leaves the rest', () => {
    expect(at({ a: 1, b: 2 }, 'a')).toEqual({ tree: { a: 'new', b: 2 } });
    expect(at({ a: [{ b: 1, c: 2 }, 3] }, 'a', 0, 'b')).toEqual({
      tree: { a: [{ b: 'new', c: 2 }, 3] },
    });
  });

  test('makes the mappings on the way', () => {
    expect(at({}, 'a', 'b', 'c')).toEqual({ tree: { a: { b: { c: 'new' } } } });
    expect(at(undefined, 'a')).toEqual({ tree: { a: 'new' } });
  });

  test('does not make list items, nor put keys into scalars', () => {
    expect(at({ a: [1] }, 'a', 1)).toBe('a has 1 items, so there is no [1]');
    expect(at({}, 'a', 0)).toBe('a has 0 items, so there is no [0]');
    expect(at({ a: 'text' }, 'a', 'b')).toBe('a is not a mapping');
  });
});
