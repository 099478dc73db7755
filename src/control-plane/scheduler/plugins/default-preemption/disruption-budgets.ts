// Which victims would break a PodDisruptionBudget. The budgets are those of the objects' status;
// nothing is subtracted from the objects themselves, which the disruption controller does later.
// Source: kube-scheduler v1.36 plugins/defaultpreemption filterPodsWithPDBViolation; reference:
// scheduler 1.10.

import { sortedKeys } from '../../../../api/field-check.js';
import { compileLabelSelector, labelRequirements } from '../../../../api/label-selector.js';
import type { PodDisruptionBudget } from '../../../../api/pod-disruption-budget.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';
import type { PodInfo } from '../../framework/pod-info.js';

const everything = {};

/** Pods in the order in which they came. */
export interface SplitVictims {
  readonly violating: readonly PodInfo[];
  readonly nonViolating: readonly PodInfo[];
}

/**
 * Counts the pods against their budgets, one after the other: a pod violates when one of the
 * budgets that select it is used up. Every budget that selects it is charged. A selector that is
 * empty or absent selects nothing here. Product of pods and budgets of their namespaces.
 */
export function splitByDisruptionBudgets(
  pods: readonly PodInfo[],
  listers: Pick<ClusterListers, 'podDisruptionBudgets'>,
): SplitVictims {
  const left = new Map<PodDisruptionBudget, number>();
  const violating: PodInfo[] = [];
  const nonViolating: PodInfo[] = [];
  for (const info of pods) {
    let violates = false;
    for (const budget of listers.podDisruptionBudgets(info.pod.metadata.namespace ?? '')) {
      if (!covers(budget, info)) continue;
      const allowed = (left.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      left.set(budget, allowed);
      if (allowed < 0) violates = true;
    }
    (violates ? violating : nonViolating).push(info);
  }
  return { violating, nonViolating };
}

/** A pod whose disruption the API server has already counted is not charged again. */
function covers({ spec, status }: PodDisruptionBudget, { pod }: PodInfo): boolean {
  const { name, labels } = pod.metadata;
  if (labels === undefined || sortedKeys(labels).length === 0) return false;
  const { selector = everything } = spec;
  if (labelRequirements(selector).length === 0) return false;
  if (!compileLabelSelector(selector)(labels)) return false;
  return !Object.hasOwn(status?.disruptedPods ?? {}, name);
}
