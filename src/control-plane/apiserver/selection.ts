// Which objects a list or a watch is about: those of a namespace, those that a field selector lets
// through. For a watch an object that enters its selection is added, one that leaves is deleted.
// Source: Kubernetes v1.36 apiserver storage/cacher/cache_watcher.go convertToWatchEvent.
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ApiRequest, FieldEquality } from '../../client/api-request.js';
import type { WatchEvent } from '../../client/watch.js';

export interface Selection {
  /** '': all. */
  readonly namespace: string;
  readonly field: FieldEquality | undefined;
}

/** What a list or a watch asks for. */
export function selectionOf({ namespace, name, fieldSelector }: ApiRequest): Selection {
  const field = name === '' ? fieldSelector : ({ field: 'metadata.name', value: name } as const);
  return { namespace, field };
}

/** True when nothing is left out. */
export function isEverything({ namespace, field }: Selection): boolean {
  return field === undefined && namespace === '';
}

/** True when the selection has the object. */
export function isSelected({ namespace, field }: Selection, object: KubernetesObject): boolean {
  if (namespace !== '' && object.metadata.namespace !== namespace) return false;
  if (field === undefined) return true;
  if (field.field === 'metadata.name') return object.metadata.name === field.value;
  return nodeNameOf(object) === field.value;
}

/** Node of a bound pod; '' for anything else. */
export function nodeNameOf(object: KubernetesObject | undefined): string {
  return object?.kind === 'Pod' ? (object.spec.nodeName ?? '') : '';
}

/** The event as a watch of that selection gets it; undefined: not at all. */
export function viewOf(event: WatchEvent, selection: Selection): WatchEvent | undefined {
  if (isEverything(selection)) return event;
  const { previous, object } = event;
  const wasSelected = previous !== undefined && isSelected(selection, previous);
  const isStillSelected = event.type !== 'DELETED' && isSelected(selection, object);
  if (!wasSelected && !isStillSelected) return undefined;
  const type = !isStillSelected ? 'DELETED' : wasSelected ? 'MODIFIED' : 'ADDED';
  return type === event.type ? event : { ...event, type };
}

/** An object of the cache as a change, for a watch that begins with the current state. */
export function additionOf(object: KubernetesObject): WatchEvent {
  const revision = object.metadata.resourceVersion ?? 0;
  return { type: 'ADDED', object, previous: undefined, revision, bytes: encodedBytes(object) };
}
