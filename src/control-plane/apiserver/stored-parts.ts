// How stored objects are put together: always with the same fields in the same order, those that
// an object lacks undefined. Objects of one layout are made and read several times as fast as ones
// that were spread together: an update of a Lease took 6 µs, and takes 1 µs.
import { shareSize } from '../../api/encoded-size.js';
import { extended } from '../../api/extended.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ObjectMeta } from '../../api/object-meta.js';
import { messageShape } from '../../api/shape.js';
import { SizeNote } from '../../api/size-note.js';
import type { SimTime } from '../../kernel/time.js';

/** What the server says of an object, whatever clients send. */
interface ServerFields {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: number | undefined;
  readonly creationTimestamp?: SimTime | undefined;
  readonly deletionTimestamp?: SimTime | undefined;
  readonly deletionGracePeriodSeconds?: number | undefined;
}

/** The server's fields, and for the rest what a client has given. For one version of an object. */
export function storedMetadata(
  server: ServerFields,
  given: ObjectMeta,
  generation: number,
): ObjectMeta {
  const metadata = metadataOf(server, given, generation);
  SizeNote.ofStored(metadata, undefined);
  return metadata;
}

function metadataOf(server: ServerFields, given: ObjectMeta, generation: number): ObjectMeta {
  const metadata = {
    name: server.name,
    namespace: server.namespace,
    uid: server.uid,
    resourceVersion: server.resourceVersion,
    generation,
    creationTimestamp: server.creationTimestamp,
    deletionTimestamp: server.deletionTimestamp,
    deletionGracePeriodSeconds: server.deletionGracePeriodSeconds,
    generateName: given.generateName,
    labels: given.labels,
    annotations: given.annotations,
    ownerReferences: given.ownerReferences,
    finalizers: given.finalizers,
  };
  return metadata as ObjectMeta;
}

/** Metadata of an object whose metadata no client has changed. */
export function sameMetadata(metadata: ObjectMeta): ObjectMeta {
  const copy = metadataOf(metadata, metadata, metadata.generation ?? 1);
  SizeNote.ofStored(copy, metadata.generation === undefined ? undefined : metadata);
  return copy;
}

/** The parts that most kinds consist of. */
interface Parts {
  readonly spec?: unknown;
  readonly status?: unknown;
}

export function specOf(object: KubernetesObject): unknown {
  return (object as Parts).spec;
}

export function statusOf(object: KubernetesObject): unknown {
  return (object as Parts).status;
}

const USUAL_PARTS = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

/** By kind: whether its objects have no other parts. */
const isUsual = new Map<string, boolean>();

/** Whether objects of a kind consist of metadata, spec and status. */
export function hasUsualParts(kind: string): boolean {
  let known = isUsual.get(kind);
  if (known === undefined) {
    const fields = [...(messageShape(kind)?.keys() ?? [''])];
    known = fields.every((name) => USUAL_PARTS.has(name));
    isUsual.set(kind, known);
  }
  return known;
}

/** The object with metadata that no client has changed, and with this status, which may be its own. */
export function withSameMetadata(
  object: KubernetesObject,
  metadata: ObjectMeta,
  status: unknown,
): KubernetesObject {
  const made = withParts(object, sameMetadata(metadata), status);
  const isSameSize =
    metadata.generation !== undefined &&
    status === statusOf(object) &&
    object.metadata === metadata;
  const bytes = isSameSize ? SizeNote.total(object) : -1;
  if (bytes >= 0) SizeNote.noteTotal(made, bytes, SizeNote.parts(object));
  return made;
}

/** The object with other metadata and another status. */
export function withParts(
  object: KubernetesObject,
  metadata: ObjectMeta,
  status: unknown,
): KubernetesObject {
  const { apiVersion, kind } = object;
  if (!hasUsualParts(kind)) {
    // All that make objects of such kinds give them metadata, so that a spread adds no field.
    const made = (
      status === undefined ? { ...object, metadata } : extended(object, { metadata, status })
    ) as KubernetesObject;
    if (status === statusOf(object)) shareSize(made, object);
    return made;
  }
  const spec = specOf(object);
  const parts =
    status === undefined
      ? { apiVersion, kind, metadata, spec }
      : { apiVersion, kind, metadata, spec, status };
  return parts as KubernetesObject;
}
