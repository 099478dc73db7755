import { expect, test } from 'vitest';
import { extended } from '../../src/api/extended.js';
import { SizeNote } from '../../src/api/size-note.js';

const pod = { name: 'web', labels: { app: 'web' }, node: undefined as string | undefined };

test('adds fields behind those that are there and leaves the original as it is', () => {
  const made = extended(pod, { uid: 'u1' });
  expect(made).toEqual({ ...pod, uid: 'u1' });
  expect(Object.keys(made)).toEqual(['name', 'labels', 'node', 'uid']);
  expect(pod).not.toHaveProperty('uid');
});

test('puts new values in the place of old ones, as a spread does', () => {
  const made = extended(pod, { node: 'node-1', name: 'other' });
  expect(Object.entries(made)).toEqual(Object.entries({ ...pod, node: 'node-1', name: 'other' }));
});

test('shares what it does not replace', () => {
  expect(extended(pod, { uid: 'u1' }).labels).toBe(pod.labels);
});

test('leaves the notes of sizes with the original', () => {
  SizeNote.noteMessage(pod, 12);
  expect(SizeNote.message(extended(pod, { uid: 'u1' }))).toBeLessThan(0);
});
