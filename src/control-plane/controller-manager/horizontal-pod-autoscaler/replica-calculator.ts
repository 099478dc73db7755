// How many replicas bring the metric to its target. Pods that are not ready, or of which nothing is
// known, are counted so that they can only make a change smaller, never turn it round. Pure.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler/replica_calculator.go (reference:
// nodes-controllers 3.15).
import type { Pod } from '../../../api/pod.js';
import type { PodGroups, PodUses } from './pod-groups.js';

/** Ratios between `1 - down` and `1 + up` change nothing. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** What the pods of a target are to use. */
export interface UseTarget {
  /** What a pod requests, in thousandths; of a target in absolute terms, undefined. */
  readonly requestOf: ((pod: Pod) => number) | undefined;
  /** Percent of the requests, or the use of a pod in thousandths. */
  readonly value: number;
}

/** Replicas, and what the metric was found to be. */
export interface Calculation {
  readonly replicas: number;
  /** Percent of the requests; undefined of a target in absolute terms. */
  readonly utilization: number | undefined;
  /** Use of a pod on average, in thousandths. */
  readonly averageMilli: number;
}

function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

interface Ratio {
  readonly ratio: number;
  readonly utilization: number | undefined;
  readonly averageMilli: number;
}

function ratioOf(uses: ReadonlyMap<Pod, number>, { requestOf, value }: UseTarget): Ratio {
  let total = 0;
  let requested = 0;
  for (const [pod, use] of uses) {
    total += use;
    requested += requestOf?.(pod) ?? 0;
  }
  const averageMilli = Math.floor(total / uses.size);
  if (requestOf === undefined) {
    return { ratio: averageMilli / value, utilization: undefined, averageMilli };
  }
  const utilization = Math.floor((total * 100) / requested);
  return { ratio: utilization / value, utilization, averageMilli };
}

/** Replicas for a metric that is measured pod by pod; undefined when no pod that counts has one. */
export function replicasForPods(
  current: number,
  groups: PodGroups,
  uses: PodUses,
  target: UseTarget,
  tolerances: Tolerances,
): Calculation | undefined {
  const { ready, unready, missing } = groups;
  if (ready.length === 0) return undefined;
  const counted = new Map(ready.map((pod) => [pod, uses.get(pod.metadata.name)?.milli ?? 0]));
  const first = ratioOf(counted, target);
  const { ratio, utilization, averageMilli } = first;
  const found = (replicas: number): Calculation => ({ replicas, utilization, averageMilli });
  const countsUnready = unready.length > 0 && ratio > 1;
  if (!countsUnready && missing.length === 0) {
    return found(isWithin(ratio, tolerances) ? current : Math.ceil(ratio * ready.length));
  }
  if (ratio !== 1) for (const pod of missing) counted.set(pod, ratio < 1 ? full(pod, target) : 0);
  if (countsUnready) for (const pod of unready) counted.set(pod, 0);
  const { ratio: cautious } = ratioOf(counted, target);
  const isTurned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  if (isWithin(cautious, tolerances) || isTurned) return found(current);
  const replicas = Math.ceil(cautious * counted.size);
  const isAgainst = (cautious < 1 && replicas > current) || (cautious > 1 && replicas < current);
  return found(isAgainst ? current : replicas);
}

/** The use of a pod that is as busy as it should be. */
function full(pod: Pod, { requestOf, value }: UseTarget): number {
  return requestOf === undefined ? value : (requestOf(pod) * Math.max(100, value)) / 100;
}

/** Replicas for a value that all Ready pods share, as it is. */
export function replicasForValue(
  current: number,
  readyPods: number,
  valueMilli: number,
  targetMilli: number,
  tolerances: Tolerances,
): number {
  const ratio = valueMilli / targetMilli;
  if (current === 0) return Math.ceil(ratio);
  return isWithin(ratio, tolerances) ? current : Math.ceil(ratio * readyPods);
}

/** Replicas for a value of which every replica takes its part. */
export function replicasForShare(
  current: number,
  valueMilli: number,
  targetMilli: number,
  tolerances: Tolerances,
): number {
  const ratio = valueMilli / (targetMilli * current);
  return isWithin(ratio, tolerances) ? current : Math.ceil(valueMilli / targetMilli);
}
