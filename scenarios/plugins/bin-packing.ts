// Bin packing on two resources: a pod goes to the fullest node, and a node is as full as the
// resource of which more is left. A node that would run out of one resource with much of the other
// left is the last choice: that rest would be of use to nobody. What NodeResourcesFit calls
// MostAllocated adds the two resources up instead, and fills a node with CPU while its memory lies
// idle.
//
// Runs at: Score. Arguments: maxStrandedPercent (0..100, default 40), how much of one resource may
// be left when the other has run out.

import type { NamedPluginFactory, ScorePlugin } from 'kubeclock';

const name = 'TwoResourcePacking';

/** A resource of which less than this is left has run out, percent. */
const exhaustedPercent = 10;

/** How much of a resource is left when the pod is there as well, percent of the whole. */
function leftPercent(allocatable: number, requested: number, asked: number): number {
  if (allocatable === 0) return 100;
  return Math.max(0, Math.floor((100 * (allocatable - requested - asked)) / allocatable));
}

/** The arguments as the profile's pluginConfig has them; they are checked here and nowhere else. */
function maxStrandedOf(args: unknown): number {
  const { maxStrandedPercent = 40 } = (args ?? {}) as { maxStrandedPercent?: unknown };
  if (typeof maxStrandedPercent === 'number' && maxStrandedPercent >= 0) return maxStrandedPercent;
  throw new Error(`maxStrandedPercent is ${String(maxStrandedPercent)}, not a percentage`);
}

export const TwoResourcePacking = {
  name,
  create: (args) => {
    const maxStranded = maxStrandedOf(args);
    return {
      name,

      score(_state, pod, nodes, snapshot, scores) {
        const { cpu, memory } = snapshot.table;
        const { cpuMilli, memoryBytes } = pod.scoringRequests;
        for (let i = 0; i < nodes.count; i++) {
          const row = nodes.rows[i] ?? 0;
          const cpuLeft = leftPercent(
            cpu.allocatable[row] ?? 0,
            cpu.requested[row] ?? 0,
            cpuMilli,
          );
          const memoryLeft = leftPercent(
            memory.allocatable[row] ?? 0,
            memory.requested[row] ?? 0,
            memoryBytes,
          );
          const least = Math.min(cpuLeft, memoryLeft);
          const most = Math.max(cpuLeft, memoryLeft);
          const isStranded = least < exhaustedPercent && most > maxStranded;
          scores[i] = isStranded ? 0 : 100 - most;
        }
        return undefined;
      },

      // A score keeps no pod from being scheduled, so no event brings one back.
      eventsToRegister: () => [],
    } satisfies ScorePlugin;
  },
} satisfies NamedPluginFactory;
