// What a watch with a field selector sees of a change: an object that enters the selection is added
// for it, one that leaves is deleted.
// Source: Kubernetes v1.36 apiserver storage/cacher/cache_watcher.go convertToWatchEvent.
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { FieldEquality } from '../../client/api-request.js';
import type { WatchEvent } from '../../client/watch.js';

/** True when the selector lets the object through; without a selector always. */
export function isSelected(
  selector: FieldEquality | undefined,
  object: KubernetesObject | undefined,
): boolean {
  if (selector === undefined) return true;
  if (object === undefined) return false;
  if (selector.field === 'metadata.name') return object.metadata.name === selector.value;
  return nodeNameOf(object) === selector.value;
}

/** Node of a bound pod; '' for anything else. */
export function nodeNameOf(object: KubernetesObject | undefined): string {
  return object?.kind === 'Pod' ? (object.spec.nodeName ?? '') : '';
}

/** The event as a watch with that selector gets it; undefined: not at all. */
export function viewOf(
  event: WatchEvent,
  selector: FieldEquality | undefined,
): WatchEvent | undefined {
  if (selector === undefined) return event;
  const wasSelected = event.previous !== undefined && isSelected(selector, event.previous);
  const isStillSelected = event.type !== 'DELETED' && isSelected(selector, event.object);
  if (!wasSelected && !isStillSelected) return undefined;
  const type = !isStillSelected ? 'DELETED' : wasSelected ? 'MODIFIED' : 'ADDED';
  return type === event.type ? event : { ...event, type };
}

/** An object of the cache as a change, for a watch that begins with the current state. */
export function additionOf(object: KubernetesObject): WatchEvent {
  const revision = object.metadata.resourceVersion ?? 0;
  return { type: 'ADDED', object, previous: undefined, revision, bytes: encodedBytes(object) };
}
