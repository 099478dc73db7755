// Which PersistentVolumeClaims a pod uses: those that its volumes name, and those that are made
// for its generic ephemeral volumes and named after pod and volume.
// Source: kube-scheduler v1.36 framework/types.go NodeInfo PVCRefCounts, component-helpers
// storage/ephemeral.

import type { PersistentVolumeClaim } from './persistent-volume.js';
import type { Pod } from './pod.js';

/** A volume of a pod that stands for a claim in the pod's namespace. */
export interface ClaimVolume {
  /** Of the volume within the pod. */
  readonly name: string;
  readonly claimName: string;
  /** The claim is made for this pod and has to be its own. */
  readonly isEphemeral: boolean;
}

const none: readonly ClaimVolume[] = [];

/** The volumes with a claim, in the order of the pod's volumes. Linear in their number. */
export function claimVolumesOf({ metadata, spec }: Pod): readonly ClaimVolume[] {
  let found: ClaimVolume[] | undefined;
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined && ephemeral === undefined) continue;
    const isEphemeral = persistentVolumeClaim === undefined;
    const claimName = persistentVolumeClaim?.claimName ?? `${metadata.name}-${name}`;
    found ??= [];
    found.push({ name, claimName, isEphemeral });
  }
  return found ?? none;
}

/** Whether the pod uses the claim. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { namespace, name } = claim.metadata;
  return (
    namespace === pod.metadata.namespace &&
    claimVolumesOf(pod).some(({ claimName }) => claimName === name)
  );
}

const noKeys: readonly string[] = [];

/** The claims that a pod uses, as `namespace/name`. */
export function claimKeysOf(pod: Pod): readonly string[] {
  const volumes = claimVolumesOf(pod);
  if (volumes.length === 0) return noKeys;
  const { namespace = '' } = pod.metadata;
  return volumes.map(({ claimName }) =>
    namespace === '' ? claimName : `${namespace}/${claimName}`,
  );
}
