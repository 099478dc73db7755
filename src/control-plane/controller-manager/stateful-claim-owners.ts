// persistentVolumeClaimRetentionPolicy of StatefulSets: who owns the claims of a pod, so that the
// garbage collector deletes them with the set (whenDeleted), or with the pod when the set has
// become smaller (whenScaled). Pure.
// Source: Kubernetes v1.36 pkg/controller/statefulset/stateful_set_utils.go
// updateClaimOwnerRefForSetAndPod.

import { isSameData } from '../../api/data-equality.js';
import type { OwnerReference } from '../../api/object-meta.js';
import type { PersistentVolumeClaim } from '../../api/persistent-volume.js';
import type { Pod } from '../../api/pod.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import { claimsOf, ordinalOf, startOrdinal } from './stateful-set-pod.js';

/** Whether the controller has to look after the owners of claims at all. */
function deletesClaims({ spec }: StatefulSet): boolean {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  return whenDeleted === 'Delete' || whenScaled === 'Delete';
}

/** The claims of `pods` whose owners are not those that the policy wants, as they should be. */
export function claimOwnerUpdates(
  set: StatefulSet,
  pods: Iterable<Pod>,
  claimAt: (key: string) => PersistentVolumeClaim | undefined,
): readonly PersistentVolumeClaim[] {
  if (!deletesClaims(set)) return [];
  const updates: PersistentVolumeClaim[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal < 0) continue;
    for (const { metadata } of claimsOf(set, ordinal)) {
      const claim = claimAt(`${metadata.namespace}/${metadata.name}`);
      const owned = claim && withOwners(set, pod, ordinal, claim);
      if (owned !== undefined && owned !== claim) updates.push(owned);
    }
  }
  return updates;
}

function withOwners(
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
  claim: PersistentVolumeClaim,
): PersistentVolumeClaim {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isSurplus = ordinal >= startOrdinal(set) + (set.spec.replicas ?? 1);
  const isThePods = isSurplus && whenScaled === 'Delete';
  const isTheSets = whenDeleted === 'Delete' && !isThePods;
  const { ownerReferences = [] } = claim.metadata;
  const own = new Set([set.metadata.uid, pod.metadata.uid]);
  const others = ownerReferences.filter(({ uid }) => !own.has(uid));
  const wanted = [
    ...others,
    ...(isTheSets ? [ownerOf(set)] : []),
    ...(isThePods ? [ownerOf(pod)] : []),
  ];
  if (isSameData(wanted, ownerReferences)) return claim;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: wanted } };
}

/** Not a controller, and it does not wait for the claim when it goes. */
function ownerOf({ apiVersion, kind, metadata }: StatefulSet | Pod): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
}
