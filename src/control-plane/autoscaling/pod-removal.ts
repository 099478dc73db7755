// Whether the pods of a node may be moved elsewhere, and which of them have to be.
// Source: kubernetes/autoscaler cluster-autoscaler simulator/drainability (reference:
// nodes-controllers 4.4), with its default flags.
import { compileLabelSelector } from '../../api/label-selector.js';
import { controllerOf } from '../../api/object-meta.js';
import { isPodTerminal, type Pod } from '../../api/pod.js';
import type { PodDisruptionBudget } from '../../api/pod-disruption-budget.js';

const SAFE = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const MIRROR = 'kubernetes.io/config.mirror';

/** Pods that go with their node, without anybody making others: neither moved nor in the way. */
export function staysWithNode(pod: Pod): boolean {
  const isMirror = pod.metadata.annotations?.[MIRROR] !== undefined;
  const isGoing = isPodTerminal(pod) || pod.metadata.deletionTimestamp !== undefined;
  return isMirror || isGoing || controllerOf(pod)?.kind === 'DaemonSet';
}

/** Whether a pod keeps its node: by its annotation, its place, its volumes, or as nobody's. */
export function keepsNode(pod: Pod, budgets: readonly PodDisruptionBudget[]): boolean {
  const { annotations, namespace } = pod.metadata;
  const own = budgets.filter((budget) => covers(budget, pod));
  if (own.some(({ status }) => (status?.disruptionsAllowed ?? 0) < 1)) return true;
  if (annotations?.[SAFE] === 'true') return false;
  if (annotations?.[SAFE] === 'false' || controllerOf(pod) === undefined) return true;
  if (namespace === 'kube-system' && own.length === 0) return true;
  return pod.spec.volumes?.some(({ emptyDir, hostPath }) => emptyDir ?? hostPath) === true;
}

/** Whether its disruption budget keeps a pod, or that nobody would make another one. */
export function keepsPod(pod: Pod, budgets: readonly PodDisruptionBudget[]): boolean {
  if (controllerOf(pod) === undefined) return true;
  return budgets.some(
    (budget) => covers(budget, pod) && (budget.status?.disruptionsAllowed ?? 0) < 1,
  );
}

function covers({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace || spec.selector === undefined) return false;
  return compileLabelSelector(spec.selector)(pod.metadata.labels ?? {});
}
