// The finalizers by which a DELETE tells the garbage collector what is to become of dependents.
// Without a propagationPolicy those that the object has already stay, as with Background for one
// that has none.
// Source: Kubernetes v1.36 apiserver registry/generic/registry/store.go
// deletionFinalizersForGarbageCollection.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { FOREGROUND_DELETION, ORPHAN_DEPENDENTS } from '../../api/object-meta.js';
import type { PropagationPolicy } from '../../client/api-request.js';
import { statusOf, storedMetadata, withParts } from './stored-parts.js';

const FINALIZER_OF: Readonly<Record<PropagationPolicy, string>> = {
  Background: '',
  Foreground: FOREGROUND_DELETION,
  Orphan: ORPHAN_DEPENDENTS,
};

/** The object with the finalizer that the policy asks for; the same object when it has that. */
export function withPropagation(
  object: KubernetesObject,
  policy: PropagationPolicy | undefined,
): KubernetesObject {
  if (policy === undefined) return object;
  const { metadata } = object;
  const { finalizers = [] } = metadata;
  const wanted = FINALIZER_OF[policy];
  const others = finalizers.filter(
    (each) => each !== FOREGROUND_DELETION && each !== ORPHAN_DEPENDENTS,
  );
  const isRight =
    wanted === ''
      ? others.length === finalizers.length
      : others.length === finalizers.length - 1 && finalizers.includes(wanted);
  if (isRight) return object;
  const given = { ...metadata, finalizers: wanted === '' ? others : [...others, wanted] };
  const changed = storedMetadata(metadata, given, metadata.generation ?? 1);
  return withParts(object, changed, statusOf(object));
}
