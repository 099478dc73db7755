// NodeVolumeLimits: a node's CSINode says how many volumes each driver can attach there. A volume
// that several pods of the node use counts once. Left out: VolumeAttachments of volumes that no pod
// of the node uses any more, and the gate VolumeLimitScaling.
// Source: kube-scheduler v1.36 plugins/nodevolumelimits; reference: scheduler 2.10, 2.13.

import type { CSINode, CSINodeDriver } from '../../../../api/persistent-volume.js';
import type { Pod, Volume } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
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
import { type Status, skip, status } from '../../framework/status.js';
import { hintOwnClaim } from '../volume-binding/claims.js';
import {
  type AttachableVolumes,
  addAttachableVolumes,
  type VolumeListers,
} from './attachable-volumes.js';

const refused = status('Unschedulable', 'node(s) exceed max volume count');
const skipped: PreFilterResult = { status: skip };
const isChecked: PreFilterResult = {};

/** What of the cluster the plugin looks at. */
export type NodeVolumeLimitsListers = VolumeListers & Pick<ClusterListers, 'csiNode'>;

/** Disks that a CSI driver may have taken over: they make the plugin look, and do not count. */
function isMigratable(volume: Volume): boolean {
  const { gcePersistentDisk, awsElasticBlockStore, azureDisk } = volume;
  return (gcePersistentDisk ?? awsElasticBlockStore ?? azureDisk) !== undefined;
}

function mayBeAttached({ spec }: Pod): boolean {
  return (spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim !== undefined ||
      volume.ephemeral !== undefined ||
      isMigratable(volume),
  );
}

/** The number of volumes by driver. */
function countByDriver(volumes: AttachableVolumes): Map<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

/** Whether some driver of the node would have more than it can attach. */
function isExceeded(
  { spec }: CSINode,
  attached: AttachableVolumes,
  wanted: AttachableVolumes,
): boolean {
  const added = new Map([...wanted].filter(([volume]) => !attached.has(volume)));
  const newCounts = countByDriver(added);
  const counts = countByDriver(attached);
  return spec.drivers.some(({ name, allocatable }) => {
    const limit = allocatable?.count;
    const count = newCounts.get(name) ?? 0;
    return limit !== undefined && count > 0 && (counts.get(name) ?? 0) + count > limit;
  });
}

const hintPodDeleted: QueueingHintFn = (_pod, previous) => {
  const deleted = asPod(previous);
  if (deleted === undefined || (deleted.spec.nodeName ?? '') === '') return 'QueueSkip';
  return mayBeAttached(deleted) ? 'Queue' : 'QueueSkip';
};

/** For comparing old and new, no limit is the lowest, as in kube-scheduler. */
function limitOf({ allocatable }: CSINodeDriver): number {
  return allocatable?.count ?? 0;
}

const hintCsiNodeChanged: QueueingHintFn = (_pod, previous, object) => {
  if (object?.kind !== 'CSINode') return 'QueueSkip';
  if (previous?.kind !== 'CSINode') return 'Queue';
  const before = new Map(previous.spec.drivers.map((driver) => [driver.name, limitOf(driver)]));
  const isRaised = object.spec.drivers.some(
    (driver) => limitOf(driver) > (before.get(driver.name) ?? 0),
  );
  return isRaised ? 'Queue' : 'QueueSkip';
};

/** PreFilter and Filter. */
export class NodeVolumeLimits implements PreFilterPlugin, FilterPlugin {
  readonly name = 'NodeVolumeLimits';
  readonly #listers: NodeVolumeLimitsListers;

  constructor(listers: NodeVolumeLimitsListers) {
    this.#listers = listers;
  }

  preFilter(_state: CycleState, { pod }: PodInfo): PreFilterResult {
    return mayBeAttached(pod) ? isChecked : skipped;
  }

  /** Linear in the pods with claims on the node, for nodes that have limits. */
  filter(_state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter | undefined {
    const wanted: AttachableVolumes = new Map();
    const failure = addAttachableVolumes(this.#listers, pod, true, wanted);
    if (failure !== undefined) return () => failure;
    if (wanted.size === 0) return undefined;
    return (row) => {
      const csiNode = this.#listers.csiNode(table.names[row]!);
      if (!csiNode?.spec.drivers.some(({ allocatable }) => allocatable?.count !== undefined)) {
        return undefined;
      }
      const attached: AttachableVolumes = new Map();
      const error = this.#addAttached(table.pods[row]!, attached);
      return error ?? (isExceeded(csiNode, attached, wanted) ? refused : undefined);
    };
  }

  #addAttached(pods: readonly PodInfo[], attached: AttachableVolumes): Status | undefined {
    for (const { pod, claimKeys } of pods) {
      if (claimKeys.length === 0) continue;
      const error = addAttachableVolumes(this.#listers, pod, false, attached);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('CSINode', 'Add', 'Update'), hint: hintCsiNodeChanged },
      { event: clusterEvent('Pod', 'Delete'), hint: hintPodDeleted },
      { event: clusterEvent('PersistentVolumeClaim', 'Add'), hint: hintOwnClaim },
    ];
  }
}
