// Which existing volume a claim would be bound to, and which nodes a volume can be used from.
// Source: Kubernetes v1.36 component-helpers storage/volume FindMatchingVolume, CheckNodeAffinity;
// reference: scheduler 2.10.

import { isBoundTo } from './claim-binding.js';
import { compileLabelSelector } from './label-selector.js';
import type { Node } from './node.js';
import { compileNodeSelector, type NodeMatcher } from './node-selector.js';
import type { PersistentVolume, PersistentVolumeClaim } from './persistent-volume.js';
import { compareQuantities } from './quantity.js';

const matchers = new WeakMap<PersistentVolume, NodeMatcher>();
const anywhere: NodeMatcher = () => true;

/** Whether a volume can be used on a node. Memoised on the volume. */
export function isUsableOn(volume: PersistentVolume, node: Node): boolean {
  let matches = matchers.get(volume);
  if (matches === undefined) {
    const required = volume.spec.nodeAffinity?.required;
    matches = required === undefined ? anywhere : compileNodeSelector(required);
    matchers.set(volume, matches);
  }
  return matches(node);
}

/** The size that a claim asks for. */
export function requestedStorage({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.['storage'] ?? '0';
}

function capacityOf({ spec }: PersistentVolume): string {
  return spec.capacity?.['storage'] ?? '0';
}

/** Volumes for a claim on whichever node. */
export interface MatchingVolumes {
  /** Made for the claim: then no other will do. */
  readonly prebound: PersistentVolume | undefined;
  /** The smallest first, otherwise in the order given. */
  readonly available: readonly PersistentVolume[];
}

/** What of `volumes`, all of the claim's class, fits the claim. Linearithmic in their number. */
export function matchingVolumes(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): MatchingVolumes {
  const { accessModes = [], selector, volumeMode = 'Filesystem' } = claim.spec;
  const requested = requestedStorage(claim);
  const selects = selector === undefined ? () => true : compileLabelSelector(selector);
  const suitable = volumes.filter(
    (volume) =>
      (volume.spec.claimRef === undefined || isBoundTo(volume, claim)) &&
      compareQuantities(capacityOf(volume), requested) >= 0 &&
      (volume.spec.volumeMode ?? 'Filesystem') === volumeMode &&
      (volume.spec.volumeAttributesClassName ?? '') ===
        (claim.spec.volumeAttributesClassName ?? '') &&
      volume.metadata.deletionTimestamp === undefined,
  );
  const available = suitable.filter(
    ({ metadata, spec, status }) =>
      status?.phase === 'Available' &&
      selects(metadata.labels) &&
      accessModes.every((mode) => spec.accessModes?.includes(mode)),
  );
  return {
    prebound: suitable.find((volume) => isBoundTo(volume, claim)),
    available: available
      .map((volume, index) => ({ volume, index }))
      .sort(
        (a, b) =>
          compareQuantities(capacityOf(a.volume), capacityOf(b.volume)) || a.index - b.index,
      )
      .map(({ volume }) => volume),
  };
}

/** The volume for a node, without those that other claims have been given; undefined for none. */
export function volumeOn(
  node: Node,
  { prebound, available }: MatchingVolumes,
  taken: readonly PersistentVolume[],
): PersistentVolume | undefined {
  if (prebound !== undefined) return isUsableOn(prebound, node) ? prebound : undefined;
  return available.find((volume) => !taken.includes(volume) && isUsableOn(volume, node));
}
