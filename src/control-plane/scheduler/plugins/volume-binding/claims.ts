// PersistentVolumeClaims and PersistentVolumes as the scheduler's plugins ask about them: which
// class, bound to whom, found or not.
// Source: Kubernetes v1.36 component-helpers storage/volume, storage/ephemeral; reference:
// scheduler 2.10.

import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import type { Pod } from '../../../../api/pod.js';
import { usesClaim } from '../../framework/claim-volumes.js';
import type { PreFilterResult, QueueingHintFn } from '../../framework/plugin.js';
import { status } from '../../framework/status.js';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed';
/** On a claim: the node for which its volume is to be provisioned. */
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
/** On a volume or claim: that it was bound by a controller, not by its creator. */
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller';

/** The name of the StorageClass; '' for none. An old annotation goes before the field. */
export function classNameOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? '';
}

/** Whether the binding of a claim is complete on both sides. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  const isCompleted = metadata.annotations?.[bindCompletedAnnotation] !== undefined;
  return isCompleted && (spec.volumeName ?? '') !== '';
}

/** Whether the volume says that it belongs to the claim; a reference without uid is enough. */
export function isBoundTo(
  { spec: { claimRef } }: PersistentVolume,
  { metadata }: PersistentVolumeClaim,
): boolean {
  if (claimRef === undefined) return false;
  const { name, namespace, uid = '' } = claimRef;
  if (name !== metadata.name || namespace !== metadata.namespace) return false;
  return uid === '' || uid === metadata.uid;
}

/** Whether the claim of an ephemeral volume was made for this very pod. */
export function isOwnedBy({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return metadata.namespace === pod.metadata.namespace && owner?.uid === pod.metadata.uid;
}

/** What is said when it was not. */
export function notOwnedText({ metadata: claim }: PersistentVolumeClaim, pod: Pod): string {
  const { namespace, name } = pod.metadata;
  const subject = `PVC ${claim.namespace}/${claim.name}`;
  return `${subject} was not created for pod ${namespace}/${name} (pod is not owner)`;
}

/** The API's sentence about an object that does not exist; `resource` in the singular. */
export function notFoundText(resource: string, name: string): string {
  return `${resource} "${name}" not found`;
}

/** A PreFilter that no node can satisfy. */
export function unresolvable(reason: string): PreFilterResult {
  return { status: status('UnschedulableAndUnresolvable', reason) };
}

/** The same because an object does not exist. */
export function notFound(resource: string, name: string): PreFilterResult {
  return unresolvable(notFoundText(resource, name));
}

/** Only a claim that the pod uses can change anything for it. */
export const hintOwnClaim: QueueingHintFn = (pod, _previous, object) =>
  object?.kind === 'PersistentVolumeClaim' && usesClaim(pod, object) ? 'Queue' : 'QueueSkip';
