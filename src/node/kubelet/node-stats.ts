// Memory, disk and processes of containers, as the summary API of a kubelet has them, from the
// annotations of their pods. ASSUMED: a container of which nothing is said uses the memory that it
// requests, no disk, and has one process; a sandbox has one too.
// Left out: memory of the system's daemons, page cache.
// Source: Kubernetes v1.36 pkg/kubelet/eviction/helpers.go (reference: nodes-controllers §1.13).
import { amountAt } from '../../api/behaviour-text.js';
import { behaviour, behaviourCourse, behaviourText } from '../../api/pod-behaviour.js';
import { quantityValue } from '../../api/quantity.js';
import type { SimTime } from '../../kernel/time.js';
import type { EvictedResource } from './node-capacities.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

const keyOf = {
  memory: behaviour.memoryUse,
  'ephemeral-storage': behaviour.diskUse,
  inodes: behaviour.inodeUse,
  pids: behaviour.processUse,
} as const;

/** What a container uses now: bytes, inodes or processes. O(points of its course). */
export function containerUse(
  { pod }: PodRecord,
  { spec, state, startedUs }: ContainerRecord,
  resource: EvictedResource,
  now: SimTime,
): number {
  if (state !== 'running') return 0;
  const course = behaviourCourse(pod.metadata.annotations, keyOf[resource], spec.name);
  if (course !== undefined) return amountAt(course, now - startedUs);
  if (resource === 'pids') return 1;
  return resource === 'memory' ? quantityValue(spec.resources?.requests?.['memory'] ?? '0') : 0;
}

/** What each container of a pod uses, in order. */
export function containerUses(
  record: PodRecord,
  resource: EvictedResource,
  now: SimTime,
): readonly number[] {
  return record.containers.map((container) => containerUse(record, container, resource, now));
}

/** What a pod uses. */
export function podUse(record: PodRecord, resource: EvictedResource, now: SimTime): number {
  const ofSandbox = resource === 'pids' && record.hasSandbox ? 1 : 0;
  return containerUses(record, resource, now).reduce((sum, use) => sum + use, ofSandbox);
}

/** What all pods of a node use. O(containers). */
export function podsUse(
  pods: Iterable<PodRecord>,
  resource: EvictedResource,
  now: SimTime,
): number {
  let sum = 0;
  for (const record of pods) sum += podUse(record, resource, now);
  return sum;
}

/** Whether a pod says anything about its memory, its disk or its processes. */
export function isMeasured({ pod, containers }: PodRecord): boolean {
  const { annotations } = pod.metadata;
  if (annotations === undefined) return false;
  const { memoryUse, diskUse, inodeUse, processUse } = behaviour;
  const keys = [memoryUse, diskUse, inodeUse, processUse];
  return containers.some(({ spec }) =>
    keys.some((key) => behaviourText(annotations, key, spec.name) !== undefined),
  );
}
