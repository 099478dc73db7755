// What a request makes of a stored object: generation and status rules on update, binding, resize,
// graceful deletion. Pure functions from stored object and request to new object.
// Left out: fields that may not change.
// Source: Kubernetes v1.36 apiserver registry/generic and pkg/registry strategies
// (reference: controlplane B8; nodes-controllers 1.15).
import type { Binding } from '../../api/binding.js';
import { isSameData } from '../../api/data-equality.js';
import { noteBoundSpec } from '../../api/encoded-size.js';
import { extended } from '../../api/extended.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Lease } from '../../api/lease.js';
import type { ObjectMeta } from '../../api/object-meta.js';
import { isPodTerminal, type Pod, type PodCondition } from '../../api/pod.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { SimTime } from '../../kernel/time.js';
import { admitUpdate } from './admission/admission.js';
import { conflictMessage, qualified } from './answers.js';
import { apiserverConstants } from './constants.js';
import { withPropagation } from './deletion-finalizers.js';
import {
  sameMetadata,
  specOf,
  statusOf,
  storedMetadata,
  withParts,
  withSameMetadata,
} from './stored-parts.js';

/**
 * A new state, a new state that is removed at once, no change, the removal, or a refusal.
 */
export type Outcome =
  | { readonly kind: 'write' | 'writeAndRemove'; readonly object: KubernetesObject }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'remove' }
  | {
      readonly kind: 'refuse';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
    };

function conflict(resource: string, name: string, why: string): Outcome {
  const message = conflictMessage(resource, name, why);
  return { kind: 'refuse', code: 409, reason: 'Conflict', message };
}

/** What a client is told whose JSON patch does not apply. */
const inapplicable = {
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
} as const;

/** The stored object after an update, a patch or a binding. */
export function updateOutcome(
  current: KubernetesObject,
  request: ApiRequest,
  now: SimTime,
): Outcome {
  if (request.subresource === 'binding') return bindingOutcome(current as Pod, request, now);
  const asked = request.patch ? request.patch.apply(current) : (request.body as KubernetesObject);
  if (asked === undefined) return { kind: 'refuse', ...inapplicable };
  const isResize = request.subresource === 'resize';
  const wanted = isResize ? resized(current as Pod, asked as Pod) : asked;
  if (wanted === current) return { kind: 'unchanged' };
  const stale = request.body?.metadata.resourceVersion;
  if (stale !== undefined && stale !== current.metadata.resourceVersion) {
    const why =
      'the object has been modified; please apply your changes to the latest version and try again';
    return conflict(qualified(request.resource), request.name, why);
  }
  const isStatus = request.subresource === 'status';
  const admitted = isStatus || !mayHaveNewSpec(current, wanted) ? wanted : admitUpdate(wanted);
  if (admitted !== wanted && 'code' in admitted) return { kind: 'refuse', ...admitted };
  const object = merged(current, admitted, isStatus);
  if (isReleased(object)) return { kind: 'remove' };
  return object === current ? { kind: 'unchanged' } : { kind: 'write', object };
}

/** A resize changes what containers ask for, by their names, and nothing else. */
function resized(current: Pod, wanted: Pod): Pod {
  const asked = new Map(wanted.spec.containers.map((each) => [each.name, each.resources]));
  const containers = current.spec.containers.map((container) => {
    const resources = asked.get(container.name);
    return resources === undefined ? container : { ...container, resources };
  });
  return { ...current, spec: { ...current.spec, containers } };
}

/** Leases, which are written most, need no defaults. */
function mayHaveNewSpec(current: KubernetesObject, wanted: KubernetesObject): boolean {
  return current.kind !== 'Lease' && specOf(wanted) !== specOf(current);
}

/** Marked for deletion, its grace period over, and nothing holds it any longer. */
function isReleased(object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && isFree(object);
}

/** A Lease with another time: what is written most needs no look at the rest. */
function isRenewed(current: KubernetesObject, wanted: KubernetesObject): boolean {
  if (current.kind !== 'Lease') return false;
  return (wanted as Lease).spec?.renewTime !== current.spec?.renewTime;
}

function isSameSpecOf(current: KubernetesObject, wanted: KubernetesObject): boolean {
  return isSameData(specOf(wanted), specOf(current));
}

function changedMetadata(
  { metadata }: KubernetesObject,
  wanted: KubernetesObject,
  isNewGeneration: boolean,
): ObjectMeta {
  const { generation = 1 } = metadata;
  return storedMetadata(metadata, wanted.metadata, generation + (isNewGeneration ? 1 : 0));
}

/**
 * A status update changes the status alone, any other update everything but that. Returns `current`
 * when that is no change.
 */
function merged(
  current: KubernetesObject,
  wanted: KubernetesObject,
  isStatus: boolean,
): KubernetesObject {
  const status = isStatus
    ? (statusOf(wanted) ?? statusOf(current))
    : (statusOf(current) ?? statusOf(wanted));
  const isSameSpec = isStatus || (!isRenewed(current, wanted) && isSameSpecOf(current, wanted));
  const isNewGeneration = !isSameSpec && current.kind !== 'Lease';
  const isSameMetadata = !isNewGeneration && wanted.metadata === current.metadata;
  const basis = isStatus ? current : wanted;
  const object = isSameMetadata
    ? withSameMetadata(basis, current.metadata, status)
    : withParts(basis, changedMetadata(current, wanted, isNewGeneration), status);
  if (!isSameSpec) return object;
  const isKnownChange = !isSameData(status, statusOf(current));
  return isKnownChange || !isSameData(object, current) ? object : current;
}

/** The stored object after a DELETE: gone, or marked until its grace period or finalizers end. */
export function deleteOutcome(
  current: KubernetesObject,
  request: ApiRequest,
  now: SimTime,
): Outcome {
  const { metadata } = current;
  const { uidPrecondition } = request;
  if (uidPrecondition !== undefined && uidPrecondition !== metadata.uid) {
    const why = otherUid(uidPrecondition, metadata.uid);
    return conflict(qualified(request.resource), request.name, why);
  }
  const { resourceVersionPrecondition: revision } = request;
  if (revision !== undefined && revision !== metadata.resourceVersion) {
    const found = `ResourceVersion in object meta: ${metadata.resourceVersion}`;
    const why = `Precondition failed: ResourceVersion in precondition: ${revision}, ${found}`;
    return conflict(qualified(request.resource), request.name, why);
  }
  const isGraceful = current.kind === 'Pod';
  const isFirst = metadata.deletionTimestamp === undefined;
  if (!isFirst && isGraceful) return shortenedDeletion(current, request);
  const wanted = withPropagation(current, request.propagationPolicy);
  if (!isFirst && wanted === current) return { kind: 'unchanged' };
  const graceSeconds = isGraceful ? podGraceSeconds(current, request) : 0;
  const isEnd = graceSeconds === 0 && isFree(wanted);
  if (isEnd && wanted === current) return { kind: 'remove' };
  const { deletionTimestamp = now + graceSeconds * 1_000_000 } = metadata;
  const object = markedForDeletion(wanted, deletionTimestamp, graceSeconds);
  if (isEnd) return { kind: 'writeAndRemove', object };
  if (object.kind !== 'Namespace') return { kind: 'write', object };
  const status = { ...object.status, phase: 'Terminating' as const };
  return { kind: 'write', object: { ...object, status } };
}

function otherUid(wanted: string, found: string | undefined): string {
  return `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
}

/**
 * What is being deleted can only be deleted sooner, counted from the first request; with grace 0
 * that is written before the object goes.
 */
function shortenedDeletion(current: KubernetesObject, request: ApiRequest): Outcome {
  const { deletionTimestamp = 0, deletionGracePeriodSeconds = 0 } = current.metadata;
  const { gracePeriodSeconds = deletionGracePeriodSeconds } = request;
  if (gracePeriodSeconds >= deletionGracePeriodSeconds) return { kind: 'unchanged' };
  const sooner = (deletionGracePeriodSeconds - gracePeriodSeconds) * 1_000_000;
  const object = markedForDeletion(current, deletionTimestamp - sooner, gracePeriodSeconds);
  const isEnd = gracePeriodSeconds === 0 && isFree(current);
  return { kind: isEnd ? 'writeAndRemove' : 'write', object };
}

function markedForDeletion(
  current: KubernetesObject,
  deletionTimestamp: SimTime,
  deletionGracePeriodSeconds: number,
): KubernetesObject {
  const { metadata } = current;
  const isFirst = metadata.deletionTimestamp === undefined;
  const generation = (metadata.generation ?? 1) + (isFirst ? 1 : 0);
  const server = { ...metadata, deletionTimestamp, deletionGracePeriodSeconds };
  const marked = storedMetadata(server, metadata, generation);
  return withParts(current, marked, statusOf(current));
}

function podGraceSeconds(pod: Pod, request: ApiRequest): number {
  const isUnbound = pod.spec.nodeName === undefined || pod.spec.nodeName === '';
  if (isUnbound || isPodTerminal(pod)) return 0;
  return (
    request.gracePeriodSeconds ??
    pod.spec.terminationGracePeriodSeconds ??
    apiserverConstants.defaultGracePeriodSeconds
  );
}

function bindingOutcome(pod: Pod, request: ApiRequest, now: SimTime): Outcome {
  const binding = request.body as Binding;
  const { name, uid } = pod.metadata;
  const refuse = (why: string): Outcome => conflict('pods/binding', name, why);
  const wantedUid = binding.metadata.uid;
  if (wantedUid !== undefined && wantedUid !== uid) return refuse(otherUid(wantedUid, uid));
  if (pod.metadata.deletionTimestamp !== undefined) {
    return refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
    return refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) {
    return refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  }
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    lastTransitionTime: now,
  };
  // The gate ClearingNominatedNodeNameAfterBinding is on by default.
  const { nominatedNodeName: _cleared, ...status } = pod.status ?? {};
  const others = pod.status?.conditions?.filter(({ type }) => type !== 'PodScheduled') ?? [];
  const spec = extended(pod.spec, { nodeName: binding.target.name as string });
  noteBoundSpec(spec, pod.spec);
  const object: Pod = {
    ...pod,
    metadata: boundMetadata(pod.metadata, binding.metadata),
    spec,
    status: extended(status, { conditions: [...others, scheduled] }),
  };
  return { kind: 'write', object };
}

/** A Binding's annotations become the pod's. */
function boundMetadata(metadata: ObjectMeta, { annotations }: ObjectMeta): ObjectMeta {
  if (annotations === undefined) return sameMetadata(metadata);
  const merged = { ...metadata, annotations: { ...metadata.annotations, ...annotations } };
  return storedMetadata(metadata, merged, metadata.generation ?? 1);
}

/** No finalizer holds it; a namespace has that of its content, unless its spec says otherwise. */
function isFree(object: KubernetesObject): boolean {
  const { finalizers = [] } = object.metadata;
  const ofContent = object.kind === 'Namespace' ? (object.spec?.finalizers ?? ['kubernetes']) : [];
  return finalizers.length === 0 && ofContent.length === 0;
}
