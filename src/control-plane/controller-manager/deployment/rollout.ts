// The arithmetic of a rolling update: how far the new ReplicaSet may grow and the old ones must
// shrink, given what is ready. Pure. Source: Kubernetes v1.36 pkg/controller/deployment/rolling.go
// and util/deployment_util.go (reference: nodes-controllers 3.5).
import type { Deployment } from '../../../api/deployment.js';
import { resolveIntOrPercent } from '../../../api/int-or-string.js';
import type { ReplicaSet } from '../../../api/replica-set.js';

/**
 * maxSurge rounded up, maxUnavailable rounded down and at most `replicas`; both 0 makes one
 * unavailable. Recreate may make all unavailable.
 */
export function rolloutLimits(deployment: Deployment): {
  readonly surge: number;
  readonly unavailable: number;
} {
  const desired = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: desired };
  const { maxSurge = '25%', maxUnavailable = '25%' } =
    deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = resolveIntOrPercent(maxSurge, desired, 'up') ?? 0;
  const unavailable = Math.min(desired, resolveIntOrPercent(maxUnavailable, desired, 'down') ?? 0);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** Most replicas that a Deployment may have during a rollout. */
export function maxReplicas(deployment: Deployment): number {
  return (deployment.spec.replicas ?? 1) + rolloutLimits(deployment).surge;
}

const sum = (
  replicaSets: readonly ReplicaSet[],
  count: (replicaSet: ReplicaSet) => number,
): number => replicaSets.reduce((total, each) => total + count(each), 0);

/** Replicas that a ReplicaSet shall have. */
export const specReplicas = (replicaSet: ReplicaSet): number => replicaSet.spec.replicas ?? 1;
/** True when a ReplicaSet shall have any. */
export const isActive = (replicaSet: ReplicaSet): boolean => specReplicas(replicaSet) > 0;
const available = (replicaSet: ReplicaSet): number => replicaSet.status?.availableReplicas ?? 0;

/** Replicas that the new ReplicaSet gets now; with Recreate all, once the old pods are gone. */
export function newReplicas(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): number {
  const desired = deployment.spec.replicas ?? 1;
  const now = current === undefined ? 0 : specReplicas(current);
  if (deployment.spec.strategy?.type === 'Recreate' || now > desired) return desired;
  const room = desired + rolloutLimits(deployment).surge - now - sum(old, specReplicas);
  return room <= 0 ? now : now + Math.min(room, desired - now);
}

/** A ReplicaSet and the replicas it shall have. */
export interface Scaling {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

/** Old ReplicaSets that a Recreate has still to empty. */
export function emptyingScalings(old: readonly ReplicaSet[]): readonly Scaling[] {
  return old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }));
}

/** Old ReplicaSets that shrink now, oldest first: what is unhealthy, then what may go. */
export function oldScalings(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Scaling[] {
  const desired = deployment.spec.replicas ?? 1;
  const minAvailable = desired - rolloutLimits(deployment).unavailable;
  const newUnavailable = specReplicas(current) - available(current);
  const maxCleaned = specReplicas(current) + sum(old, specReplicas) - minAvailable - newUnavailable;
  if (maxCleaned <= 0) return [];
  const target = new Map(old.map((each) => [each, specReplicas(each)]));
  let cleaned = 0;
  for (const each of old) {
    if (cleaned >= maxCleaned) break;
    if (specReplicas(each) === 0) continue;
    // It is still shrinking: what it reports as available is about to go. Upstream fails here.
    if (available(each) > specReplicas(each)) return [];
    const unhealthy = Math.min(maxCleaned - cleaned, specReplicas(each) - available(each));
    target.set(each, specReplicas(each) - unhealthy);
    cleaned += unhealthy;
  }
  let spare = available(current) + sum(old, available) - minAvailable;
  for (const each of old) {
    if (spare <= 0) break;
    const less = Math.min(target.get(each) as number, spare);
    target.set(each, (target.get(each) as number) - less);
    spare -= less;
  }
  return old
    .map((replicaSet) => ({ replicaSet, replicas: target.get(replicaSet) as number }))
    .filter(({ replicaSet, replicas }) => replicas !== specReplicas(replicaSet));
}
