/**
 * The weight of `managedFields`: for every writer, the names of the fields it has set, as JSON
 * text. In a running pod they are a third of the object.
 *
 * Two writers are assumed: the creator, for labels, annotations, owners and the spec; and, once
 * there is a status, its writer. Fields that admission or a binding adds have no owner.
 *
 * Source: Kubernetes v1.36 `structured-merge-diff` FieldsV1 and the list types of `core/v1`.
 */

import type { ApiObject, ObjectMeta } from './object-meta.js';
import { SizeNote } from './size-note.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Lists whose items are fields of their own, by the keys that tell them apart. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  addresses: ['type'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  ownerReferences: ['uid'],
  imagePullSecrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

/** Fields of a pod that admission and the binding set, which nobody then owns. */
const unowned: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'nodeName',
  'priority',
  'preemptionPolicy',
  'serviceAccount',
  'serviceAccountName',
  'tolerations',
]);

/** Objects whose fields are one: nothing inside is listed. */
const atomic: ReadonlySet<string> = new Set([
  'affinity',
  'selector',
  'securityContext',
  'fieldRef',
  'resourceFieldRef',
  'nodeSelector',
  'involvedObject',
  'source',
]);

/** The volume that admission adds for a pod's token. */
function isTokenVolume(item: JsonObject): boolean {
  return typeof item['name'] === 'string' && item['name'].startsWith('kube-api-access-');
}

/** `,".":{}` marks that the object itself, and not only its fields, was set. */
const selfBytes = 7;

/** A field name in the text: `"f:` name `":` value `,`. */
function entryBytes(name: string, value: number): number {
  return name.length + 6 + value;
}

/** What the tables say of a name, so that one look-up finds all of it. */
interface NameFacts {
  readonly isUnowned: boolean;
  readonly isAtomic: boolean;
  readonly isMap: boolean;
  readonly isRemembered: boolean;
  readonly keys: readonly string[] | undefined;
}

const ORDINARY: NameFacts = {
  isUnowned: false,
  isAtomic: false,
  isMap: false,
  isRemembered: false,
  keys: undefined,
};

const MAPS = ['labels', 'annotations'];

/** Parts that outlive an update and are large; remembering smaller ones would not pay. */
const REMEMBERED = ['containers', 'spec', 'template', 'volumes'];

/** By name; all others are ordinary. */
const facts: ReadonlyMap<string, NameFacts> = new Map(
  [...unowned, ...atomic, ...MAPS, ...REMEMBERED, ...Object.keys(listKeys)].map((name) => [
    name,
    {
      isUnowned: unowned.has(name),
      isAtomic: atomic.has(name),
      isMap: MAPS.includes(name),
      isRemembered: REMEMBERED.includes(name),
      keys: listKeys[name],
    },
  ]),
);

function factsOf(name: string): NameFacts {
  return facts.get(name) ?? ORDINARY;
}

function listBytes(items: readonly unknown[], { keys, isRemembered }: NameFacts): number {
  if (keys === undefined) return 2;
  let total = 2;
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    const fields = item as JsonObject;
    if (isTokenVolume(fields)) continue;
    // The key is JSON inside JSON: every quotation mark in it is escaped.
    let key = 6;
    for (const part of keys) key += part.length + String(fields[part] ?? '').length + 10;
    total += key + selfBytes + objectBytes(fields, isRemembered);
  }
  return total;
}

function valueBytes(value: unknown, known: NameFacts): number {
  if (Array.isArray(value)) return listBytes(value, known);
  if (typeof value !== 'object' || value === null || known.isAtomic) return 2;
  const bytes = objectBytes(value as JsonObject, known.isRemembered);
  return bytes + (known.isMap || bytes > 2 ? selfBytes : 0);
}

/** `{...}` of an object's fields. */
function objectBytes(object: JsonObject, isRemembered: boolean): number {
  const noted = isRemembered ? SizeNote.managed(object) : -1;
  if (noted >= 0) return noted;
  let total = 2;
  let isFlat = true;
  // A sum does not depend on the order of the keys.
  for (const name of Object.keys(object)) {
    const field = object[name];
    if (field === undefined) continue;
    const known = factsOf(name);
    if (known.isUnowned) continue;
    if (typeof field !== 'object') {
      total += entryBytes(name, 2);
      continue;
    }
    isFlat = false;
    const value = valueBytes(field, known);
    // A list of which every item is someone else's is not there at all.
    const isEmptied = value === 2 && known.keys !== undefined && Array.isArray(field);
    if (!isEmptied) total += entryBytes(name, value);
  }
  // What is flat is measured sooner than it is noted.
  if (isRemembered && !isFlat) SizeNote.noteManaged(object, total);
  return total;
}

/**
 * One entry beside its text: manager (about 17 letters), operation, API version, time, `FieldsV1`
 * and, for a status, the subresource.
 */
const headerBytes = 60;

function isOwned(name: string): boolean {
  return name !== 'apiVersion' && name !== 'kind' && name !== 'metadata' && name !== 'status';
}

/**
 * The estimated bytes of an object's managed fields, without what is owned of its metadata. Linear
 * in what has not been seen.
 */
export function managedPartsBytes(object: ApiObject): number {
  let created = 2;
  const fields = object as unknown as JsonObject;
  // A sum does not depend on the order of the keys.
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined || !isOwned(name)) continue;
    created += entryBytes(name, partBytes(name, value));
  }
  return headerBytes + created + statusWriterBytes(fields['status']);
}

/** A part of the object itself is always listed field by field. */
function partBytes(name: string, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 2;
  const known = factsOf(name);
  if (Array.isArray(value)) return listBytes(value, known);
  return objectBytes(value as JsonObject, known.isRemembered);
}

/** Bytes of what the creator owns of the metadata; 0 where it has set none of it. */
export function managedMetadataBytes(metadata: ObjectMeta): number {
  const noted = SizeNote.managed(metadata);
  if (noted >= 0) return noted;
  const { generateName, labels, annotations, ownerReferences } = metadata;
  let owned = 2;
  if (generateName !== undefined) owned += entryBytes('generateName', 2);
  if (labels !== undefined) owned += entryBytes('labels', fieldBytes('labels', labels));
  if (annotations !== undefined) {
    owned += entryBytes('annotations', fieldBytes('annotations', annotations));
  }
  if (ownerReferences !== undefined) {
    owned += entryBytes('ownerReferences', fieldBytes('ownerReferences', ownerReferences));
  }
  const bytes = owned > 2 ? entryBytes('metadata', owned) : 0;
  SizeNote.noteManaged(metadata, bytes);
  return bytes;
}

function fieldBytes(name: string, value: unknown): number {
  return valueBytes(value, factsOf(name));
}

/** What the writer of the status owns; nothing while the API server's own phase is all there is. */
function statusWriterBytes(status: unknown): number {
  if (typeof status !== 'object' || status === null) return 0;
  const fields = status as JsonObject;
  const isWritten = fields['podIP'] !== undefined || fields['phase'] === undefined;
  const isInitial = !isWritten && fields['containerStatuses'] === undefined;
  if (isInitial) return 0;
  return headerBytes + 'status'.length + 2 + entryBytes('status', objectBytes(fields, false));
}
