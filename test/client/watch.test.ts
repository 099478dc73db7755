// Bookmarks: what they say, and that nothing else is taken for one.
import { expect, test } from 'vitest';
import { bookmarkOf, endsInitialEvents, type WatchEvent } from '../../src/client/watch.js';

const pods = { apiVersion: 'v1', kind: 'Pod' } as const;

test('a bookmark carries nothing but how far the watch is', () => {
  const bookmark = bookmarkOf(pods, 17, false);
  expect(bookmark.type).toBe('BOOKMARK');
  expect(bookmark.revision).toBe(17);
  expect(bookmark.object).toMatchObject({ ...pods, metadata: { name: '', resourceVersion: 17 } });
  expect(bookmark.previous).toBeUndefined();
  expect(bookmark.bytes).toBeGreaterThan(0);
});

test('only the bookmark that says so ends the initial events', () => {
  const end = bookmarkOf(pods, 17, true);
  expect(end.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  expect(endsInitialEvents(end)).toBe(true);
  expect(endsInitialEvents(bookmarkOf(pods, 17, false))).toBe(false);
  const change: WatchEvent = { ...end, type: 'ADDED' };
  expect(endsInitialEvents(change)).toBe(false);
});
