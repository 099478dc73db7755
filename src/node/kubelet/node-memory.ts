// The kernel's way of a node whose memory is used up: when that will be, and which container it
// kills then, by the score that the kubelet and the use of memory give it.
// Left out: more than one kill a second, processes other than those of pods.
// Source: Linux mm/oom_kill.c, Kubernetes v1.36 pkg/kubelet/qos/policy.go (reference:
// nodes-controllers §1.13).
import { podRequests } from '../../api/resource-requests.js';
import type { SimTime } from '../../kernel/time.js';
import { oomScoreAdjustment } from './eviction-ranking.js';
import { containerUses, podsUse } from './node-stats.js';
import type { PodRecord } from './pod-record.js';

const stepUs = 1_000_000;
const scoreOfAll = 1_000;

/**
 * The first second in (now, until) at which what runs now uses more than there is; undefined when
 * there is none. O(containers x seconds).
 */
export function nextOutOfMemory(
  pods: ReadonlyMap<string, PodRecord>,
  capacity: number,
  now: SimTime,
  untilUs: SimTime,
): SimTime | undefined {
  for (let at = now + stepUs; at < untilUs; at += stepUs) {
    if (podsUse(pods.values(), 'memory', at) > capacity) return at;
  }
  return undefined;
}

/** The container with the highest score, when memory is used up now; undefined when it is not. */
export function outOfMemoryVictim(
  pods: Iterable<PodRecord>,
  capacity: number,
  now: SimTime,
): readonly [record: PodRecord, container: number] | undefined {
  let used = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let victim: readonly [PodRecord, number] | undefined;
  for (const record of pods) {
    for (const [container, bytes] of containerUses(record, 'memory', now).entries()) {
      if (bytes === 0) continue;
      used += bytes;
      const { spec } = record.containers[container] as PodRecord['containers'][number];
      const request = podRequests({ containers: [spec] }).memoryBytes;
      const score =
        (scoreOfAll * bytes) / capacity + oomScoreAdjustment(record.pod, request, capacity);
      if (score <= highest) continue;
      highest = score;
      victim = [record, container];
    }
  }
  return used > capacity ? victim : undefined;
}
