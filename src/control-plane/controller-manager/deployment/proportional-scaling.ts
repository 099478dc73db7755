// A Deployment that is scaled in the middle of a rollout, or while it is paused: every ReplicaSet
// that has replicas gets its share, so that the mixture of versions stays as it was. Pure.
// Source: Kubernetes v1.36 pkg/controller/deployment/sync.go scale, util/deployment_util.go
// GetReplicaSetProportion (reference: nodes-controllers 3.5).
import type { Deployment } from '../../../api/deployment.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import {
  allOf,
  desiredReplicasNoted,
  maxReplicasNoted,
  type ReplicaSets,
} from './replica-set-revisions.js';
import { emptyingScalings, isActive, maxReplicas, type Scaling, specReplicas } from './rollout.js';

/** True when the Deployment wants another number than it did when its ReplicaSets were scaled. */
export function isScalingEvent(deployment: Deployment, sets: ReplicaSets): boolean {
  const desired = deployment.spec.replicas ?? 1;
  return allOf(sets).some((each) => {
    const noted = desiredReplicasNoted(each);
    return isActive(each) && noted !== undefined && noted !== desired;
  });
}

/**
 * The sizes that the ReplicaSets get, also those that stay as they are: their notes may change.
 * One ReplicaSet takes all; several share in proportion during a rolling update; old ones are
 * emptied when the new one has all its pods.
 */
export function sharedScalings(deployment: Deployment, sets: ReplicaSets): readonly Scaling[] {
  const { current, old } = sets;
  const desired = deployment.spec.replicas ?? 1;
  const sole = activeOrLatest(sets);
  if (sole !== undefined) {
    return specReplicas(sole) === desired ? [] : [{ replicaSet: sole, replicas: desired }];
  }
  if (current !== undefined && isSaturated(deployment, current)) return emptyingScalings(old);
  if (deployment.spec.strategy?.type === 'Recreate') return [];
  return proportionalScalings(deployment, sets);
}

/** The only ReplicaSet with replicas; when none has any the present one, or the newest old one. */
function activeOrLatest(sets: ReplicaSets): ReplicaSet | undefined {
  const all = allOf(sets);
  const active = all.filter(isActive);
  if (active.length === 0) return all.at(-1);
  return active.length === 1 ? active[0] : undefined;
}

function isSaturated(deployment: Deployment, current: ReplicaSet): boolean {
  const desired = deployment.spec.replicas ?? 1;
  return (
    specReplicas(current) === desired &&
    desiredReplicasNoted(current) === desired &&
    current.status?.availableReplicas === desired
  );
}

function proportionalScalings(deployment: Deployment, sets: ReplicaSets): readonly Scaling[] {
  const active = allOf(sets).filter(isActive);
  const total = active.reduce((sum, each) => sum + specReplicas(each), 0);
  const allowed = (deployment.spec.replicas ?? 1) > 0 ? maxReplicas(deployment) : 0;
  const toAdd = allowed - total;
  const isOlder = new Map(active.map((each, age) => [each, age]));
  const age = (each: ReplicaSet): number => isOlder.get(each) as number;
  // The largest first; of two alike the newer grows and the older shrinks first.
  const sorted = [...active].sort(
    (a, b) => specReplicas(b) - specReplicas(a) || (toAdd > 0 ? age(b) - age(a) : age(a) - age(b)),
  );
  let added = 0;
  const scalings = sorted.map((replicaSet) => {
    const share = proportion(deployment, replicaSet, toAdd, added);
    added += share;
    return { replicaSet, replicas: specReplicas(replicaSet) + share };
  });
  // What rounding has left over goes to the largest.
  return scalings.map(({ replicaSet, replicas }, i) => ({
    replicaSet,
    replicas: i === 0 ? Math.max(0, replicas + toAdd - added) : replicas,
  }));
}

function proportion(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  toAdd: number,
  added: number,
): number {
  if (specReplicas(replicaSet) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = wantedChange(deployment, replicaSet);
  const rest = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, rest) : Math.max(fraction, rest);
}

/** The change that keeps the ReplicaSet's part of the whole. */
function wantedChange(deployment: Deployment, replicaSet: ReplicaSet): number {
  const now = specReplicas(replicaSet);
  if ((deployment.spec.replicas ?? 1) === 0) return -now;
  const before = maxReplicasNoted(replicaSet) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((now * maxReplicas(deployment)) / before) - now;
}
