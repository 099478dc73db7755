// What a StatefulSet does next, as a pure function of its pods. OrderedReady takes one step and
// waits for it; Parallel creates and deletes all it can; a rolling update then replaces one pod at
// a time from the highest ordinal down to the partition. Left out: maxUnavailable above 1 (its gate
// is off by default). Source: Kubernetes v1.36 pkg/controller/statefulset/stateful_set_control.go
// (reference: nodes-controllers 3.6).
import type { Pod } from '../../api/pod.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import type { SimTime } from '../../kernel/time.js';
import { ascending } from '../../stats/ascending.js';
import { isPodAvailable } from './pod-state.js';
import {
  hasEnded,
  isHealthy,
  isRunningAndReady,
  isTerminating,
  ordinalOf,
  revisionOf,
  startOrdinal,
} from './stateful-set-pod.js';

/** The pods of a set by role. */
export interface StatefulPods {
  /** At i the pod of ordinal start + i, wanted whether it is there or not. */
  readonly replicas: readonly (Pod | undefined)[];
  /** Pods of other ordinals, highest first. */
  readonly condemned: readonly Pod[];
}

/** Pods to create, by ordinal, and then pods to delete. */
export interface StatefulPlan {
  readonly creations: readonly number[];
  readonly deletions: readonly Pod[];
}

/** Sorts the pods of a set into those it wants and the others. O(pods + replicas). */
export function sortPods(set: StatefulSet, pods: Iterable<Pod>): StatefulPods {
  const start = startOrdinal(set);
  const replicas = new Array<Pod | undefined>(set.spec.replicas ?? 1).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal < 0) continue;
    if (ordinal >= start && ordinal < start + replicas.length) replicas[ordinal - start] = pod;
    else condemned.push(pod);
  }
  // Names such as web-01 and web-1 are of one ordinal.
  condemned.sort(
    (a, b) => ordinalOf(set, b) - ordinalOf(set, a) || ascending(a.metadata.name, b.metadata.name),
  );
  return { replicas, condemned };
}

/** The next steps of a set that is not being deleted. O(pods). */
export function planStatefulSet(
  set: StatefulSet,
  pods: StatefulPods,
  updateRevision: string,
  now: SimTime,
): StatefulPlan {
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  return isOrdered
    ? planOrdered(set, pods, updateRevision, now)
    : planParallel(set, pods, updateRevision);
}

const NOTHING: StatefulPlan = { creations: [], deletions: [] };

function planOrdered(
  set: StatefulSet,
  { replicas, condemned }: StatefulPods,
  updateRevision: string,
  now: SimTime,
): StatefulPlan {
  const { minReadySeconds = 0 } = set.spec;
  const isSettled = (pod: Pod): boolean =>
    isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, now);
  for (let i = 0; i < replicas.length; i++) {
    const pod = replicas[i];
    if (pod === undefined) return { creations: [startOrdinal(set) + i], deletions: [] };
    if (hasEnded(pod)) return isTerminating(pod) ? NOTHING : { creations: [], deletions: [pod] };
    if (isTerminating(pod) || !isSettled(pod)) return NOTHING;
  }
  const [last] = condemned;
  if (last !== undefined) {
    const isFirstUnhealthy = !condemned.slice(1).some((pod) => !isHealthy(pod));
    const mayGo = !isTerminating(last) && (isSettled(last) || isFirstUnhealthy);
    return mayGo ? { creations: [], deletions: [last] } : NOTHING;
  }
  return { creations: [], deletions: outdated(set, replicas, updateRevision) };
}

function planParallel(
  set: StatefulSet,
  { replicas, condemned }: StatefulPods,
  updateRevision: string,
): StatefulPlan {
  const creations = replicas.flatMap((pod, i) =>
    pod === undefined ? [startOrdinal(set) + i] : [],
  );
  const ended = replicas.filter((pod) => pod !== undefined && hasEnded(pod)) as Pod[];
  const going = [...ended, ...condemned].filter((pod) => !isTerminating(pod));
  const updated = outdated(set, replicas, updateRevision).filter((pod) => !going.includes(pod));
  return { creations, deletions: [...going, ...updated] };
}

/** The pod that a rolling update replaces now, if any: none while a higher one is not healthy. */
function outdated(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  updateRevision: string,
): readonly Pod[] {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const lowest = rollingUpdate?.partition ?? 0;
  for (let i = replicas.length - 1; i >= lowest; i--) {
    const pod = replicas[i];
    if (pod !== undefined && revisionOf(pod) !== updateRevision && !isTerminating(pod))
      return [pod];
    if (!isHealthy(pod)) return [];
  }
  return [];
}

/** True when a new pod of this ordinal is still made from the current revision. */
export function isBelowPartition(set: StatefulSet, ordinal: number): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return false;
  return ordinal < startOrdinal(set) + (rollingUpdate?.partition ?? 0);
}
