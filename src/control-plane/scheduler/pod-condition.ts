// Conditions that the scheduler writes into the status of pods.
// Source: Kubernetes v1.36 pkg/api/v1/pod UpdatePodCondition.

import type { Pod, PodCondition } from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';

/** Whether the pod has a condition of this type that says the same. */
export function hasCondition(pod: Pod, condition: PodCondition): boolean {
  const before = conditionOf(pod, condition.type);
  return (
    before?.status === condition.status &&
    before.reason === condition.reason &&
    before.message === condition.message
  );
}

/**
 * The pod with the condition, in the place of an earlier one of its type; the same pod when that
 * says the same already. The time of the last transition is now, unless only the words change.
 */
export function withCondition(pod: Pod, condition: PodCondition, now: SimTime): Pod {
  if (hasCondition(pod, condition)) return pod;
  const before = conditionOf(pod, condition.type);
  const isSameStatus = before?.status === condition.status;
  const lastTransitionTime = isSameStatus ? (before.lastTransitionTime ?? now) : now;
  const dated = { ...condition, lastTransitionTime };
  const conditions = pod.status?.conditions ?? [];
  return {
    ...pod,
    status: {
      ...pod.status,
      conditions:
        before === undefined
          ? [...conditions, dated]
          : conditions.map((each) => (each === before ? dated : each)),
    },
  };
}

function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}
