// What VolumeBinding writes for a pod that has got a node, and when that has had its effect: the
// scheduler only states which volume goes to which claim, or where one is to be provisioned; the
// volume controller and the provisioner do the rest.
// Source: kube-scheduler v1.36 plugins/volumebinding/binder.go bindAPIUpdate, checkBindings;
// reference: scheduler 2.10.

import { isFullyBound, selectedNodeAnnotation } from '../../../../api/claim-binding.js';
import type { Node } from '../../../../api/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import type { Pod } from '../../../../api/pod.js';
import { isUsableOn } from '../../../../api/volume-matching.js';
import type { ApiRequest } from '../../../../client/api-request.js';
import { notFoundText } from './claims.js';
import type { StorageListers } from './storage-view.js';

/** One object to be written: as it was, as it shall be. The same object: it needs no change. */
export interface Change<T> {
  readonly base: T;
  readonly wanted: T;
}

/** A volume that goes to a claim. */
export interface BindingChange extends Change<PersistentVolume> {
  readonly claim: PersistentVolumeClaim;
}

/** Everything that a pod needs on its node. */
export interface BindingWork {
  readonly nodeName: string;
  readonly bindings: readonly BindingChange[];
  readonly provisions: readonly Change<PersistentVolumeClaim>[];
}

/** A claim whose volume is to be provisioned for a node. */
export function claimForNode(
  claim: PersistentVolumeClaim,
  nodeName: string,
): PersistentVolumeClaim {
  const { metadata } = claim;
  const annotations = { ...metadata.annotations, [selectedNodeAnnotation]: nodeName };
  return { ...claim, metadata: { ...metadata, annotations } };
}

/** An update of each object, volumes first. */
export function updatesOf({ bindings, provisions }: BindingWork): ApiRequest[] {
  return [
    ...bindings
      .filter(({ base, wanted }) => base !== wanted)
      .map(({ wanted }) => update('persistentvolumes', wanted)),
    ...provisions.map(({ wanted }) => update('persistentvolumeclaims', wanted)),
  ];
}

function update(resource: string, body: PersistentVolume | PersistentVolumeClaim): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'update', resource, namespace, name, body };
}

/** Whether everything is bound; a text says that it will never be, and why. */
export function bindingState(
  listers: StorageListers,
  work: BindingWork,
  pod: Pod,
  node: Node | undefined,
): boolean | string {
  const { namespace = '', name } = pod.metadata;
  if (node === undefined) return `error getting node "${work.nodeName}"`;
  if (listers.pod(namespace, name) === undefined) {
    return `pod does not exist any more: pod "${name}" not found`;
  }
  for (const binding of work.bindings) {
    const state = staticState(listers, binding, node);
    if (state !== true) return state;
  }
  for (const provision of work.provisions) {
    const state = provisionState(listers, provision, node);
    if (state !== true) return state;
  }
  return true;
}

function staticState(
  listers: StorageListers,
  { base, wanted, claim }: BindingChange,
  node: Node,
): boolean | string {
  const { name } = base.metadata;
  const volume = listers.persistentVolume(name);
  const { namespace = '', name: claimName } = claim.metadata;
  const current = listers.persistentVolumeClaim(namespace, claimName);
  if (volume === undefined || current === undefined) {
    const [kind, missing] =
      volume === undefined ? ['persistentvolume', name] : ['persistentvolumeclaim', claimName];
    return `failed to check binding: ${notFoundText(kind, missing)}`;
  }
  // The informer has not heard of the update yet.
  if (volume === base && base !== wanted) return false;
  if (!isUsableOn(volume, node)) return affinityText(volume, node);
  if ((volume.spec.claimRef?.uid ?? '') === '') return `ClaimRef got reset for pv "${name}"`;
  return isFullyBound(current);
}

function provisionState(
  listers: StorageListers,
  { base }: Change<PersistentVolumeClaim>,
  node: Node,
): boolean | string {
  const { namespace = '', name } = base.metadata;
  const claim = listers.persistentVolumeClaim(namespace, name);
  if (claim === undefined) {
    return `failed to check provisioning pvc: ${notFoundText('persistentvolumeclaim', name)}`;
  }
  if (claim === base) return false;
  const { annotations } = claim.metadata;
  if (annotations === undefined) return `selectedNode annotation reset for PVC "${name}"`;
  // A provisioner that fails takes the annotation away, so that another node can be found.
  if (annotations[selectedNodeAnnotation] !== node.metadata.name) {
    return `provisioning failed for PVC "${name}"`;
  }
  const { volumeName = '' } = claim.spec;
  if (volumeName !== '') {
    const volume = listers.persistentVolume(volumeName);
    if (volume === undefined) return false;
    if (!isUsableOn(volume, node)) return affinityText(volume, node);
  }
  return isFullyBound(claim);
}

function affinityText({ metadata }: PersistentVolume, node: Node): string {
  const subject = `pv "${metadata.name}" node affinity doesn't match node`;
  return `${subject} "${node.metadata.name}": no matching NodeSelectorTerms`;
}
