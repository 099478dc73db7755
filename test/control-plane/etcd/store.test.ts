// The multi-version store: transactions, the log of changes, older states, ranges, leases, size.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { etcdCosts } from '../../../src/control-plane/etcd/constants.js';
import { Store } from '../../../src/control-plane/etcd/store.js';
import { value } from './etcd-bench.js';

describe('a transaction', () => {
  const put = (key: string, expectedRevision: number, isDelete = false) => ({
    key,
    expectedRevision,
    value: isDelete ? undefined : value(key),
    bytes: 10,
  });

  test.each([
    ['creates what is not there', [put('a', 0)], true, 2],
    ['does not create what is there', [put('a', 0), put('a', 0)], false, 2],
    ['changes what is as expected', [put('a', 0), put('a', 2)], true, 3],
    ['does not change what has changed', [put('a', 0), put('a', 2), put('a', 2)], false, 3],
    ['deletes what is as expected', [put('a', 0), put('a', 2, true)], true, 3],
    ['does not delete what has changed', [put('a', 0), put('a', 1, true)], false, 2],
    ['creates again after a deletion', [put('a', 0), put('a', 2, true), put('a', 0)], true, 4],
    ['does not change what is gone', [put('a', 0), put('a', 2, true), put('a', 2)], false, 3],
  ])('%s', (_, transactions, succeeded, revision) => {
    const store = new Store();
    const results = transactions.map((each) => store.apply(each));
    expect(results.at(-1)).toMatchObject({ succeeded, revision });
    expect(store.revision).toBe(revision);
    if (!succeeded) expect(results.at(-1)?.current).toBe(store.get('a'));
  });

  test('is recorded with what was before, a deletion with the last state under a new revision', () => {
    const store = new Store();
    store.apply(put('a', 0));
    const created = store.get('a');
    store.apply(put('a', 2, true));
    expect(store.change(2)).toMatchObject({ type: 'ADDED', previous: undefined, revision: 2 });
    const deletion = store.change(3);
    expect(deletion).toMatchObject({ type: 'DELETED', revision: 3 });
    expect(deletion?.previous).toBe(created);
    expect(deletion?.object.metadata).toEqual({ name: 'a', resourceVersion: 3 });
    expect(created?.metadata.resourceVersion).toBe(2);
    expect(deletion?.bytes, 'a deletion carries the object').toBeGreaterThan(0);
  });

  test('is in the log until it is let go, and with it the states before', () => {
    const store = new Store();
    for (const key of ['a', 'b', 'c']) store.apply(put(key, 0));
    store.forget(3);
    expect(store.hasChangesAfter(3)).toBe(true);
    expect(store.hasChangesAfter(2)).toBe(false);
    expect([store.isReadable(3), store.isReadable(2)]).toEqual([true, false]);
    expect(store.get('c', 3)).toBeUndefined();
    expect(() => store.change(3)).toThrow('no longer in the log');
    expect(store.change(4)?.type).toBe('ADDED');
    store.forget(2);
    expect(store.hasChangesAfter(2), 'what is gone does not come back').toBe(false);
    store.forget(99);
    store.apply(put('d', 0));
    expect(store.change(5)?.type, 'what comes later is kept').toBe('ADDED');
  });

  test('a change is kept while the next 65,536 come', () => {
    const store = new Store();
    store.apply(put('a', 0));
    for (let revision = 2; revision <= 65_537; revision++) store.apply(put('a', revision));
    expect(store.change(2)?.type).toBe('ADDED');
    for (let revision = 65_538; revision <= 140_000; revision++) store.apply(put('a', revision));
    expect(store.change(140_001)?.type).toBe('MODIFIED');
    expect(() => store.change(2)).toThrow('no longer in the log');
  });

  test('a change is kept for as long as a watch is behind it', () => {
    const store = new Store();
    let watched = 3;
    store.watched = () => watched;
    store.apply(put('a', 0));
    for (let revision = 2; revision <= 140_000; revision++) store.apply(put('a', revision));
    expect(store.hasChangesAfter(watched)).toBe(true);
    for (const revision of [4, 65_540, 131_080, 140_001]) {
      expect(store.change(revision)?.object.metadata.resourceVersion).toBe(revision);
    }
    watched = 140_001;
    for (let revision = 140_001; revision <= 300_000; revision++) store.apply(put('a', revision));
    expect(() => store.change(4)).toThrow('no longer in the log');
    expect(store.change(200_000)?.object.metadata.resourceVersion).toBe(200_000);
  });
});

/** Puts (or deletes) whatever the revision of the key is. */
function write(store: Store, key: string, isDelete = false, bytes = 10): void {
  const expectedRevision = store.get(key)?.metadata.resourceVersion ?? 0;
  if (isDelete && expectedRevision === 0) return;
  const object = isDelete ? undefined : value(key);
  store.apply({ key, expectedRevision, value: object, bytes });
}

const names = (values: readonly KubernetesObject[]): string[] =>
  values.map(({ metadata }) => metadata.name);

describe('a range', () => {
  test('is in the order of the keys, whatever the order of writing', () => {
    const store = new Store();
    for (const key of ['pods/b', 'pods/a', 'nodes/x', 'pods/c', 'podsecurity/z']) write(store, key);
    const { values, count } = store.range('pods/', '', 0, store.revision);
    expect(names(values)).toEqual(['pods/a', 'pods/b', 'pods/c']);
    expect(count).toBe(3);
  });

  test('begins at a key, ends at a limit, and counts what is left', () => {
    const store = new Store();
    for (const key of ['pods/a', 'pods/b', 'pods/c', 'pods/d']) write(store, key);
    const { values, count } = store.range('pods/', 'pods/b', 2, store.revision);
    expect(names(values)).toEqual(['pods/b', 'pods/c']);
    expect(count).toBe(3);
  });

  test('shows nothing of a resource without keys', () => {
    expect(new Store().range('pods/', '', 0, 1)).toMatchObject({ values: [], count: 0 });
  });

  test('of any revision is what a copy made then shows', () => {
    const key = fc.constantFrom('pods/a', 'pods/b', 'pods/c', 'nodes/a');
    const writes = fc.array(fc.record({ key, isDelete: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(writes, (plan) => {
        const store = new Store();
        const copies: [number, readonly KubernetesObject[]][] = [];
        for (const each of plan) {
          write(store, each.key, each.isDelete);
          const { values } = store.range('pods/', '', 0, store.revision);
          copies.push([store.revision, values]);
        }
        for (const [revision, values] of copies) {
          expect(store.range('pods/', '', 0, revision).values).toEqual(values);
          expect(store.get('pods/a', revision)).toBe(
            values.find(({ metadata }) => metadata.name === 'pods/a'),
          );
        }
      }),
    );
  });
});

describe('a lease', () => {
  test('that ends deletes all its keys in one revision', () => {
    const store = new Store();
    store.leases.grant(7, 60);
    for (const key of ['events/a', 'events/b', 'pods/c']) {
      store.apply({
        key,
        expectedRevision: 0,
        value: value(key),
        bytes: 10,
        ...(key.startsWith('events') && { leaseId: 7 }),
      });
    }
    store.deleteAll(store.leases.end(7));
    expect(store.revision).toBe(5);
    expect(store.change(5)).toMatchObject({ type: 'DELETED', revision: 5 });
    expect(store.furtherChanges(5).map(({ object }) => object.metadata.name)).toEqual(['events/b']);
    expect(names(store.values)).toEqual(['pods/c']);
    expect(store.leases.has(7)).toBe(false);
    expect(store.get('events/b', 4)?.metadata.name).toBe('events/b');
  });

  test('lets go of a key that is put again without it, or deleted', () => {
    const store = new Store();
    store.leases.grant(1, 60);
    for (const key of ['events/a', 'events/b']) {
      store.apply({ key, expectedRevision: 0, value: value(key), bytes: 10, leaseId: 1 });
    }
    write(store, 'events/a');
    write(store, 'events/b', true);
    expect(store.leases.end(1)).toEqual([]);
    expect(names(store.values)).toEqual(['events/a']);
  });
});

describe('bytes that are no object', () => {
  test('make revisions that nobody watches, and are compared like objects', () => {
    const store = new Store();
    expect(store.putBytes('compact_rev_key', 0, 20)).toMatchObject({
      succeeded: true,
      revision: 2,
    });
    expect(store.putBytes('compact_rev_key', 0, 20)).toMatchObject({
      succeeded: false,
      revision: 2,
    });
    expect(store.putBytes('compact_rev_key', 2, 20)).toMatchObject({
      succeeded: true,
      revision: 3,
    });
    expect(store.change(3)).toBeUndefined();
    expect(store.values).toEqual([]);
  });
});

describe('the size of the database', () => {
  const { pageBytes, bytesPerRevision } = etcdCosts;

  test('grows by whole pages, at least two revisions in each', () => {
    const store = new Store();
    for (const key of ['a', 'b', 'c', 'd']) write(store, key, false, 2000);
    // Two of 2,061 bytes make more than a page, and share two.
    expect(store.sizes.allocatedBytes).toBe(4 * pageBytes);
    const small = new Store();
    for (let i = 0; i < 100; i++) write(small, 'a', false, 300);
    const perPage = Math.floor((pageBytes * 0.9) / (301 + bytesPerRevision));
    expect(small.sizes.allocatedBytes).toBe(Math.ceil(100 / perPage) * pageBytes);
  });

  test('a compaction gives back what was replaced and deleted up to its revision', () => {
    const store = new Store();
    for (let i = 0; i < 10; i++) write(store, 'a', false, 1000);
    write(store, 'b', false, 1000);
    write(store, 'b', true);
    const before = store.compact(6);
    // Revisions 2 to 5 of a; the sixth is still its value then.
    expect(before).toMatchObject({ revision: 6, deleted: 4, scanned: 5 });
    const after = store.compact(store.revision);
    expect(after).toMatchObject({ deleted: 5 + 2 });
    expect(store.compact(3)).toBeUndefined();
    expect(store.compact(store.revision + 1)).toBeUndefined();
    expect(store.isReadable(6)).toBe(false);
    expect(store.isReadable(store.revision)).toBe(true);
  });

  test('half of it is given back when half is superfluous', () => {
    const store = new Store();
    for (let i = 0; i < 100; i++) write(store, `k${i}`, false, 500);
    for (let i = 0; i < 100; i++) write(store, `k${i}`, false, 500);
    const { freedBytes = 0 } = store.compact(store.revision) ?? {};
    expect(freedBytes / store.sizes.allocatedBytes).toBeCloseTo(0.5, 1);
  });
});
