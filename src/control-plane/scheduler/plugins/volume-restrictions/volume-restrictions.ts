// VolumeRestrictions: disks that one pod has for itself on a node, and claims with the access mode
// ReadWriteOncePod, which one pod has for itself in the whole cluster.
// Source: kube-scheduler v1.36 plugins/volumerestrictions; reference: scheduler 2.10, 2.13.

import { claimVolumesOf } from '../../../../api/claim-volumes.js';
import type { Pod, Volume } from '../../../../api/pod.js';
import { objectKey } from '../../../../client/api-request.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState, StateData } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  PreFilterPlugin,
  PreFilterResult,
  QueueingHintFn,
} from '../../framework/plugin.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { skip, status } from '../../framework/status.js';
import { hintOwnClaim, notFound } from '../volume-binding/claims.js';
import { disksConflict, isExclusiveDisk } from './disk-conflict.js';

const diskConflict = status('Unschedulable', 'node(s) had no available disk');
const claimConflict = status(
  'Unschedulable',
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode ' +
    'already in-use by another pod',
);
const skipped: PreFilterResult = { status: skip };
const isChecked: PreFilterResult = {};

/** The pod's ReadWriteOncePod claims, and how often they are in use. */
class ExclusiveClaims implements StateData {
  readonly names: ReadonlySet<string>;
  conflicts: number;

  constructor(names: ReadonlySet<string>, conflicts: number) {
    this.names = names;
    this.conflicts = conflicts;
  }

  clone(): ExclusiveClaims {
    return new ExclusiveClaims(this.names, this.conflicts);
  }

  /**
   * Uses by one pod. Names alone are compared, as kube-scheduler does: a claim of that name in
   * another namespace counts too.
   */
  usesBy({ pod }: PodInfo): number {
    return claimNamesOf(pod).filter((name) => this.names.has(name)).length;
  }
}

/** Claims that the pod's volumes name; those of ephemeral volumes belong to one pod anyway. */
function claimNamesOf(pod: Pod): string[] {
  const volumes = claimVolumesOf(pod).filter(({ isEphemeral }) => !isEphemeral);
  return volumes.map(({ claimName }) => claimName);
}

function exclusiveDisksOf({ spec }: Pod): readonly Volume[] {
  return (spec.volumes ?? []).filter(isExclusiveDisk);
}

function conflictsWith(disks: readonly Volume[], { spec }: Pod): boolean {
  const others = spec.volumes ?? [];
  return disks.some((disk) => others.some((other) => disksConflict(disk, other)));
}

const hintPodDeleted: QueueingHintFn = (pod, previous) => {
  const deleted = asPod(previous);
  if (deleted === undefined || deleted.metadata.namespace !== pod.metadata.namespace) {
    return 'QueueSkip';
  }
  if (conflictsWith(exclusiveDisksOf(pod), deleted)) return 'Queue';
  const claims = new Set(claimNamesOf(pod));
  return claimNamesOf(deleted).some((name) => claims.has(name)) ? 'Queue' : 'QueueSkip';
};

/** PreFilter with AddPod and RemovePod, and Filter. */
export class VolumeRestrictions implements PreFilterPlugin, FilterPlugin {
  readonly name = 'VolumeRestrictions';
  readonly #listers: Pick<ClusterListers, 'persistentVolumeClaim'>;

  constructor(listers: Pick<ClusterListers, 'persistentVolumeClaim'>) {
    this.#listers = listers;
  }

  preFilter(state: CycleState, { pod }: PodInfo, snapshot: Snapshot): PreFilterResult {
    const names = new Set<string>();
    let conflicts = 0;
    const { namespace = '' } = pod.metadata;
    for (const name of claimNamesOf(pod)) {
      const claim = this.#listers.persistentVolumeClaim(namespace, name);
      if (claim === undefined) return notFound('persistentvolumeclaim', name);
      if (claim.spec.accessModes?.includes('ReadWriteOncePod') !== true || names.has(name)) {
        continue;
      }
      names.add(name);
      if (snapshot.isClaimUsed(objectKey(namespace, name))) conflicts++;
    }
    if (conflicts === 0 && exclusiveDisksOf(pod).length === 0) return skipped;
    state.write(this.name, new ExclusiveClaims(names, conflicts));
    return isChecked;
  }

  addPod(state: CycleState, _pod: PodInfo, added: PodInfo): void {
    const claims = state.read<ExclusiveClaims>(this.name);
    if (claims !== undefined) claims.conflicts += claims.usesBy(added);
  }

  removePod(state: CycleState, _pod: PodInfo, removed: PodInfo): void {
    const claims = state.read<ExclusiveClaims>(this.name);
    if (claims !== undefined) claims.conflicts -= claims.usesBy(removed);
  }

  filter(state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter {
    const disks = exclusiveDisksOf(pod);
    const conflicts = state.read<ExclusiveClaims>(this.name)?.conflicts ?? 0;
    const otherwise = conflicts > 0 ? claimConflict : undefined;
    if (disks.length === 0) return () => otherwise;
    return (row) => {
      for (const other of table.pods[row]!) {
        if (conflictsWith(disks, other.pod)) return diskConflict;
      }
      return otherwise;
    };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('Pod', 'Delete'), hint: hintPodDeleted },
      { event: clusterEvent('Node', 'Add') },
      { event: clusterEvent('PersistentVolumeClaim', 'Add'), hint: hintOwnClaim },
    ];
  }
}
