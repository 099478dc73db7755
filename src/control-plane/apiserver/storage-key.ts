// Keys of etcd. Most are asked for again and again and made once; an Event is nearly never heard of
// again after its creation, so that its key is not remembered, and is put together in one piece.
import { joined } from '../../api/joined.js';
import type { ObjectMeta } from '../../api/object-meta.js';
import { SizeNote } from '../../api/size-note.js';
import { objectKey } from '../../client/api-request.js';

const EVENTS = 'events';

/** `pods/default/web-1`. */
export function storageKey(resource: string, namespace: string | undefined, name: string): string {
  if (resource !== EVENTS) return joined(resource, objectKey(namespace, name));
  const hasNamespace = namespace !== undefined && namespace !== '';
  // A template would leave each of its steps in memory beside the text.
  return (hasNamespace ? [EVENTS, namespace, name] : [EVENTS, name]).join('/');
}

/** Has the metadata of a new Event know its key of caches, `namespace/name`, as a part of that. */
export function noteEventKey(metadata: ObjectMeta, key: string): void {
  SizeNote.noteKey(metadata, key.slice(EVENTS.length + 1));
}
