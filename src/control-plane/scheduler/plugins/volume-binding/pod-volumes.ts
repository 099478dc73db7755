// The claims of one pod, sorted by what has to happen with them, and what that means on a node.
// What does not depend on the node is worked out once.
// Source: kube-scheduler v1.36 plugins/volumebinding/binder.go GetPodVolumeClaims, FindPodVolumes;
// reference: scheduler 2.10.

import {
  classNameOf,
  isFullyBound,
  selectedNodeAnnotation,
} from '../../../../api/claim-binding.js';
import { claimVolumesOf } from '../../../../api/claim-volumes.js';
import type { Node } from '../../../../api/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import type { Pod } from '../../../../api/pod.js';
import { compareQuantities } from '../../../../api/quantity.js';
import {
  isUsableOn,
  type MatchingVolumes,
  matchingVolumes,
  requestedStorage,
  volumeOn,
} from '../../../../api/volume-matching.js';
import { objectKey } from '../../../../client/api-request.js';
import type { StateData } from '../../framework/cycle-state.js';
import { type Status, status } from '../../framework/status.js';
import { notFoundText } from './claims.js';
import { type ProvisioningCheck, provisioningCheck } from './provisioning.js';
import type { StorageView } from './storage-view.js';

/** A claim and the volume it gets. */
export interface StaticBinding {
  readonly volume: PersistentVolume;
  readonly claim: PersistentVolumeClaim;
}

/** What has to be done for a pod on a node. */
export interface VolumeBindings {
  readonly staticBindings: StaticBinding[];
  /** Claims whose volumes are to be provisioned. */
  readonly provisions: PersistentVolumeClaim[];
}

const bindConflict = 2;

/** Reasons in the order in which they are reported; the place is the bit. */
const reasons: readonly string[] = [
  "node(s) didn't match PersistentVolume's node affinity",
  "node(s) didn't find available persistent volumes to bind",
  'node(s) did not have enough free storage',
  'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
];

/** One shared Status per combination of reasons. */
const conflicts: readonly Status[] = Array.from({ length: 1 << reasons.length }, (_, bits) =>
  status(
    'UnschedulableAndUnresolvable',
    ...reasons.filter((_reason, bit) => (bits & (1 << bit)) !== 0),
  ),
);

/** A claim that waits for its pod to get a node. */
interface WaitingClaim {
  readonly claim: PersistentVolumeClaim;
  /** Where an earlier attempt has ordered its volume. */
  readonly selectedNode: string | undefined;
  readonly volumes: MatchingVolumes;
  readonly provisioning: ProvisioningCheck;
}

/** All claims of a pod, on whichever node. Invariant: none waits for an immediate binding. */
export class PodVolumes implements StateData {
  /** Volumes of bound claims; undefined for one that does not exist. */
  readonly #bound: readonly (PersistentVolume | undefined)[];
  /** In the order in which they get volumes. */
  readonly #waiting: readonly WaitingClaim[];

  constructor(
    view: StorageView,
    bound: readonly PersistentVolumeClaim[],
    waiting: readonly PersistentVolumeClaim[],
  ) {
    this.#bound = bound.map(({ spec }) => view.volume(spec.volumeName ?? ''));
    this.#waiting = inOrderOfBinding(waiting).map((claim) => {
      const { namespace, name, annotations } = claim.metadata;
      const volumes = view.volumesFor(classNameOf(claim), objectKey(namespace, name));
      return {
        claim,
        selectedNode: annotations?.[selectedNodeAnnotation],
        volumes: matchingVolumes(claim, volumes),
        provisioning: provisioningCheck(view.listers, claim),
      };
    });
  }

  clone(): this {
    return this;
  }

  /** Whether nothing has to be done on any node. */
  get isAllBound(): boolean {
    return this.#waiting.length === 0;
  }

  /** Why the node will not do; undefined when it will. Fills `bindings` with what is to be done. */
  refusal(node: Node, bindings?: VolumeBindings): Status | undefined {
    const bits = this.#boundConflict(node) | this.#waitingConflict(node, bindings);
    return bits === 0 ? undefined : conflicts[bits];
  }

  /** The first volume with a problem decides. */
  #boundConflict(node: Node): number {
    for (const volume of this.#bound) {
      if (volume === undefined) return 8;
      if (!isUsableOn(volume, node)) return 1;
    }
    return 0;
  }

  #waitingConflict(node: Node, bindings: VolumeBindings | undefined): number {
    const isElsewhere = ({ selectedNode }: WaitingClaim): boolean =>
      selectedNode !== undefined && selectedNode !== node.metadata.name;
    if (this.#waiting.some(isElsewhere)) return bindConflict;
    const taken: PersistentVolume[] = [];
    const toProvision: WaitingClaim[] = this.#waiting.filter((waiting) => {
      if (waiting.selectedNode !== undefined) return true;
      const volume = volumeOn(node, waiting.volumes, taken);
      if (volume === undefined) return true;
      taken.push(volume);
      bindings?.staticBindings.push({ volume, claim: waiting.claim });
      return false;
    });
    for (const { claim, provisioning } of toProvision) {
      const answer = provisioning(node);
      if (answer !== 'possible') return answer === 'noSpace' ? 4 : bindConflict;
      bindings?.provisions.push(claim);
    }
    return 0;
  }
}

/** Claims with a selected node in their order, then the others, the smallest first. */
function inOrderOfBinding(
  claims: readonly PersistentVolumeClaim[],
): readonly PersistentVolumeClaim[] {
  const isSelected = ({ metadata }: PersistentVolumeClaim): boolean =>
    metadata.annotations?.[selectedNodeAnnotation] !== undefined;
  const others = claims
    .filter((claim) => !isSelected(claim))
    .map((claim, index) => ({ claim, index, size: requestedStorage(claim) }))
    .sort((a, b) => compareQuantities(a.size, b.size) || a.index - b.index);
  return [...claims.filter(isSelected), ...others.map(({ claim }) => claim)];
}

/** The pod's claims, or why no node will do. */
export function podVolumesOf(view: StorageView, pod: Pod): PodVolumes | Status {
  const { namespace = '' } = pod.metadata;
  const bound: PersistentVolumeClaim[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  let hasImmediate = false;
  for (const { claimName } of claimVolumesOf(pod)) {
    const claim = view.claim(namespace, claimName);
    if (claim === undefined) {
      const cause = notFoundText('persistentvolumeclaim', claimName);
      return status('Error', `error getting PVC ${objectKey(namespace, claimName)}: ${cause}`);
    }
    if (isFullyBound(claim)) {
      bound.push(claim);
      continue;
    }
    const className = classNameOf(claim);
    const storageClass = className === '' ? undefined : view.listers.storageClass(className);
    if (storageClass !== undefined && storageClass.volumeBindingMode === undefined) {
      return status('Error', `VolumeBindingMode not set for StorageClass "${className}"`);
    }
    const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    // A claim that names its volume is left to the volume controller, whatever its class says.
    if (isDelayed && (claim.spec.volumeName ?? '') === '') waiting.push(claim);
    else hasImmediate = true;
  }
  if (hasImmediate) {
    const text = 'pod has unbound immediate PersistentVolumeClaims';
    return status('UnschedulableAndUnresolvable', text);
  }
  return new PodVolumes(view, bound, waiting);
}
