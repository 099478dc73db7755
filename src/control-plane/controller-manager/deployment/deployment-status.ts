// The counts of a Deployment's status, and whether enough of it is available.
// Source: Kubernetes v1.36 pkg/controller/deployment/sync.go calculateStatus (reference:
// nodes-controllers 3.5).
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../../api/deployment.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { SimTime } from '../../../kernel/time.js';
import { withCondition } from './progress.js';
import type { ReplicaSets } from './replica-set-revisions.js';
import { rolloutLimits } from './rollout.js';

/** The status that a Deployment with these ReplicaSets should have, but for its progress. */
export function deploymentStatus(
  deployment: Deployment,
  { current, old }: ReplicaSets,
  now: SimTime,
): DeploymentStatus {
  const all = current === undefined ? old : [...old, current];
  const total = (count: (status: NonNullable<ReplicaSet['status']>) => number): number =>
    all.reduce((sum, each) => sum + (each.status === undefined ? 0 : count(each.status)), 0);
  const availableReplicas = total((status) => status.availableReplicas ?? 0);
  const desired = deployment.spec.replicas ?? 1;
  const isAvailable = availableReplicas >= desired - rolloutLimits(deployment).unavailable;
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: total((status) => status.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: total((status) => status.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, desired - availableReplicas),
    terminatingReplicas: total((status) => status.terminatingReplicas ?? 0),
    conditions: withCondition(deployment.status, availability(isAvailable, now)),
  };
}

function availability(isAvailable: boolean, now: SimTime): DeploymentCondition {
  return {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    lastUpdateTime: now,
    lastTransitionTime: now,
    reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
  };
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
