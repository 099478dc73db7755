// The storage of a cluster: the objects that its drivers have put there before the run, and their
// controllers. Source: Kubernetes v1.36 storage/v1; kubernetes-csi documentation.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { CSIDriver, CSINode } from '../api/persistent-volume.js';
import type { ClusterObserver } from '../client/observer.js';
import { CsiDriver } from '../control-plane/csi/csi-driver.js';
import type { Simulation } from '../kernel/simulation.js';
import type { NodeStorageSpec } from '../node/kubelet/node-storage.js';
import type { CsiDriverSpec, StorageSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';

/** What is stored when the run begins; `nodes` have been there for long. */
export function storageObjects(
  { drivers, classes }: StorageSpec,
  nodes: readonly string[],
): readonly KubernetesObject[] {
  return [
    ...drivers.map(
      ({ name, attachRequired }): CSIDriver => ({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSIDriver',
        metadata: { name },
        spec: {
          attachRequired,
          podInfoOnMount: false,
          storageCapacity: false,
          fsGroupPolicy: 'ReadWriteOnceWithFSType',
          volumeLifecycleModes: ['Persistent'],
        },
      }),
    ),
    ...classes,
    ...nodes.map((node) => csiNode(drivers, node)),
  ];
}

/** What the kubelet of a node says about the drivers there. */
export function csiNode(drivers: readonly CsiDriverSpec[], node: string): CSINode {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: node },
    spec: {
      drivers: drivers.map(({ name, attachLimit, reach }) => ({
        name,
        nodeID: node,
        topologyKeys: reach === 'zone' ? ['topology.kubernetes.io/zone'] : [],
        ...(attachLimit !== undefined && { allocatable: { count: attachLimit } }),
      })),
    },
  };
}

/** The controllers of all drivers; they run on nodes. */
export function csiControllers(
  simulation: Simulation,
  controlPlane: ControlPlane,
  observer: ClusterObserver,
  storage: StorageSpec | undefined,
): readonly CsiDriver[] {
  const { transport } = controlPlane;
  const connect = (client: string) => controlPlane.connect(client, 'node');
  return (storage?.drivers ?? []).map(
    (spec) => new CsiDriver({ simulation, transport, observer, connect, spec }),
  );
}

/** The same drivers as kubelets see them. */
export function nodeStorage(storage: StorageSpec | undefined): NodeStorageSpec | undefined {
  if (storage === undefined) return undefined;
  const { drivers } = storage;
  return { drivers, csiNodeOf: (node) => csiNode(drivers, node) };
}
