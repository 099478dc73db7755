// What a Deployment says about its rollout. Left out: the ReplicaFailure condition, the progress
// deadline. Source: Kubernetes v1.36 pkg/controller/deployment sync.go, progress.go
// (reference: nodes-controllers 3.5).
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../api/deployment.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { SimTime } from '../../kernel/time.js';
import { rolloutLimits } from './rollout.js';

/** The status that a Deployment with these ReplicaSets should have. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  now: SimTime,
): DeploymentStatus {
  const all = current === undefined ? old : [...old, current];
  const total = (count: (status: NonNullable<ReplicaSet['status']>) => number): number =>
    all.reduce((sum, each) => sum + (each.status === undefined ? 0 : count(each.status)), 0);
  const replicas = total((status) => status.replicas);
  const updatedReplicas = current?.status?.replicas ?? 0;
  const availableReplicas = total((status) => status.availableReplicas ?? 0);
  const desired = deployment.spec.replicas ?? 1;
  const isAvailable = availableReplicas >= desired - rolloutLimits(deployment).unavailable;
  const isComplete = [replicas, updatedReplicas, availableReplicas].every((n) => n === desired);
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas,
    updatedReplicas,
    readyReplicas: total((status) => status.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, desired - availableReplicas),
    terminatingReplicas: total((status) => status.terminatingReplicas ?? 0),
    conditions: [
      availableCondition(deployment, isAvailable, now),
      ...progressingConditions(deployment, current, isComplete, now),
    ],
  };
}

function availableCondition(
  deployment: Deployment,
  isAvailable: boolean,
  now: SimTime,
): DeploymentCondition {
  const status = isAvailable ? 'True' : 'False';
  const before = conditionOf(deployment, 'Available');
  if (before?.status === status) return before;
  const reason = isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable';
  const message = `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`;
  return {
    type: 'Available',
    status,
    lastUpdateTime: now,
    lastTransitionTime: now,
    reason,
    message,
  };
}

/** Stays as it was until the rollout is complete. */
function progressingConditions(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  isComplete: boolean,
  now: SimTime,
): readonly DeploymentCondition[] {
  const before = conditionOf(deployment, 'Progressing');
  const reason = 'NewReplicaSetAvailable';
  if (!isComplete || current === undefined || before?.reason === reason)
    return before === undefined ? [] : [before];
  const message = `ReplicaSet "${current.metadata.name}" has successfully progressed.`;
  return [progressing(before, reason, message, now)];
}

/** Condition of a Deployment whose new ReplicaSet has just been created. */
export function createdCondition(
  deployment: Deployment,
  replicaSet: string,
  now: SimTime,
): DeploymentCondition {
  const message = `Created new replica set "${replicaSet}"`;
  const before = conditionOf(deployment, 'Progressing');
  return progressing(before, 'NewReplicaSetCreated', message, now);
}

function progressing(
  before: DeploymentCondition | undefined,
  reason: string,
  message: string,
  now: SimTime,
): DeploymentCondition {
  const lastTransitionTime = before?.lastTransitionTime ?? now;
  return {
    type: 'Progressing',
    status: 'True',
    lastUpdateTime: now,
    lastTransitionTime,
    reason,
    message,
  };
}

function conditionOf(deployment: Deployment, type: string): DeploymentCondition | undefined {
  return deployment.status?.conditions?.find((condition) => condition.type === type);
}

/** True when nothing is worth a write. */
export function isSameDeploymentStatus(
  a: DeploymentStatus,
  b: DeploymentStatus | undefined,
): boolean {
  return (
    b !== undefined &&
    a.observedGeneration === b.observedGeneration &&
    a.replicas === b.replicas &&
    a.updatedReplicas === b.updatedReplicas &&
    a.readyReplicas === b.readyReplicas &&
    a.availableReplicas === b.availableReplicas &&
    a.unavailableReplicas === b.unavailableReplicas &&
    a.terminatingReplicas === b.terminatingReplicas &&
    a.conditions?.length === b.conditions?.length &&
    (a.conditions ?? []).every((condition) => b.conditions?.includes(condition))
  );
}
