// What storing an object of a kind means: names and identities on create, generation and status
// rules on update, graceful deletion. Pure functions from stored object and request to new object.
// Source: Kubernetes v1.36 apiserver registry/generic and pkg/registry strategies
// (reference: controlplane B8; nodes-controllers 1.15).
import type { Binding } from '../../api/binding.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ObjectMeta } from '../../api/object-meta.js';
import type { Pod, PodCondition } from '../../api/pod.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { RandomRoot, RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';

/** A new state, no change, the removal, or a refusal. */
export type Outcome =
  | { readonly kind: 'write'; readonly object: KubernetesObject }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'remove' }
  | {
      readonly kind: 'refuse';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
    };

const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Gives names and UIDs. The n-th name of a prefix depends on seed, prefix and n alone, so that two
 * policies that create the same pods in another order give them the same names, and so the same UIDs.
 */
export class IdentityGenerator {
  readonly #random: RandomRoot;
  readonly #streams = new Map<string, RandomStream>();
  readonly #incarnations = new Map<string, number>();

  constructor(random: RandomRoot) {
    this.#random = random;
  }

  /** Metadata as stored at creation: name, uid, creation time, generation 1. */
  fill(metadata: ObjectMeta, resource: string, now: SimTime): ObjectMeta {
    const name =
      metadata.name || this.#nameFor(`${metadata.namespace ?? ''}/${metadata.generateName}`);
    const key = `${resource}/${metadata.namespace ?? ''}/${name}`;
    return {
      ...metadata,
      name,
      uid: this.#uidFor(key),
      creationTimestamp: now,
      generation: 1,
      resourceVersion: 0,
    };
  }

  #nameFor(prefix: string): string {
    let stream = this.#streams.get(prefix);
    if (stream === undefined) {
      stream = this.#random.stream(`apiserver/generate-name/${prefix}`);
      this.#streams.set(prefix, stream);
    }
    let suffix = '';
    for (let i = 0; i < 5; i++) suffix += NAME_ALPHABET[stream.below(NAME_ALPHABET.length)];
    return prefix.slice(prefix.indexOf('/') + 1) + suffix;
  }

  #uidFor(key: string): string {
    const incarnation = (this.#incarnations.get(key) ?? 0) + 1;
    if (incarnation > 1 || !key.startsWith('events/')) this.#incarnations.set(key, incarnation);
    const stream = this.#random.stream(`apiserver/uid/${key}/${incarnation}`);
    const hex = (digits: number): string =>
      stream
        .below(digits === 8 ? 4_294_967_296 : 65_536)
        .toString(16)
        .padStart(digits, '0');
    return `${hex(8)}-${hex(4)}-4${hex(4).slice(1)}-a${hex(4).slice(1)}-${hex(8)}${hex(4)}`;
  }
}

/** The stored object after an update or a patch. */
export function updateOutcome(current: KubernetesObject, request: ApiRequest): Outcome {
  if (request.subresource === 'binding')
    return bindingOutcome(current as Pod, request.body as Binding);
  const wanted = request.patch ? request.patch.apply(current) : (request.body as KubernetesObject);
  if (wanted === current) return { kind: 'unchanged' };
  const stale = request.body?.metadata.resourceVersion;
  if (stale !== undefined && stale !== current.metadata.resourceVersion) {
    const message = `Operation cannot be fulfilled on ${request.resource} "${request.name}": the object has been modified; please apply your changes to the latest version and try again`;
    return { kind: 'refuse', code: 409, reason: 'Conflict', message };
  }
  const { metadata } = wanted;
  if (metadata.deletionTimestamp !== undefined && isFree(metadata) && current.kind !== 'Pod') {
    return { kind: 'remove' };
  }
  const merged = mergeByStatusRule(current, wanted, request.subresource === 'status');
  const isNewGeneration = specOf(merged) !== specOf(current) && current.kind !== 'Lease';
  const generation = (current.metadata.generation ?? 1) + (isNewGeneration ? 1 : 0);
  return {
    kind: 'write',
    object: {
      ...merged,
      metadata: { ...metadata, ...identity(current), generation },
    } as KubernetesObject,
  };
}

/** The stored object after a DELETE: gone, or marked until its grace period or finalizers end. */
export function deleteOutcome(
  current: KubernetesObject,
  request: ApiRequest,
  now: SimTime,
): Outcome {
  const { metadata } = current;
  if (request.uidPrecondition !== undefined && request.uidPrecondition !== metadata.uid) {
    const message = `Precondition failed: UID in precondition: ${request.uidPrecondition}, UID in object meta: ${metadata.uid}`;
    return { kind: 'refuse', code: 409, reason: 'Conflict', message };
  }
  const graceSeconds = current.kind === 'Pod' ? podGraceSeconds(current, request) : 0;
  if (graceSeconds === 0 && isFree(metadata)) return { kind: 'remove' };
  const deletionTimestamp = now + graceSeconds * 1_000_000;
  const isMarked = metadata.deletionTimestamp !== undefined;
  if (isMarked && graceSeconds >= (metadata.deletionGracePeriodSeconds ?? 0))
    return { kind: 'unchanged' };
  const marked = { ...metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds };
  const generation = (metadata.generation ?? 1) + (isMarked ? 0 : 1);
  return {
    kind: 'write',
    object: { ...current, metadata: { ...marked, generation } } as KubernetesObject,
  };
}

function podGraceSeconds(pod: Pod, request: ApiRequest): number {
  const isUnbound = pod.spec.nodeName === undefined || pod.spec.nodeName === '';
  const { phase } = pod.status ?? {};
  if (isUnbound || phase === 'Succeeded' || phase === 'Failed') return 0;
  return (
    request.gracePeriodSeconds ??
    pod.spec.terminationGracePeriodSeconds ??
    apiserverConstants.defaultGracePeriodSeconds
  );
}

function bindingOutcome(pod: Pod, binding: Binding): Outcome {
  const { name } = pod.metadata;
  if (pod.metadata.deletionTimestamp !== undefined) {
    return {
      kind: 'refuse',
      code: 409,
      reason: 'Conflict',
      message: `pod ${name} is being deleted, cannot be assigned to a host`,
    };
  }
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
    return {
      kind: 'refuse',
      code: 409,
      reason: 'Conflict',
      message: `pod ${name} is already assigned to node "${pod.spec.nodeName}"`,
    };
  }
  const scheduled: PodCondition = { type: 'PodScheduled', status: 'True' };
  const others = (pod.status?.conditions ?? []).filter(
    (condition) => condition.type !== 'PodScheduled',
  );
  const object: Pod = {
    ...pod,
    metadata: { ...pod.metadata },
    spec: { ...pod.spec, nodeName: binding.target.name as string },
    status: { ...pod.status, conditions: [...others, scheduled] },
  };
  return { kind: 'write', object };
}

function isFree(metadata: ObjectMeta): boolean {
  return metadata.finalizers === undefined || metadata.finalizers.length === 0;
}

function specOf(object: KubernetesObject): unknown {
  return 'spec' in object ? object.spec : undefined;
}

/** A status update changes the status alone, any other update everything else. */
function mergeByStatusRule(
  current: KubernetesObject,
  wanted: KubernetesObject,
  isStatus: boolean,
): KubernetesObject {
  const merged = isStatus
    ? { ...current, ...('status' in wanted && { status: wanted.status }) }
    : { ...wanted, ...('status' in current && { status: current.status }) };
  return merged as KubernetesObject;
}

function identity(current: KubernetesObject): Partial<ObjectMeta> {
  const { uid, creationTimestamp, deletionTimestamp } = current.metadata;
  return {
    ...(uid !== undefined && { uid }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    resourceVersion: 0,
  };
}
