// Sizes of the messages that are measured most, field by field: half of all fields that a run
// measures are theirs. Read by name a field costs a few ns; found in the table of its message it
// costs 60 and touches memory that other work has taken out of the caches.

import type { ObjectMeta, ObjectReference, OwnerReference } from './object-meta.js';
import type { PodCondition } from './pod.js';
import { delimited, tagBytes, timeBytes, utf8Bytes, varintBytes } from './protobuf-bytes.js';

/** What a field takes that is written even when it is empty: its tag and a zero. */
const EMPTY = 2;

/** Of a text that is written in any case. */
function writtenText(text: string | undefined): number {
  return text == null ? EMPTY : delimited(utf8Bytes(text));
}

function text(value: string | undefined): number {
  return value == null ? 0 : delimited(utf8Bytes(value));
}

function integer(value: number | undefined): number {
  return value == null ? 0 : tagBytes + varintBytes(value);
}

function truth(value: boolean | undefined): number {
  return value == null ? 0 : tagBytes + 1;
}

const TIME = delimited(timeBytes);

function time(value: number | undefined): number {
  return value == null ? 0 : TIME;
}

function textMap(map: Readonly<Record<string, string>> | undefined): number {
  if (map == null) return 0;
  let total = 0;
  // A sum does not depend on the order of the keys.
  for (const key of Object.keys(map)) {
    total += delimited(delimited(utf8Bytes(key)) + text(map[key]));
  }
  return total;
}

function texts(list: readonly string[] | undefined): number {
  if (list == null) return 0;
  let total = 0;
  for (const each of list) total += delimited(utf8Bytes(each));
  return total;
}

/** Without `managedFields`, which are nobody's data (see `managed-fields-size.ts`). */
function objectMetaBytes(metadata: ObjectMeta): number {
  const { ownerReferences, generation, creationTimestamp } = metadata;
  // The API has given `selfLink` up, and the store keeps `resourceVersion` beside the object.
  let total = EMPTY + EMPTY;
  total += writtenText(metadata.name) + writtenText(metadata.generateName);
  total += writtenText(metadata.namespace) + writtenText(metadata.uid);
  total += generation == null ? EMPTY : integer(generation);
  total += creationTimestamp == null ? EMPTY : TIME;
  total += time(metadata.deletionTimestamp) + integer(metadata.deletionGracePeriodSeconds);
  total += textMap(metadata.labels) + textMap(metadata.annotations) + texts(metadata.finalizers);
  if (ownerReferences == null) return total;
  for (const owner of ownerReferences) total += delimited(ownerReferenceBytes(owner));
  return total;
}

function ownerReferenceBytes(owner: OwnerReference): number {
  return identityBytes(owner) + truth(owner.controller) + truth(owner.blockOwnerDeletion);
}

function objectReferenceBytes(reference: ObjectReference): number {
  return (
    identityBytes(reference) +
    writtenText(reference.namespace) +
    writtenText(reference.resourceVersion) +
    writtenText(reference.fieldPath)
  );
}

/** Which object a reference means; a sum does not depend on the order of fields. */
function identityBytes(reference: OwnerReference | ObjectReference): number {
  return (
    writtenText(reference.apiVersion) +
    writtenText(reference.kind) +
    writtenText(reference.name) +
    writtenText(reference.uid)
  );
}

function podConditionBytes(condition: PodCondition): number {
  const { lastProbeTime, lastTransitionTime, observedGeneration } = condition;
  return (
    writtenText(condition.type) +
    writtenText(condition.status) +
    writtenText(condition.reason) +
    writtenText(condition.message) +
    (lastProbeTime == null ? EMPTY : TIME) +
    (lastTransitionTime == null ? EMPTY : TIME) +
    (observedGeneration == null ? EMPTY : integer(observedGeneration))
  );
}

/** Measures the body of one message. */
export type MessageMeasure = (message: object) => number;

/**
 * By message; each agrees with the message's table on the fields of the API, where `null` counts as
 * absent. Linear in the length of texts.
 */
export const frequentMeasures: ReadonlyMap<string, MessageMeasure> = new Map<
  string,
  MessageMeasure
>([
  ['ObjectMeta', (message) => objectMetaBytes(message as ObjectMeta)],
  ['OwnerReference', (message) => ownerReferenceBytes(message as OwnerReference)],
  ['ObjectReference', (message) => objectReferenceBytes(message as ObjectReference)],
  ['PodCondition', (message) => podConditionBytes(message as PodCondition)],
]);
