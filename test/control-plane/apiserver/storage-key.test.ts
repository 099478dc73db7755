import { expect, test } from 'vitest';
import { objectKey } from '../../../src/api/object-meta.js';
import { noteEventKey, storageKey } from '../../../src/control-plane/apiserver/storage-key.js';
import { storedMetadata } from '../../../src/control-plane/apiserver/stored-parts.js';

test.each([
  ['pods', 'default', 'web-1', 'pods/default/web-1'],
  ['nodes', '', 'node-1', 'nodes/node-1'],
  ['nodes', undefined, 'node-1', 'nodes/node-1'],
  ['events', 'default', 'web-1.17a', 'events/default/web-1.17a'],
  ['events', '', 'web-1.17a', 'events/web-1.17a'],
])('the key of %s in %s under the name %s is %s', (resource, namespace, name, key) => {
  expect(storageKey(resource, namespace, name)).toBe(key);
});

test('an Event has the key of caches that any object has', () => {
  const given = { namespace: 'default', name: 'web-1.17a' };
  const noted = storedMetadata(given, given, 1);
  noteEventKey(noted, storageKey('events', given.namespace, given.name));
  const other = storedMetadata(given, given, 1);
  const event = { apiVersion: 'v1', kind: 'Event' };
  expect(objectKey({ ...event, metadata: noted })).toBe('default/web-1.17a');
  expect(objectKey({ ...event, metadata: noted })).toBe(objectKey({ ...event, metadata: other }));
});
