/**
 * The condition of a pod that the cluster is about to put out, and not for its own fault.
 *
 * Source: Kubernetes v1.36 `core/v1` types, pkg/api/v1/pod.
 */

import type { SimTime } from '../kernel/time.js';
import type { Pod, PodCondition } from './pod.js';

/** The pod with the condition that it is about to be deleted, and why. */
export function withDisruptionTarget(
  pod: Pod,
  reason: string,
  message: string,
  lastTransitionTime: SimTime,
): Pod {
  const others = pod.status?.conditions?.filter(({ type }) => type !== 'DisruptionTarget') ?? [];
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastTransitionTime,
    reason,
    message,
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
