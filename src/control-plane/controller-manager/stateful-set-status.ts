// What a StatefulSet says about its pods. Source: Kubernetes v1.36
// pkg/controller/statefulset/stateful_set_control.go, completeRollingUpdate (reference:
// nodes-controllers 3.6).
import type { Pod } from '../../api/pod.js';
import type { StatefulSet, StatefulSetStatus } from '../../api/stateful-set.js';
import type { SimTime } from '../../kernel/time.js';
import { isPodAvailable } from './pod-state.js';
import { isRunningAndReady, isTerminating, revisionOf } from './stateful-set-pod.js';

/** Names of the two revisions between which a set is. */
export interface StatefulRevisions {
  readonly current: string;
  readonly update: string;
}

/** The status that a set with these pods should have. O(pods). */
export function statefulSetStatus(
  set: StatefulSet,
  pods: Iterable<Pod>,
  { current, update }: StatefulRevisions,
  now: SimTime,
): StatefulSetStatus {
  const { minReadySeconds = 0 } = set.spec;
  let [replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas] = [
    0, 0, 0, 0, 0,
  ];
  for (const pod of pods) {
    replicas++;
    if (isRunningAndReady(pod)) readyReplicas++;
    if (isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, now)) availableReplicas++;
    if (isTerminating(pod)) continue;
    if (revisionOf(pod) === current) currentReplicas++;
    if (revisionOf(pod) === update) updatedReplicas++;
  }
  return completed(set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas,
    readyReplicas,
    availableReplicas,
    currentReplicas,
    updatedReplicas,
    currentRevision: current,
    updateRevision: update,
  });
}

/** A rolling update that has replaced all pods makes its revision the current one. */
function completed(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const { replicas, readyReplicas, updatedReplicas, updateRevision } = status;
  const isRolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const isComplete = updatedReplicas === replicas && readyReplicas === replicas;
  if (!isRolling || !isComplete || updateRevision === undefined) return status;
  return { ...status, currentReplicas: updatedReplicas ?? 0, currentRevision: updateRevision };
}

/** True when nothing is worth a write. */
export function isSameStatefulSetStatus(
  a: StatefulSetStatus,
  b: StatefulSetStatus | undefined,
): boolean {
  return (
    b !== undefined &&
    a.observedGeneration === b.observedGeneration &&
    a.replicas === b.replicas &&
    a.readyReplicas === (b.readyReplicas ?? 0) &&
    a.availableReplicas === (b.availableReplicas ?? 0) &&
    a.currentReplicas === (b.currentReplicas ?? 0) &&
    a.updatedReplicas === (b.updatedReplicas ?? 0) &&
    a.currentRevision === b.currentRevision &&
    a.updateRevision === b.updateRevision
  );
}
