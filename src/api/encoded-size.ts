/**
 * How many bytes an object takes in the store and on the wire: its protobuf form, estimated by
 * walking the object along its shape.
 *
 * The estimate follows the encoding: a tag of one byte a field (two from the 16th field number on
 * are not told apart), lengths, nested messages, and the fields that Kubernetes' encoder writes even
 * when they are empty. `managedFields`, which the simulator does not keep, is added from the fields
 * that are set (see `managed-fields-size.ts`). Left out: which manager owns which field after
 * several have written.
 *
 * Source: Kubernetes v1.36 generated.pb.go; protobuf encoding; sizes recorded from a v1.36 control
 * plane (test/api/encoded-size.test.ts states how near this comes).
 */

import { sortedKeys } from './field-check.js';
import { managedFieldsBytes } from './managed-fields-size.js';
import type { ApiObject } from './object-meta.js';
import { type FieldType, messageShape } from './shape.js';

/**
 * Fields that are written even when empty, two bytes each, by message: Go fields that are neither
 * pointers nor lists.
 */
const alwaysWritten: Readonly<Record<string, string>> = {
  ObjectMeta:
    'name generateName namespace selfLink uid resourceVersion generation creationTimestamp',
  OwnerReference: 'kind name uid apiVersion',
  ObjectReference: 'kind namespace name uid apiVersion resourceVersion fieldPath',
  Pod: 'metadata spec status',
  PodSpec:
    'restartPolicy dnsPolicy serviceAccountName serviceAccount nodeName hostNetwork hostPID hostIPC hostname subdomain schedulerName priorityClassName',
  PodStatus: 'phase message reason hostIP podIP qosClass nominatedNodeName resize',
  PodCondition: 'type status lastProbeTime lastTransitionTime reason message observedGeneration',
  Container:
    'name image workingDir resources terminationMessagePath imagePullPolicy stdin stdinOnce tty terminationMessagePolicy',
  ContainerPort: 'name hostPort containerPort protocol hostIP',
  ContainerStatus: 'name state lastState ready restartCount image imageID containerID',
  ContainerStateTerminated: 'exitCode signal reason message startedAt finishedAt containerID',
  ContainerStateRunning: 'startedAt',
  ContainerStateWaiting: 'reason message',
  EnvVar: 'name value',
  VolumeMount: 'name readOnly mountPath subPath subPathExpr',
  Volume: 'name source',
  ServiceAccountTokenProjection: 'audience path',
  Probe:
    'handler initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold',
  HTTPGetAction: 'path port host scheme',
  Toleration: 'key operator value effect',
  Node: 'metadata spec status',
  NodeSpec: 'podCIDR providerID unschedulable externalID',
  NodeStatus: 'phase daemonEndpoints nodeInfo',
  NodeCondition: 'type status lastHeartbeatTime lastTransitionTime reason message',
  NodeAddress: 'type address',
  Taint: 'key value effect',
  Deployment: 'metadata spec status',
  DeploymentSpec: 'template strategy minReadySeconds paused',
  DeploymentStatus:
    'observedGeneration replicas updatedReplicas availableReplicas unavailableReplicas readyReplicas',
  ReplicaSet: 'metadata spec status',
  ReplicaSetSpec: 'template minReadySeconds',
  ReplicaSetStatus:
    'replicas fullyLabeledReplicas observedGeneration readyReplicas availableReplicas',
  ReplicaCondition: 'type status lastTransitionTime reason message',
  Service: 'metadata spec status',
  ServicePort: 'name protocol port targetPort nodePort',
  ServiceSpec:
    'clusterIP type sessionAffinity loadBalancerIP externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses',
  EndpointSlice: 'metadata addressType',
  Endpoint: 'conditions',
  Event:
    'metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime action reportingComponent reportingInstance',
  EventSource: 'component host',
  Lease: 'metadata spec',
};

const alwaysWrittenSets: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  sortedKeys(alwaysWritten).map((message) => [
    message,
    new Set((alwaysWritten[message] ?? '').split(' ')),
  ]),
);

/** A field's tag: number and wire type in one byte. */
const tagBytes = 1;

/** Seconds (tag and five bytes) and nanoseconds (tag and zero). */
const timeBytes = 8;

/** Magic number, and the empty content type and encoding of the envelope. */
const envelopeBytes = 4 + 4;

/** Length of a non-negative integer in base-128 groups; negative ones always take ten bytes. */
function varintBytes(value: number): number {
  if (value < 0) return 10;
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** Bytes of a text in UTF-8, by code units: surrogates count two each, four a pair. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** A tagged, length-delimited field with a body of `bytes`. */
function delimited(bytes: number): number {
  return tagBytes + varintBytes(bytes) + bytes;
}

function mapBytes(value: Readonly<Record<string, unknown>>, element: FieldType): number {
  let total = 0;
  for (const key of Object.keys(value)) {
    total += delimited(delimited(utf8Bytes(key)) + fieldBytes(value[key], element));
  }
  return total;
}

/** A field with its tag; each item of a list is a field of its own. */
function fieldBytes(value: unknown, type: FieldType): number {
  if (value === undefined || value === null) return 0;
  switch (type.type) {
    case 'boolean':
      return tagBytes + 1;
    case 'time':
      return delimited(timeBytes);
    case 'quantity':
      return delimited(delimited(utf8Bytes(String(value))));
    case 'resourceVersion':
      // Kept by the store beside the object, so the field is empty.
      return tagBytes + 1;
    case 'intOrString':
      return delimited(tagBytes + 1 + 2 + plainBytes(value) - tagBytes);
    case 'list':
      if (!Array.isArray(value)) return 0;
      return value.reduce<number>((sum, item) => sum + fieldBytes(item, type.element), 0);
    case 'map':
      return mapBytes(value as Readonly<Record<string, unknown>>, type.element);
    case 'message':
      return delimited(messageBytes(value as object, type.message));
    default:
      return plainBytes(value);
  }
}

function plainBytes(value: unknown): number {
  if (typeof value === 'string') return delimited(utf8Bytes(value));
  if (typeof value === 'number') return tagBytes + varintBytes(value);
  if (typeof value === 'boolean') return tagBytes + 1;
  return delimited(utf8Bytes(JSON.stringify(value)));
}

const known = new WeakMap<object, number>();

/** The body of a message. Memoised, so that a part shared by two versions is measured once. */
function messageBytes(value: object, message: string): number {
  const memoised = known.get(value);
  if (memoised !== undefined) return memoised;
  const shape = messageShape(message);
  const fields = value as Readonly<Record<string, unknown>>;
  const written = alwaysWrittenSets.get(message);
  let total = 2 * (written?.size ?? 0);
  for (const key of Object.keys(fields)) {
    const type = shape?.get(key) ?? { type: 'any' };
    const bytes = fieldBytes(fields[key], type);
    if (bytes === 0) continue;
    total += bytes - (written?.has(key) === true ? 2 : 0);
    // The source of a volume and the handler of a probe are messages inside the message.
    const isInner = type.type === 'message' && (message === 'Volume' || message === 'Probe');
    if (isInner) total += varintBytes(bytes) - 1;
  }
  known.set(value, total);
  return total;
}

const totals = new WeakMap<ApiObject, number>();

/**
 * The bytes an object takes in etcd: envelope, fields and managed fields. Memoised by object and by
 * part, so that an update costs what it changed. Linear in the size of what has not been seen.
 */
export function encodedBytes(object: ApiObject): number {
  const memoised = totals.get(object);
  if (memoised !== undefined) return memoised;
  const type = delimited(delimited(object.apiVersion.length) + delimited(object.kind.length));
  const { apiVersion: _apiVersion, kind: _kind, ...fields } = object;
  const shape = messageShape(object.kind);
  let body = 0;
  const written = alwaysWrittenSets.get(object.kind);
  for (const key of Object.keys(fields)) {
    const fieldType = shape?.get(key) ?? { type: 'any' };
    body += fieldBytes((fields as Readonly<Record<string, unknown>>)[key], fieldType);
  }
  for (const key of written ?? []) if (!Object.hasOwn(fields, key)) body += 2;
  // Managed fields are inside the metadata, whose length grows with them by a byte at most.
  const bytes = envelopeBytes + type + delimited(body + managedFieldsBytes(object));
  totals.set(object, bytes);
  return bytes;
}
