/**
 * When the pods of a recording ended by themselves, and how: what their containers' statuses say,
 * else the time between their first and their last record.
 */

import { parseTimestamp } from '../../../api/timestamp.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import type { ClusterRecord } from './record-file.js';

/** How a pod ended. */
export interface PodExit {
  /** From the start of its containers, µs. */
  readonly runTimeUs: number;
  /** Of the container that ended last. */
  readonly code: number;
}

/** The exits of pods that ended, by the key of the object. O(records). */
export function exitsOf(
  records: readonly ClusterRecord[],
  keyOf: (object: Tree) => string,
): ReadonlyMap<string, PodExit> {
  const found = new Map<string, PodExit>();
  const firstUs = new Map<string, number>();
  for (const { event, object, atUs } of records) {
    if (object['kind'] !== 'Pod') continue;
    const key = keyOf(object);
    if (event === 'Add') firstUs.set(key, atUs);
    const { phase, containerStatuses } = isTree(object['status']) ? object['status'] : {};
    if (event !== 'Update' || found.has(key)) continue;
    if (phase !== 'Succeeded' && phase !== 'Failed') continue;
    const exits = (Array.isArray(containerStatuses) ? containerStatuses : []).flatMap(exitOf);
    const last = exits.reduce<PodExit | undefined>(
      (longest, each) => (each.runTimeUs > (longest?.runTimeUs ?? -1) ? each : longest),
      undefined,
    );
    // A pod that failed without such a container was evicted, which the simulator decides anew.
    if (last !== undefined) found.set(key, last);
    else if (phase === 'Succeeded') {
      found.set(key, { runTimeUs: Math.max(0, atUs - (firstUs.get(key) ?? atUs)), code: 0 });
    }
  }
  return found;
}

function exitOf(status: unknown): readonly PodExit[] {
  const state = isTree(status) && isTree(status['state']) ? status['state'] : {};
  const { terminated } = state;
  if (!isTree(terminated)) return [];
  const startedUs = parseTimestamp(String(terminated['startedAt']));
  const finishedUs = parseTimestamp(String(terminated['finishedAt']));
  if (startedUs === undefined || finishedUs === undefined) return [];
  const code = Number(terminated['exitCode'] ?? 0);
  return [{ runTimeUs: Math.max(0, finishedUs - startedUs), code }];
}
