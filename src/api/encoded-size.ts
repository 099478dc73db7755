/**
 * How many bytes an object takes in the store and on the wire: its protobuf form, estimated by
 * walking the object along its shape.
 *
 * The estimate follows the encoding: a tag of one byte a field (two from the 16th field number on
 * are not told apart), lengths, nested messages, and the fields that Kubernetes' encoder writes
 * even when they are empty. `managedFields`, which the simulator does not keep, is added from the
 * fields that are set (see `managed-fields-size.ts`). Left out: which manager owns which field
 * after several have written.
 *
 * Source: Kubernetes v1.36 generated.pb.go; protobuf encoding; sizes recorded from a v1.36 control
 * plane (test/api/encoded-size.test.ts states how near this comes).
 */

import { frequentMeasures, type MessageMeasure } from './frequent-sizes.js';
import { managedMetadataBytes, managedPartsBytes } from './managed-fields-size.js';
import type { ApiObject } from './object-meta.js';
import type { PodSpec } from './pod.js';
import { delimited, tagBytes, timeBytes, utf8Bytes, varintBytes } from './protobuf-bytes.js';
import { type FieldType, messageShape } from './shape.js';
import { SizeNote } from './size-note.js';

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
  Endpoints: 'metadata',
  EndpointAddress: 'ip hostname',
  EndpointsPort: 'name port protocol',
  Event:
    'metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime action reportingComponent reportingInstance',
  EventSource: 'component host',
  Lease: 'metadata spec',
  FlowSchema: 'metadata spec status',
  FlowSchemaSpec: 'priorityLevelConfiguration matchingPrecedence',
  ResourcePolicyRule: 'clusterScope',
  FlowSchemaCondition: 'type status lastTransitionTime reason message',
  PriorityLevelConfiguration: 'metadata spec status',
  LimitedPriorityLevelConfiguration: 'limitResponse',
};

/** A message prepared for measuring. */
interface Layout {
  /** Bytes of the fields that are written even when empty. */
  readonly emptyBytes: number;
  readonly fields: ReadonlyMap<string, FieldLayout>;
  /** Whether measuring one is worth noting: it is large, and versions share it. */
  readonly isNoted: boolean;
  /** Of a message that is measured so often that it does without the table. */
  readonly measure: MessageMeasure | undefined;
}

/** How a field is measured. */
const PLAIN = 0;
const BOOLEAN = 1;
const TIME = 2;
const QUANTITY = 3;
const RESOURCE_VERSION = 4;
const INT_OR_STRING = 5;
const LIST = 6;
const MAP = 7;
const MESSAGE = 8;

interface FieldLayout {
  readonly how: number;
  /** Of a list and a map. */
  readonly element: FieldLayout | undefined;
  /** Of a message. Found at the first look, since messages may contain each other. */
  readonly message: string;
  layout: Layout | undefined;
  /** What `emptyBytes` already counts for the field. */
  readonly countedBytes: number;
  /** Volume sources and probe handlers are messages inside a message that their parent names. */
  readonly isInner: boolean;
}

/**
 * Parts that outlive an update. Noting smaller ones costs more than measuring them: with all of
 * them noted, a status write took twice as long.
 */
const noted: ReadonlySet<string> = new Set([
  'Affinity',
  'Container',
  'DaemonSetSpec',
  'DeploymentSpec',
  'Endpoint',
  'EndpointAddress',
  'JobSpec',
  'ObjectMeta',
  'PodSpec',
  'PodTemplateSpec',
  'ReplicaSetSpec',
  'StatefulSetSpec',
  'Volume',
]);

const measures: Readonly<Record<FieldType['type'], number>> = {
  string: PLAIN,
  int32: PLAIN,
  int64: PLAIN,
  any: PLAIN,
  boolean: BOOLEAN,
  time: TIME,
  quantity: QUANTITY,
  resourceVersion: RESOURCE_VERSION,
  intOrString: INT_OR_STRING,
  list: LIST,
  map: MAP,
  message: MESSAGE,
};

const layouts = new Map<string, Layout>();
const unknownField = fieldLayout({ type: 'any' }, 0, false);

function fieldLayout(type: FieldType, countedBytes: number, isInner: boolean): FieldLayout {
  const element = 'element' in type ? fieldLayout(type.element, 0, false) : undefined;
  const message = 'message' in type ? type.message : '';
  const how = measures[type.type];
  return { how, element, message, layout: undefined, countedBytes, isInner };
}

function layoutOf(message: string): Layout {
  const known = layouts.get(message);
  if (known !== undefined) return known;
  const always = new Set((alwaysWritten[message] ?? '').split(' ').filter((name) => name !== ''));
  const hasInner = message === 'Volume' || message === 'Probe';
  const fields = new Map<string, FieldLayout>();
  for (const [name, type] of messageShape(message) ?? []) {
    const isInner = hasInner && type.type === 'message';
    fields.set(name, fieldLayout(type, always.has(name) ? 2 : 0, isInner));
  }
  const layout = {
    emptyBytes: 2 * always.size,
    fields,
    isNoted: noted.has(message),
    measure: frequentMeasures.get(message),
  };
  layouts.set(message, layout);
  return layout;
}

/** Magic number, and the empty content type and encoding of the envelope. */
const envelopeBytes = 4 + 4;

function mapBytes(value: Readonly<Record<string, unknown>>, element: FieldLayout): number {
  let total = 0;
  // A sum does not depend on the order of the keys.
  for (const key of Object.keys(value)) {
    total += delimited(delimited(utf8Bytes(key)) + fieldBytes(value[key], element));
  }
  return total;
}

function listBytes(items: readonly unknown[], element: FieldLayout): number {
  let total = 0;
  for (const item of items) total += fieldBytes(item, element);
  return total;
}

/** A field with its tag; each item of a list is a field of its own. */
function fieldBytes(value: unknown, field: FieldLayout): number {
  if (value === undefined || value === null) return 0;
  switch (field.how) {
    case BOOLEAN:
      return tagBytes + 1;
    case TIME:
      return delimited(timeBytes);
    case QUANTITY:
      return delimited(delimited(utf8Bytes(String(value))));
    case RESOURCE_VERSION:
      // Kept by the store beside the object, so the field is empty.
      return tagBytes + 1;
    case INT_OR_STRING:
      return delimited(tagBytes + 1 + 2 + plainBytes(value) - tagBytes);
    case LIST:
      return Array.isArray(value) ? listBytes(value, field.element as FieldLayout) : 0;
    case MAP:
      return mapBytes(value as Readonly<Record<string, unknown>>, field.element as FieldLayout);
    case MESSAGE:
      field.layout ??= layoutOf(field.message);
      return delimited(messageBytes(value as object, field.layout));
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

/** The body of a message. */
function messageBytes(value: object, layout: Layout): number {
  const known = layout.isNoted ? SizeNote.message(value) : -1;
  if (known >= 0) return known;
  const { measure } = layout;
  const total =
    measure === undefined
      ? fieldsBytes(value as Readonly<Record<string, unknown>>, layout)
      : measure(value);
  if (layout.isNoted) SizeNote.noteMessage(value, total);
  return total;
}

function fieldsBytes(fields: Readonly<Record<string, unknown>>, layout: Layout): number {
  let total = layout.emptyBytes;
  // A sum does not depend on the order of the keys.
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value === undefined) continue;
    const field = layout.fields.get(key) ?? unknownField;
    const bytes = fieldBytes(value, field);
    if (bytes === 0) continue;
    total += bytes - field.countedBytes + (field.isInner ? varintBytes(bytes) - 1 : 0);
  }
  return total;
}

/**
 * Message and managed fields of an object, without its metadata, and without version and kind,
 * which stand in the envelope.
 */
function partsBytes(object: ApiObject): number {
  const layout = layoutOf(object.kind);
  const fields = object as unknown as Readonly<Record<string, unknown>>;
  let total = layout.emptyBytes + managedPartsBytes(object);
  // A sum does not depend on the order of the keys.
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value === undefined || isElsewhere(key)) continue;
    const field = layout.fields.get(key) ?? unknownField;
    const bytes = fieldBytes(value, field);
    if (bytes > 0) total += bytes - field.countedBytes;
  }
  return total;
}

function isElsewhere(key: string): boolean {
  return key === 'metadata' || key === 'kind' || key === 'apiVersion';
}

/**
 * The bytes an object takes in etcd: envelope, fields and managed fields. Memoised by object and by
 * its large parts, so that an update costs what it changed. Linear in the size of what is new.
 */
export function encodedBytes(object: ApiObject): number {
  const known = SizeNote.total(object);
  if (known >= 0) return known;
  const { apiVersion, kind, metadata } = object;
  const notedParts = SizeNote.parts(object);
  const parts = notedParts >= 0 ? notedParts : partsBytes(object);
  const type = delimited(delimited(apiVersion.length) + delimited(kind.length));
  // Managed fields are inside the metadata, whose length grows with them by a byte at most.
  const field = layoutOf(kind).fields.get('metadata') ?? unknownField;
  const own = fieldBytes(metadata, field) - field.countedBytes + managedMetadataBytes(metadata);
  const bytes = envelopeBytes + type + delimited(parts + own);
  SizeNote.noteTotal(object, bytes, parts);
  return bytes;
}

/** Notes that `object` is as large as `other` in all but its metadata, if that is known. O(1). */
export function shareSize(object: ApiObject, other: ApiObject): void {
  const parts = SizeNote.parts(other);
  if (parts >= 0) SizeNote.noteTotal(object, -1, parts);
}

/** Notes the size of a pod's spec that differs from an unbound one by its node alone. O(1). */
export function noteBoundSpec(bound: PodSpec, unbound: PodSpec): void {
  const message = SizeNote.message(unbound);
  const managed = SizeNote.managed(unbound);
  if (message < 0 || managed < 0 || (unbound.nodeName ?? '') !== '') return;
  // The empty name is written too; nobody owns the field.
  const nodeBytes = delimited(utf8Bytes(bound.nodeName ?? '')) - delimited(0);
  SizeNote.noteMessage(bound, message + nodeBytes);
  SizeNote.noteManaged(bound, managed);
}
