// Which of the best nodes is taken. kube-scheduler 1.35 and 1.36 turn the list into a binary heap
// ordered by score alone and take its root, so the choice among equals follows from the order of
// the list. Up to 1.34 it is random. Source: kube-scheduler v1.36 and v1.34 schedule_one.go
// selectHost; reference: scheduler 1.9.

import type { RandomStream } from '../../../kernel/random-stream.js';
import type { PodInfo } from './pod-info.js';

/** Index of the node to take among the first `count` totals; `attempt` of the pod counts from 1. */
export type TieBreak = (
  totals: Float64Array,
  count: number,
  pod: PodInfo,
  attempt: number,
) => number;

/** The rules by name: `heap` is that of 1.35 and 1.36, `reservoir` that of 1.34 and before. */
export const tieBreakNames = ['heap', 'reservoir'] as const;

export type TieBreakName = (typeof tieBreakNames)[number];

/**
 * Index of the first maximum in pre-order of the implicit binary tree over the list (children of i
 * are 2i + 1 and 2i + 2), which is what building the heap brings to its root. Linear in `count`,
 * and O(1) after the maximum is known when the first entries hold it.
 */
export function selectHost(totals: Float64Array, count: number): number {
  let best = totals[0]!;
  for (let i = 1; i < count; i++) if (totals[i]! > best) best = totals[i]!;
  let i = 0;
  while (totals[i]! !== best) {
    if (2 * i + 1 < count) {
      i = 2 * i + 1;
      continue;
    }
    // Up from a leaf, until there is a sibling to the right that has not been visited.
    while (i % 2 === 0 || i + 1 >= count) i = (i - 1) >> 1;
    i++;
  }
  return i;
}

/**
 * A random one of the best: the k-th that equals the best so far takes its place with probability
 * 1/k. `streamOf` makes the stream of one attempt, so that no pod's luck depends on another's.
 */
export function reservoir(streamOf: (uid: string, attempt: number) => RandomStream): TieBreak {
  return (totals, count, { uid }, attempt) => {
    let stream: RandomStream | undefined;
    let chosen = 0;
    let equals = 1;
    for (let i = 1; i < count; i++) {
      if (totals[i]! > totals[chosen]!) {
        chosen = i;
        equals = 1;
      } else if (totals[i]! === totals[chosen]!) {
        equals++;
        stream ??= streamOf(uid, attempt);
        if (stream.below(equals) === 0) chosen = i;
      }
    }
    return chosen;
  };
}
