// What a ReplicaSet says about its pods. Source: Kubernetes v1.36 pkg/controller/replicaset
// replica_set_utils.go (reference: nodes-controllers 3.4).
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/replica-set.js';
import type { ReplicationController } from '../../api/replication-controller.js';
import type { SimTime } from '../../kernel/time.js';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminating } from './pod-state.js';

const FAILURE = 'ReplicaFailure';

/** What keeps replicas: one controller's code treats both alike, as upstream does. */
export type ReplicaKeeper = ReplicaSet | ReplicationController;

/** The status that a ReplicaSet with these pods should have. O(pods). */
export function replicaSetStatus(
  replicaSet: ReplicaKeeper,
  pods: Iterable<Pod>,
  now: SimTime,
): ReplicaSetStatus {
  const { minReadySeconds = 0 } = replicaSet.spec;
  let replicas = 0;
  let readyReplicas = 0;
  let availableReplicas = 0;
  let terminatingReplicas = 0;
  for (const pod of pods) {
    if (isPodTerminating(pod)) terminatingReplicas++;
    if (!isPodActive(pod)) continue;
    replicas++;
    if (!isPodReady(pod)) continue;
    readyReplicas++;
    if (isPodAvailable(pod, minReadySeconds, now)) availableReplicas++;
  }
  return {
    replicas,
    fullyLabeledReplicas: replicas,
    readyReplicas,
    availableReplicas,
    terminatingReplicas,
    observedGeneration: replicaSet.metadata.generation ?? 1,
  };
}

/**
 * The conditions after a sync: ReplicaFailure as long as pods cannot be created or deleted, since
 * the first time. `missing`: replicas that the sync wanted to create; negative: to delete.
 */
export function replicaSetConditions(
  before: ReplicaSetStatus | undefined,
  failureMessage: string | undefined,
  missing: number,
  now: SimTime,
): readonly ReplicaSetCondition[] | undefined {
  const conditions = before?.conditions;
  const isNoted = conditions?.some(({ type }) => type === FAILURE) === true;
  if (isNoted === (failureMessage !== undefined)) return conditions;
  const others = conditions?.filter(({ type }) => type !== FAILURE) ?? [];
  if (failureMessage === undefined) return others;
  const failure: ReplicaSetCondition = {
    type: FAILURE,
    status: 'True',
    lastTransitionTime: now,
    reason: missing > 0 ? 'FailedCreate' : 'FailedDelete',
    message: failureMessage,
  };
  return [...others, failure];
}

/** True when nothing is worth a write; no status is one of zeros that was never observed. */
export function isSameReplicaSetStatus(
  a: ReplicaSetStatus,
  b: ReplicaSetStatus | undefined,
): boolean {
  return (
    a.replicas === (b?.replicas ?? 0) &&
    a.readyReplicas === (b?.readyReplicas ?? 0) &&
    a.availableReplicas === (b?.availableReplicas ?? 0) &&
    a.terminatingReplicas === (b?.terminatingReplicas ?? 0) &&
    a.observedGeneration === b?.observedGeneration &&
    a.conditions === b?.conditions
  );
}
