// Containers that have ended and are still there: their writable layers and logs keep the disk that
// they took. Of each container of a pod the kubelet keeps the latest one, so that its logs can be
// read; those of evicted pods go at once, and all of them when the node is short of disk.
// Left out: the minute's collection, which finds nothing more than what goes with each end.
// Source: Kubernetes v1.36 pkg/kubelet/pod_container_deletor.go, kuberuntime_gc.go (reference:
// nodes-controllers §1.14).
import type { SimTime } from '../../kernel/time.js';
import { containerUse, isMeasured } from './node-stats.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** What dead containers hold. */
export type HeldResource = 'ephemeral-storage' | 'inodes';

/** A container is about to end: what it leaves takes the place of what the run before has left. */
export function leaveDead(record: PodRecord, container: ContainerRecord, now: SimTime): void {
  if (!isMeasured(record)) return;
  const isKept = record.eviction === undefined;
  container.deadBytes = isKept ? containerUse(record, container, 'ephemeral-storage', now) : 0;
  container.deadInodes = isKept ? containerUse(record, container, 'inodes', now) : 0;
}

/** What the dead containers of a node hold. O(containers). */
export function heldByDead(pods: Iterable<PodRecord>, resource: HeldResource): number {
  let held = 0;
  for (const { containers } of pods) {
    for (const { deadBytes, deadInodes } of containers) {
      held += resource === 'inodes' ? deadInodes : deadBytes;
    }
  }
  return held;
}

/** Removes all dead containers of a node. O(containers). */
export function removeDead(pods: Iterable<PodRecord>): void {
  for (const { containers } of pods) {
    for (const container of containers) {
      container.deadBytes = 0;
      container.deadInodes = 0;
    }
  }
}
