// Claims, volumes, classes and nodes for tests of the volume plugins.

import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { ObjectMeta } from '../../../../src/api/object-meta.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../src/api/persistent-volume.js';
import type { Pod, Volume } from '../../../../src/api/pod.js';
import { ClusterObjects } from '../../../../src/control-plane/scheduler/cache/cluster-objects.js';
import { SchedulerCache } from '../../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import type {
  FilterPlugin,
  PreFilterPlugin,
  PreFilterResult,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import type { Status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { makePod, type PodOptions } from '../cluster-fixture.js';

export const driver = 'csi.example.com';

/** A claim of 10Gi of the class `wait`, not bound unless it says so. */
export function makeClaim(
  name: string,
  spec: PersistentVolumeClaim['spec'] = {},
  metadata: Partial<ObjectMeta> = {},
): PersistentVolumeClaim {
  const resources = { requests: { storage: '10Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'wait', resources, ...spec },
    status: { phase: 'Pending' },
  };
}

/** A claim whose binding to a volume is complete. */
export function makeBoundClaim(name: string, volumeName: string): PersistentVolumeClaim {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  return makeClaim(name, { volumeName }, { annotations });
}

/** An available volume of 10Gi of the class `wait`. */
export function makeVolume(
  name: string,
  spec: PersistentVolume['spec'] = {},
  metadata: Partial<ObjectMeta> = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '10Gi' },
      storageClassName: 'wait',
      csi: { driver, volumeHandle: `handle-${name}` },
      ...spec,
    },
    status: { phase: spec.claimRef === undefined ? 'Available' : 'Bound' },
  };
}

/** Usable only from nodes with one of the values. */
export function usableWhere(key: string, ...values: string[]): PersistentVolume['spec'] {
  const terms = [{ matchExpressions: [{ key, operator: 'In' as const, values }] }];
  return { nodeAffinity: { required: { nodeSelectorTerms: terms } } };
}

/** A class that provisions when the first pod has a node. */
export function makeClass(name: string, fields: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: driver,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...fields,
  };
}

/** What a node can attach; no limit without `count`. */
export function makeCsiNode(name: string, count?: number): CSINode {
  const allocatable = count === undefined ? {} : { allocatable: { count } };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: { drivers: [{ name: driver, nodeID: name, ...allocatable }] },
  };
}

/** The driver, which reports how much it can still provision. */
export function makeCsiDriver(storageCapacity = true): CSIDriver {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: driver },
    spec: { storageCapacity },
  };
}

/** Room for the class `wait` where a node has the zone. */
export function makeCapacity(
  zone: string,
  amounts: Pick<CSIStorageCapacity, 'capacity' | 'maximumVolumeSize'>,
): CSIStorageCapacity {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name: `capacity-${zone}`, namespace: 'default' },
    storageClassName: 'wait',
    nodeTopology: { matchLabels: { zone } },
    ...amounts,
  };
}

/** A volume that names a claim. */
export function claimVolume(claimName: string): Volume {
  return { name: `v-${claimName}`, persistentVolumeClaim: { claimName } };
}

/** A pod that uses claims. */
export function podWithClaims(name: string, ...claims: string[]): Pod {
  return makePod(name, { spec: { volumes: claims.map(claimVolume) } });
}

/** The same on a node. */
export function podOn(nodeName: string, name: string, ...volumes: Volume[]): Pod {
  const options: PodOptions = { spec: { nodeName, volumes } };
  return makePod(name, options);
}

type VolumePlugin = PreFilterPlugin & FilterPlugin;

/** Nodes and pods in a cache, everything else in the listers. */
export class VolumeCluster {
  readonly listers = new ClusterObjects();
  readonly cache = new SchedulerCache();
  nowUs = 0;

  constructor(...objects: KubernetesObject[]) {
    for (const object of objects) this.add(object);
  }

  /** An object that is new or has changed. */
  add(object: KubernetesObject): void {
    if (object.kind === 'Node') this.cache.addNode(object);
    else this.listers.set(object);
    if (object.kind === 'Pod' && object.spec.nodeName !== undefined) {
      this.cache.addPod(new PodInfo(object));
    }
  }

  /** What plugins that need more than listers are made with. */
  get handle() {
    return { listers: this.listers, snapshot: this.cache.snapshot, now: () => this.nowUs };
  }

  preFilter(plugin: VolumePlugin, pod: Pod, state = new CycleState()): PreFilterResult {
    return plugin.preFilter(state, new PodInfo(pod), this.cache.updateSnapshot());
  }

  /** The reasons of every node that is refused after a PreFilter that went well. */
  refusals(plugin: VolumePlugin, pod: Pod, state = new CycleState()): Record<string, Status> {
    const { status } = this.preFilter(plugin, pod, state);
    if (status !== undefined) throw new Error(`PreFilter says ${status.code} ${status.reasons}`);
    const snapshot = this.cache.snapshot;
    const filter = plugin.filter(state, new PodInfo(pod), snapshot);
    const refusals: Record<string, Status> = {};
    for (const name of snapshot.names()) {
      const answer = filter?.(snapshot.rowOf(name) as number);
      if (answer !== undefined) refusals[name] = answer;
    }
    return refusals;
  }
}
