// Which pod a node that is short of something evicts first: pods that use more than they request
// before those that do not, then those of lower priority, then those that use most beyond their
// request; where processes run short, those of lower priority, then those that have most of them.
// Nobody requests inodes or processes. Static and critical pods are never evicted.
// Source: Kubernetes v1.36 pkg/kubelet/eviction/helpers.go (reference: nodes-controllers §1.13).
import type { Pod } from '../../api/pod.js';
import { podQosClass, podRequests } from '../../api/resource-requests.js';
import type { SimTime } from '../../kernel/time.js';
import { ascending } from '../../stats/ascending.js';
import type { EvictedResource } from './node-capacities.js';
import { podUse } from './node-stats.js';
import type { PodRecord } from './pod-record.js';
import { isStatic } from './static-pods.js';

/** Pods of this priority and above are needed for the node or the cluster to work. */
const criticalPriority = 2_000_000_000;

/** Whether a pod is static or of critical priority. */
export function isCritical(pod: Pod): boolean {
  const { spec } = pod;
  return isStatic(pod) || (spec.priority ?? 0) >= criticalPriority;
}

interface Ranked {
  readonly record: PodRecord;
  readonly exceeds: boolean;
  readonly priority: number;
  readonly beyond: number;
}

/** Pods in the order in which they are to go; pods without containers at work are left out. */
export function rankForEviction(
  records: Iterable<PodRecord>,
  resource: EvictedResource,
  now: SimTime,
): readonly PodRecord[] {
  const ranked: Ranked[] = [];
  for (const record of records) {
    if (record.state !== 'idle' && record.state !== 'syncing') continue;
    if (isCritical(record.pod)) continue;
    const { memoryBytes, ephemeralStorageBytes } = podRequests(record.pod.spec);
    const requests = { memory: memoryBytes, 'ephemeral-storage': ephemeralStorageBytes };
    const request = resource === 'inodes' || resource === 'pids' ? 0 : requests[resource];
    const beyond = podUse(record, resource, now) - request;
    const exceeds = resource !== 'pids' && beyond > 0;
    ranked.push({ record, exceeds, priority: record.pod.spec.priority ?? 0, beyond });
  }
  return ranked.sort(compare).map(({ record }) => record);
}

function compare(a: Ranked, b: Ranked): number {
  if (a.exceeds !== b.exceeds) return a.exceeds ? -1 : 1;
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.beyond !== b.beyond) return b.beyond - a.beyond;
  return ascending(a.record.uid, b.record.uid);
}

const maxAdjustment = 1_000;
/** Of the least and the most that a Burstable container can have. */
const leastBurstable = 2;
const mostBurstable = 999;
const guaranteedAdjustment = -997;

/**
 * oom_score_adj of a container of a pod, -997 to 1000.
 * Source: pkg/kubelet/qos/policy.go.
 */
export function oomScoreAdjustment({ spec }: Pod, requestBytes: number, capacity: number): number {
  const qos = podQosClass(spec);
  if (qos === 'Guaranteed' || isNodeCritical(spec.priorityClassName)) return guaranteedAdjustment;
  if (qos === 'BestEffort') return maxAdjustment;
  const adjustment = maxAdjustment - Math.floor((maxAdjustment * requestBytes) / capacity);
  return Math.min(Math.max(leastBurstable, adjustment), mostBurstable);
}

const isNodeCritical = (name: string | undefined): boolean => name === 'system-node-critical';
