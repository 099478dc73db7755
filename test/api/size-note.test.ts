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

  test('can be taken over by an object of the same size, but for the total', () => {
    const from = {};
    const object = {};
    SizeNote.copy(from, object);
    expect(SizeNote.message(object)).toBeLessThan(0);
    SizeNote.noteMessage(from, 5);
    SizeNote.noteTotal(from, 9);
    SizeNote.copy(from, object);
    expect(SizeNote.message(object)).toBe(5);
    expect(SizeNote.total(object)).toBeLessThan(0);
  });
});
