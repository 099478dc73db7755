// VolumeZone: a bound volume with zone or region labels is reachable from the nodes of these zones
// and regions only. Volumes state this by node affinity nowadays, which VolumeBinding looks at.
// Source: kube-scheduler v1.36 plugins/volumezone; reference: scheduler 2.10, 2.13.

import { classNameOf } from '../../../../api/claim-binding.js';
import { claimVolumesOf } from '../../../../api/claim-volumes.js';
import type { Labels } from '../../../../api/object-meta.js';
import type { PersistentVolume } from '../../../../api/persistent-volume.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { clusterEvent } from '../../framework/cluster-event.js';
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
import { hintOwnClaim, notFound, unresolvable } from '../volume-binding/claims.js';

const refused = status('UnschedulableAndUnresolvable', 'node(s) had no available volume zone');
const skipped: PreFilterResult = { status: skip };
const isChecked: PreFilterResult = {};

/** Labels with a place, and the name that a label of an old version has today. */
const topologyLabels: readonly (readonly [label: string, current: string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
];

/** One label of one volume. */
interface VolumeTopology {
  readonly label: string;
  readonly current: string;
  readonly values: ReadonlySet<string>;
}

/** The places of all bound volumes of a pod. */
class VolumeTopologies implements StateData {
  readonly all: readonly VolumeTopology[];

  constructor(all: readonly VolumeTopology[]) {
    this.all = all;
  }

  clone(): this {
    return this;
  }
}

/** A label with an empty zone among its zones, `a__` or '', says nothing. */
function topologiesOf({ metadata }: PersistentVolume): VolumeTopology[] {
  return topologyLabels.flatMap(([label, current]) => {
    const zones = metadata.labels?.[label]?.split('__').map((zone) => zone.trim());
    if (zones === undefined || zones.includes('')) return [];
    return [{ label, current, values: new Set(zones) }];
  });
}

function accepts(topologies: readonly VolumeTopology[], labels: Labels): boolean {
  if (!topologyLabels.some(([label]) => labels[label] !== undefined)) return true;
  return topologies.every(({ label, current, values }) => {
    const place = labels[label] ?? labels[current];
    return place !== undefined && values.has(place);
  });
}

const hintClassAdded: QueueingHintFn = (_pod, _previous, object) =>
  object?.kind === 'StorageClass' && object.volumeBindingMode === 'WaitForFirstConsumer'
    ? 'Queue'
    : 'QueueSkip';

const hintVolumeChanged: QueueingHintFn = (_pod, previous, object) => {
  if (previous?.kind !== 'PersistentVolume' || object?.kind !== 'PersistentVolume') return 'Queue';
  const text = (volume: PersistentVolume): string =>
    JSON.stringify(
      topologiesOf(volume).map(({ label, values }) => [label, [...values].sort(byText)]),
    );
  return text(previous) === text(object) ? 'QueueSkip' : 'Queue';
};

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What of the cluster the plugin looks at. */
export type VolumeZoneListers = Pick<
  ClusterListers,
  'persistentVolume' | 'persistentVolumeClaim' | 'storageClass'
>;

const noLabels: Labels = {};

/** PreFilter and Filter. */
export class VolumeZone implements PreFilterPlugin, FilterPlugin {
  readonly name = 'VolumeZone';
  readonly #listers: VolumeZoneListers;

  constructor(listers: VolumeZoneListers) {
    this.#listers = listers;
  }

  preFilter(state: CycleState, { pod }: PodInfo): PreFilterResult {
    const topologies: VolumeTopology[] = [];
    for (const { claimName, isEphemeral } of claimVolumesOf(pod)) {
      if (isEphemeral) continue;
      if (claimName === '') return unresolvable('PersistentVolumeClaim had no name');
      const claim = this.#listers.persistentVolumeClaim(pod.metadata.namespace ?? '', claimName);
      if (claim === undefined) return notFound('persistentvolumeclaim', claimName);
      const { volumeName = '' } = claim.spec;
      if (volumeName === '') {
        const refusal = this.#unboundRefusal(classNameOf(claim));
        if (refusal !== undefined) return refusal;
        continue;
      }
      const volume = this.#listers.persistentVolume(volumeName);
      if (volume === undefined) return notFound('persistentvolume', volumeName);
      topologies.push(...topologiesOf(volume));
    }
    if (topologies.length === 0) return skipped;
    state.write(this.name, new VolumeTopologies(topologies));
    return isChecked;
  }

  /** A claim without volume is fine when its class waits for the pod. */
  #unboundRefusal(className: string): PreFilterResult | undefined {
    if (className === '') {
      return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
    }
    const storageClass = this.#listers.storageClass(className);
    if (storageClass === undefined) return notFound('storageclass.storage.k8s.io', className);
    const { volumeBindingMode } = storageClass;
    if (volumeBindingMode === undefined) {
      return unresolvable(`VolumeBindingMode not set for StorageClass "${className}"`);
    }
    if (volumeBindingMode === 'WaitForFirstConsumer') return undefined;
    return unresolvable('PersistentVolume had no name');
  }

  filter(state: CycleState, _pod: PodInfo, { table }: Snapshot): NodeFilter {
    const topologies = state.read<VolumeTopologies>(this.name)?.all ?? [];
    return (row) =>
      accepts(topologies, table.nodes[row]?.metadata.labels ?? noLabels) ? undefined : refused;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('StorageClass', 'Add'), hint: hintClassAdded },
      { event: clusterEvent('Node', 'Add', 'UpdateNodeLabel') },
      { event: clusterEvent('PersistentVolumeClaim', 'Add', 'Update'), hint: hintOwnClaim },
      { event: clusterEvent('PersistentVolume', 'Add', 'Update'), hint: hintVolumeChanged },
    ];
  }
}
