// Which pods of a target count: those whose metric says something about the load, those that are
// not ready yet, those without a metric, and those that are on their way out. Pure.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler/replica_calculator.go groupPods (reference:
// nodes-controllers 3.15).
import type { Pod } from '../../../api/pod.js';
import type { SimTime } from '../../../kernel/time.js';
import { podCondition } from '../pod-state.js';
import { autoscalerConstants as constants } from './constants.js';

/** What a pod uses, in thousandths. */
export interface PodUse {
  readonly milli: number;
  /** End of the window that it is the average of. */
  readonly timestamp: SimTime;
  readonly windowUs: number;
}

/** Uses by name of the pod; all pods are of one namespace. */
export type PodUses = ReadonlyMap<string, PodUse>;

export interface PodGroups {
  /** Pods that count and have a use. */
  readonly ready: readonly Pod[];
  readonly unready: readonly Pod[];
  /** Without a use. */
  readonly missing: readonly Pod[];
}

/** Groups the pods; terminating and failed ones are in no group. O(pods). */
export function groupPods(
  pods: Iterable<Pod>,
  uses: PodUses,
  isCpu: boolean,
  now: SimTime,
): PodGroups {
  const ready: Pod[] = [];
  const unready: Pod[] = [];
  const missing: Pod[] = [];
  for (const pod of pods) {
    const { metadata, status } = pod;
    const use = uses.get(metadata.name);
    if (metadata.deletionTimestamp !== undefined || status?.phase === 'Failed') continue;
    if (status?.phase === 'Pending') unready.push(pod);
    else if (use === undefined) missing.push(pod);
    else if (isCpu && isCpuMisleading(pod, use, now)) unready.push(pod);
    else ready.push(pod);
  }
  return { ready, unready, missing };
}

/** The CPU of a pod that starts says nothing about its load. */
function isCpuMisleading(pod: Pod, { timestamp, windowUs }: PodUse, now: SimTime): boolean {
  const condition = podCondition(pod, 'Ready');
  const startUs = pod.status?.startTime;
  if (condition === undefined || startUs === undefined) return true;
  const { lastTransitionTime: sinceUs = 0 } = condition;
  const isUnready = condition.status === 'False';
  if (now < startUs + constants.cpuInitializationPeriodUs) {
    return isUnready || timestamp < sinceUs + windowUs;
  }
  return isUnready && sinceUs < startUs + constants.initialReadinessDelayUs;
}
