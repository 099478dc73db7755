// Which pods an operation waits for, deletes or measures, and how far they are.
import type { Labels } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';

/** Whether a pod carries all of the labels. */
export function hasLabels(pod: Pod, selector: Labels): boolean {
  const labels = pod.metadata.labels ?? {};
  return Object.keys(selector).every((key) => labels[key] === selector[key]);
}

/** Whether a pod has a node. */
export function isScheduled(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '';
}

/** Whether the scheduler, or the API server for a gated pod, has said anything about it. */
export function isAttempted(pod: Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  return isScheduled(pod) || conditions.some(({ type }) => type === 'PodScheduled');
}

/** Why a pod has no node; empty when nobody has said. */
export function refusalOf(pod: Pod): string {
  const conditions = pod.status?.conditions ?? [];
  return conditions.find(({ type }) => type === 'PodScheduled')?.message ?? '';
}
