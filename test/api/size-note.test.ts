import { describe, expect, test } from 'vitest';
import { SizeNote } from '../../src/api/size-note.js';

describe('what has been measured of an object', () => {
  test('is not known before it is noted, and is then', () => {
    const object = { name: 'web' };
    expect(SizeNote.total(object)).toBeLessThan(0);
    SizeNote.noteTotal(object, 40);
    expect(SizeNote.total(object)).toBe(40);
    expect(SizeNote.message(object)).toBeLessThan(0);
    expect(SizeNote.managed(object)).toBeLessThan(0);
  });

  test('is kept apart for message, managed fields and total', () => {
    const object = {};
    SizeNote.noteMessage(object, 1);
    SizeNote.noteManaged(object, 2);
    SizeNote.noteTotal(object, 3);
    expect([SizeNote.message(object), SizeNote.managed(object), SizeNote.total(object)]).toEqual([
      1, 2, 3,
    ]);
  });

  test('is no part of a copy, which may be changed', () => {
    const object = { name: 'web' };
    SizeNote.noteMessage(object, 7);
    expect(SizeNote.message({ ...object, name: 'longer-name' })).toBeLessThan(0);
  });

  test('is seen neither by keys nor by JSON nor by equality', () => {
    const object = { name: 'web' };
    SizeNote.noteTotal(object, 7);
    expect(Object.keys(object)).toEqual(['name']);
    expect(JSON.stringify(object)).toBe('{"name":"web"}');
    expect(object).toEqual({ name: 'web' });
  });

  test('can be noted of an object that is frozen', () => {
    const object = Object.freeze({ name: 'web' });
    SizeNote.noteTotal(object, 7);
    expect(SizeNote.total(object)).toBe(7);
  });

  test('is kept for metadata of a stored object as for anything else', () => {
    const metadata = { name: 'web' };
    SizeNote.ofStored(metadata, undefined);
    expect(SizeNote.message(metadata)).toBeLessThan(0);
    expect(SizeNote.managed(metadata)).toBeLessThan(0);
    SizeNote.noteMessage(metadata, 5);
    SizeNote.noteManaged(metadata, 6);
    expect([SizeNote.message(metadata), SizeNote.managed(metadata)]).toEqual([5, 6]);
    expect(JSON.stringify(metadata)).toBe('{"name":"web"}');
  });

  test('is taken over by stored metadata of the same size, noted either way', () => {
    const plain = { name: 'web' };
    SizeNote.noteMessage(plain, 5);
    SizeNote.noteManaged(plain, 6);
    const second = { name: 'web' };
    SizeNote.ofStored(second, plain);
    const third = { name: 'web' };
    SizeNote.ofStored(third, second);
    expect([SizeNote.message(third), SizeNote.managed(third)]).toEqual([5, 6]);
  });

  test('of a stored object is not that of a changed copy with the same metadata', () => {
    const metadata = { name: 'web' };
    SizeNote.ofStored(metadata, undefined);
    const stored = { metadata, spec: { replicas: 1 } };
    SizeNote.noteTotal(stored, 40);
    const changed = { ...stored, spec: { replicas: 1000 } };
    expect(SizeNote.total(stored)).toBe(40);
    expect(SizeNote.total(changed)).toBeLessThan(0);
    SizeNote.noteTotal(changed, 41);
    expect([SizeNote.total(stored), SizeNote.total(changed)]).toEqual([40, 41]);
  });

  test('of a key is kept for metadata of stored objects, and goes to that of the next version', () => {
    const plain = { name: 'web' };
    SizeNote.noteKey(plain, 'default/web');
    expect(SizeNote.key(plain)).toBe('');
    const metadata = { name: 'web' };
    SizeNote.ofStored(metadata, undefined);
    SizeNote.noteKey(metadata, 'default/web');
    const next = { name: 'web' };
    SizeNote.ofStored(next, metadata);
    expect([SizeNote.key(metadata), SizeNote.key(next)]).toEqual(['default/web', 'default/web']);
    expect(SizeNote.key({ ...metadata })).toBe('');
  });
});
