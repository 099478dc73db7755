// JSON patches, as the examples of RFC 6902 have them, and patches of load generators.
import { describe, expect, test } from 'vitest';
import { applyJsonPatch, type JsonPatchOperation } from '../../src/cluster/json-patch.js';

const apply = (value: unknown, ...patch: JsonPatchOperation[]) => applyJsonPatch(value, patch);

describe('a JSON patch', () => {
  test.each<[string, unknown, JsonPatchOperation[], unknown]>([
    ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [
      'adds an item before another',
      { a: ['x', 'z'] },
      [{ op: 'add', path: '/a/1', value: 'y' }],
      { a: ['x', 'y', 'z'] },
    ],
    ['adds an item at the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['removes a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/b' }], { a: 1 }],
    ['removes an item', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
    ['replaces an item', { a: [1, 2] }, [{ op: 'replace', path: '/a/0', value: 9 }], { a: [9, 2] }],
    ['replaces the whole', { a: 1 }, [{ op: 'replace', path: '', value: { b: 1 } }], { b: 1 }],
    [
      'moves a value',
      { a: { b: 1 }, c: {} },
      [{ op: 'move', from: '/a/b', path: '/c/d' }],
      { a: {}, c: { d: 1 } },
    ],
    ['copies a value', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    [
      'goes on after a test that holds',
      { a: { b: [1] } },
      [
        { op: 'test', path: '/a', value: { b: [1] } },
        { op: 'remove', path: '/a/b' },
      ],
      { a: {} },
    ],
    [
      'reads ~1 and ~0 in places as / and ~',
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'replace', path: '/a~1b', value: 3 },
        { op: 'replace', path: '/c~0d', value: 4 },
      ],
      { 'a/b': 3, 'c~d': 4 },
    ],
    ['may set null', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
  ])('%s', (_, value, patch, expected) => {
    expect(apply(value, ...patch)).toEqual(expected);
  });

  test.each<[string, JsonPatchOperation]>([
    ['a parent that is not there', { op: 'add', path: '/x/y', value: 1 }],
    ['a member that is not there', { op: 'remove', path: '/x' }],
    ['a value to replace that is not there', { op: 'replace', path: '/x', value: 1 }],
    ['an item beyond the end', { op: 'add', path: '/list/3', value: 1 }],
    ['an item by a name', { op: 'replace', path: '/list/first', value: 1 }],
    ['a step into a text', { op: 'add', path: '/text/a', value: 1 }],
    ['a source that is not there', { op: 'copy', from: '/x', path: '/y' }],
    ['a test that fails', { op: 'test', path: '/text', value: 'other' }],
    ['a member of every object', { op: 'remove', path: '/toString' }],
  ])('does not apply where it names %s', (_, operation) => {
    const value = { list: [1, 2], text: 't' };
    const first = { op: 'add', path: '/new', value: 1 } as const;
    expect(apply(value, first, operation)).toBeUndefined();
    expect(value).toEqual({ list: [1, 2], text: 't' });
  });

  test('that changes nothing leaves the same value', () => {
    const value = { a: { b: 1 } };
    expect(apply(value, { op: 'replace', path: '/a', value: { b: 1 } })).toBe(value);
    const there = { op: 'copy', from: '/a', path: '/c' } as const;
    expect(apply(value, there, { op: 'remove', path: '/c' })).toBe(value);
  });

  test('shares what it does not change', () => {
    const value = { a: { b: 1 }, c: { d: 2 } };
    const after = apply(value, { op: 'replace', path: '/a/b', value: 3 });
    expect((after as typeof value).c).toBe(value.c);
  });
});
