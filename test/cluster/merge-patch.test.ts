import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergePatch } from '../../src/cluster/merge-patch.js';

describe('maps and scalars, by RFC 7396', () => {
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j make %j', (value, patch, expected) => {
    expect(mergePatch(value, patch)).toEqual(expected);
  });

  test('a field that only every object has by birth is neither read nor removed', () => {
    const value = { a: 1 };
    expect(mergePatch(value, { toString: null })).toBe(value);
    expect(mergePatch(value, { constructor: { x: 1 } })).toEqual({ a: 1, constructor: { x: 1 } });
  });
});

describe('the order of keys', () => {
  test('of what is added is that of their names, whatever the patch was written like', () => {
    const merged = mergePatch({ z: 0 }, { c: 1, a: 2, b: 3 }) as object;
    expect(Object.keys(merged)).toEqual(['z', 'a', 'b', 'c']);
  });

  test('is no difference between two lists', () => {
    const value = { list: [{ x: 1, y: [2], z: { u: 3, v: 4 } }] };
    const patch = { list: [{ z: { v: 4, u: 3 }, y: [2], x: 1 }] };
    expect(mergePatch(value, patch)).toBe(value);
  });
});

describe('lists of things with names', () => {
  const containers = [
    { name: 'app', image: 'nginx:1', ports: [80] },
    { name: 'log', image: 'fluent:1' },
  ];

  test('merge by name, in the order that they had', () => {
    expect(mergePatch(containers, [{ name: 'log', image: 'fluent:2' }])).toEqual([
      { name: 'app', image: 'nginx:1', ports: [80] },
      { name: 'log', image: 'fluent:2' },
    ]);
  });

  test('of mounts merge by path: one volume may be mounted twice', () => {
    const mounts = [
      { name: 'config', mountPath: '/a', subPath: 'a' },
      { name: 'config', mountPath: '/b', subPath: 'b' },
    ];
    expect(mergePatch(mounts, [...mounts])).toBe(mounts);
    const moved = [{ name: 'config', mountPath: '/b', subPath: 'c' }];
    expect(mergePatch(mounts, moved)).toEqual([mounts[0], moved[0]]);
  });

  test('take new items at the end, without the fields that these remove', () => {
    const patch = [{ name: 'new', image: 'redis:8', command: null }];
    expect(mergePatch(containers, patch)).toEqual([
      ...containers,
      { name: 'new', image: 'redis:8' },
    ]);
    expect(mergePatch(undefined, patch)).toEqual([{ name: 'new', image: 'redis:8' }]);
  });

  test('are replaced by the empty list, and replace a list without names', () => {
    expect(mergePatch(containers, [])).toEqual([]);
    expect(mergePatch(['x'], [{ name: 'a' }])).toEqual([{ name: 'a' }]);
  });

  test('keep an item by reference that the patch does not touch', () => {
    const merged = mergePatch(containers, [
      { name: 'log', image: 'fluent:2' },
    ]) as typeof containers;
    expect(merged[0]).toBe(containers[0]);
  });
});

const key = fc.constantFrom('a', 'b', 'name', 'toString');
const json = fc.letrec<{ value: unknown; map: unknown; named: unknown }>((tie) => ({
  map: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  named: fc
    .uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 })
    .chain(
      (names) =>
        fc.tuple(
          ...names.map((name) => tie('map').map((map) => ({ ...(map as object), name }))),
        ) as fc.Arbitrary<unknown>,
    ),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1, 'text'),
    fc.array(fc.integer({ max: 3, min: 0 }), { maxLength: 2 }),
    tie('map'),
    tie('named'),
  ),
}));

/** An object of the API holds no null. */
function withoutNulls(value: unknown): unknown {
  return mergePatch(undefined, value);
}

describe('for any value and patch', () => {
  test('merging twice is the same as merging once, and returns the value itself', () => {
    fc.assert(
      fc.property(json.value, json.map, (value, patch) => {
        const once = mergePatch(value, patch);
        expect(mergePatch(once, patch)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test('merging a value with itself returns the value itself', () => {
    fc.assert(
      fc.property(json.map, (map) => {
        const value = withoutNulls(map);
        expect(mergePatch(value, structuredClone(value))).toBe(value);
      }),
    );
  });

  test('an empty patch returns the map itself', () => {
    fc.assert(
      fc.property(json.map, (value) => {
        expect(mergePatch(value, {})).toBe(value);
      }),
    );
  });

  test('neither value nor patch is changed', () => {
    fc.assert(
      fc.property(json.value, json.map, (value, patch) => {
        const copies = structuredClone([value, patch]);
        mergePatch(value, patch);
        expect([value, patch]).toEqual(copies);
      }),
    );
  });
});
