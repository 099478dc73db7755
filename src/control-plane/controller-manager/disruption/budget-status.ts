// How many pods of a PodDisruptionBudget may be disrupted now, as a pure function of the pods it
// selects. Source: Kubernetes v1.36 pkg/controller/disruption (reference: nodes-controllers 3.17).
import { resolveIntOrPercent } from '../../../api/int-or-string.js';
import { controllerOf } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../api/pod-disruption-budget.js';
import type { SimTime } from '../../../kernel/time.js';
import { isPodReady } from '../pod-state.js';

/** Replicas that the workload behind a pod's controller wants; undefined: it cannot be known. */
export type ScaleOf = (pod: Pod) => { readonly uid: string; readonly replicas: number } | undefined;

/** The counts of a budget, or why they cannot be made. */
export type BudgetCounts =
  | {
      readonly expectedPods: number;
      readonly desiredHealthy: number;
      /** A pod has no controller, so that the counts leave it out. */
      readonly hasUnmanaged: boolean;
    }
  | { readonly failure: string };

/** What a budget with these pods expects, and how many of them must stay healthy. O(pods). */
export function budgetCounts(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  scaleOf: ScaleOf,
): BudgetCounts {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number')
    return { expectedPods: pods.length, desiredHealthy: minAvailable, hasUnmanaged: false };
  if (maxUnavailable === undefined && minAvailable === undefined)
    return { expectedPods: pods.length, desiredHealthy: 0, hasUnmanaged: false };
  const replicas = new Map<string, number>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    if (controllerOf(pod) === undefined) {
      hasUnmanaged = true;
      continue;
    }
    const scale = scaleOf(pod);
    if (scale === undefined)
      return { failure: `found no controllers for pod "${pod.metadata.name}"` };
    replicas.set(scale.uid, scale.replicas);
  }
  let expectedPods = 0;
  for (const wanted of replicas.values()) expectedPods += wanted;
  if (maxUnavailable !== undefined) {
    const less = resolveIntOrPercent(maxUnavailable, expectedPods, 'up') ?? 0;
    return { expectedPods, desiredHealthy: Math.max(0, expectedPods - less), hasUnmanaged };
  }
  const desiredHealthy = resolveIntOrPercent(minAvailable ?? 0, expectedPods, 'up') ?? 0;
  return { expectedPods, desiredHealthy, hasUnmanaged };
}

/** Pods that are Ready and not on their way out. */
export function healthyPods(pods: readonly Pod[]): number {
  let count = 0;
  for (const pod of pods)
    if (pod.metadata.deletionTimestamp === undefined && isPodReady(pod)) count++;
  return count;
}

/** The status that says so; `counts` undefined: nothing may be disrupted. */
export function budgetStatus(
  budget: PodDisruptionBudget,
  counts: Exclude<BudgetCounts, { readonly failure: string }> | undefined,
  currentHealthy: number,
  now: SimTime,
): PodDisruptionBudgetStatus {
  const { expectedPods = 0, desiredHealthy = 0 } = counts ?? {};
  const spare = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const disruptionsAllowed = counts === undefined ? 0 : spare;
  const status = disruptionsAllowed > 0 ? 'True' : 'False';
  const failed = counts === undefined ? 'SyncFailed' : 'InsufficientPods';
  const reason = disruptionsAllowed > 0 ? 'SufficientPods' : failed;
  const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  const condition = {
    type: 'DisruptionAllowed',
    status,
    reason,
    message: '',
    lastTransitionTime,
  } as const;
  return {
    observedGeneration: budget.metadata.generation ?? 1,
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: [condition],
  };
}

/** True when nothing is worth a write. */
export function isSameBudgetStatus(
  a: PodDisruptionBudgetStatus,
  b: PodDisruptionBudgetStatus | undefined,
): boolean {
  const [left, right] = [a.conditions?.[0], b?.conditions?.[0]];
  return (
    a.observedGeneration === b?.observedGeneration &&
    a.disruptionsAllowed === b?.disruptionsAllowed &&
    a.currentHealthy === b?.currentHealthy &&
    a.desiredHealthy === b?.desiredHealthy &&
    a.expectedPods === b?.expectedPods &&
    left?.status === right?.status &&
    left?.reason === right?.reason
  );
}
