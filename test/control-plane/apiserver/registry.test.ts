// Names and UIDs: never twice, and the same whatever the order of creation.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdentityGenerator } from '../../../src/control-plane/apiserver/registry.js';
import { RandomRoot } from '../../../src/kernel/random-stream.js';

const generator = (seed = 'names'): IdentityGenerator =>
  new IdentityGenerator(new RandomRoot(seed));

function names(own: IdentityGenerator, prefix: string, count: number, resource = 'pods'): string[] {
  const metadata = { name: '', generateName: prefix, namespace: 'default' };
  return Array.from({ length: count }, () => own.fill(metadata, '', resource, 0).name);
}

describe('a generated name', () => {
  test('is the prefix and five letters of the API’s alphabet', () => {
    for (const name of names(generator(), 'web-', 100)) {
      expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    }
  });

  test('is never given twice: 20,000 pods of one ReplicaSet differ', () => {
    expect(new Set(names(generator(), 'web-', 20_000)).size).toBe(20_000);
  });

  test('has at most 63 characters', () => {
    const [name = ''] = names(generator(), 'x'.repeat(80), 1);
    expect(name).toHaveLength(63);
    expect(name.startsWith('x'.repeat(58))).toBe(true);
    const long = generator();
    const both = [
      ...names(long, `${'x'.repeat(58)}-a`, 500),
      ...names(long, `${'x'.repeat(58)}-b`, 500),
    ];
    expect(new Set(both).size).toBe(1000);
  });

  test('differs between seeds, namespaces and resources', () => {
    const one = generator();
    const [a] = names(one, 'web-', 1);
    const [b] = names(one, 'web-', 1, 'endpointslices');
    const [c] = names(generator('other'), 'web-', 1);
    const other = { name: '', generateName: 'web-', namespace: 'other' };
    const d = one.fill(other, '', 'pods', 0).name;
    expect(new Set([a, b, c, d]).size).toBe(4);
  });

  test('the n-th of a prefix depends on seed, prefix and n alone', () => {
    const order = fc.array(fc.constantFrom('a-', 'b-', 'c-'), { maxLength: 60 });
    fc.assert(
      fc.property(order, fc.string({ minLength: 1 }), (prefixes, seed) => {
        const mixed = generator(seed);
        const given = new Map<string, string[]>();
        for (const prefix of prefixes) {
          const [name = ''] = names(mixed, prefix, 1);
          given.set(prefix, [...(given.get(prefix) ?? []), name]);
        }
        for (const [prefix, inOrder] of given) {
          expect(inOrder).toEqual(names(generator(seed), prefix, inOrder.length));
        }
      }),
    );
  });
});

describe('a uid', () => {
  test('of an Event that is posted again after it has expired is another one', () => {
    const own = generator('events');
    const uidAt = (now: number): string | undefined =>
      own.fill({ name: 'shop.f1', namespace: 'default' }, '', 'events', now).uid;
    expect(uidAt(3_600_000_000)).not.toBe(uidAt(0));
  });

  const fill = (own: IdentityGenerator, name: string, resource = 'pods') =>
    own.fill({ name, namespace: 'default' }, '', resource, 42);

  test('belongs to the name, whatever was created before', () => {
    const one = generator();
    const other = generator();
    fill(other, 'b');
    expect(fill(one, 'a').uid).toBe(fill(other, 'a').uid);
  });

  test('is another for the next object of the same name', () => {
    const own = generator();
    const uids = Array.from({ length: 5 }, () => fill(own, 'a').uid);
    expect(new Set(uids).size).toBe(5);
  });

  test('differs between names, resources and seeds', () => {
    const own = generator();
    const uids = [
      fill(own, 'a').uid,
      fill(own, 'b').uid,
      fill(own, 'a', 'configmaps').uid,
      fill(generator('other'), 'a').uid,
    ];
    expect(new Set(uids).size).toBe(4);
  });

  test('comes with the time and generation of the creation, whatever the client gave', () => {
    const metadata = { name: 'a', uid: 'mine', creationTimestamp: 1, generation: 9 };
    expect(generator().fill({ ...metadata, resourceVersion: 9 }, '', 'pods', 42)).toMatchObject({
      name: 'a',
      creationTimestamp: 42,
      generation: 1,
      resourceVersion: 0,
    });
  });

  test('stands beside the namespace of the request, where the object names none', () => {
    const namespaceOf = (metadata: { name: string; namespace?: string }, requested: string) =>
      generator().fill(metadata, requested, 'pods', 0).namespace;
    expect(namespaceOf({ name: 'a' }, 'shop')).toBe('shop');
    expect(namespaceOf({ name: 'a', namespace: 'own' }, 'shop')).toBe('own');
    expect(namespaceOf({ name: 'a' }, '')).toBeUndefined();
    const inShop = generator().fill({ name: 'a' }, 'shop', 'pods', 0);
    const stated = generator().fill({ name: 'a', namespace: 'shop' }, '', 'pods', 0);
    expect(inShop.uid).toBe(stated.uid);
  });
});
