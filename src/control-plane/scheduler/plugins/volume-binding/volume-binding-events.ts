// The events after which a pod that VolumeBinding has rejected is worth another try.
// Source: kube-scheduler v1.36 plugins/volumebinding EventsToRegister; reference: scheduler 2.13.

import type { StorageClass } from '../../../../api/persistent-volume.js';
import { clusterEvent } from '../../framework/cluster-event.js';
import type { ClusterEventWithHint, QueueingHintFn } from '../../framework/plugin.js';
import { hintOwnClaim } from './claims.js';
import { volumeLimit } from './provisioning.js';

const migratedPluginsAnnotation = 'storage.alpha.kubernetes.io/migrated-plugins';

/** The places of a class as text that is equal for equal places. */
function placesOf({ allowedTopologies = [] }: StorageClass): string {
  const terms = allowedTopologies.map(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.map(({ key, values }) => [key, values]),
  );
  return JSON.stringify(terms);
}

const hintClassChanged: QueueingHintFn = (_pod, previous, object) => {
  if (previous?.kind !== 'StorageClass' || object?.kind !== 'StorageClass') return 'Queue';
  return placesOf(previous) === placesOf(object) ? 'QueueSkip' : 'Queue';
};

const hintCsiNodeChanged: QueueingHintFn = (_pod, previous, object) => {
  if (previous?.kind !== 'CSINode' || object?.kind !== 'CSINode') return 'Queue';
  const before = previous.metadata.annotations?.[migratedPluginsAnnotation];
  const after = object.metadata.annotations?.[migratedPluginsAnnotation];
  return before === after ? 'QueueSkip' : 'Queue';
};

/** Pods that use the driver directly, when it stops reporting capacity. */
const hintCsiDriverChanged: QueueingHintFn = (pod, previous, object) => {
  if (previous?.kind !== 'CSIDriver' || object?.kind !== 'CSIDriver') return 'QueueSkip';
  const isUsed = pod.spec.volumes?.some(({ csi }) => csi?.driver === object.metadata.name);
  const isRelaxed = previous.spec.storageCapacity === true && object.spec.storageCapacity !== true;
  return isUsed === true && isRelaxed ? 'Queue' : 'QueueSkip';
};

const hintCapacityChanged: QueueingHintFn = (_pod, previous, object) => {
  if (previous?.kind !== 'CSIStorageCapacity' || object?.kind !== 'CSIStorageCapacity') {
    return 'Queue';
  }
  const limit = volumeLimit(object);
  const before = volumeLimit(previous);
  return limit !== undefined && (before === undefined || limit > before) ? 'Queue' : 'QueueSkip';
};

/** What the plugin registers. */
export const volumeBindingEvents: readonly ClusterEventWithHint[] = [
  { event: clusterEvent('StorageClass', 'Add', 'Update'), hint: hintClassChanged },
  { event: clusterEvent('PersistentVolumeClaim', 'Add', 'Update'), hint: hintOwnClaim },
  { event: clusterEvent('PersistentVolume', 'Add', 'Update') },
  { event: clusterEvent('Node', 'Add', 'UpdateNodeLabel') },
  { event: clusterEvent('CSINode', 'Add', 'Update'), hint: hintCsiNodeChanged },
  { event: clusterEvent('CSIDriver', 'Update'), hint: hintCsiDriverChanged },
  { event: clusterEvent('CSIStorageCapacity', 'Add', 'Update'), hint: hintCapacityChanged },
];
