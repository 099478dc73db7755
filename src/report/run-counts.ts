// How many of what a run had: the figures that open every kind of report.
import type { PodRow, RunResult } from '../metrics/run-result.js';

/** Whole numbers; pods that were deleted count for what they had reached before. */
export interface RunCounts {
  readonly pods: number;
  readonly podsBound: number;
  readonly podsReady: number;
  readonly podsDeleted: number;
  readonly nodes: number;
  readonly nodesReady: number;
  readonly changes: number;
  readonly changesConverged: number;
  readonly apiRequests: number;
}

/** O(pods). */
export function countRun({ pods, nodes, convergence, requests }: RunResult): RunCounts {
  const reached = (timeUs: (pod: PodRow) => number | undefined): number =>
    pods.reduce((count, pod) => count + (timeUs(pod) === undefined ? 0 : 1), 0);
  return {
    pods: pods.length,
    podsBound: reached((pod) => pod.boundUs),
    podsReady: reached((pod) => pod.readyUs),
    podsDeleted: reached((pod) => pod.deletedUs),
    nodes: nodes.length,
    nodesReady: nodes.filter((node) => node.ready).length,
    changes: convergence.length,
    changesConverged: convergence.filter((row) => row.convergedUs !== undefined).length,
    apiRequests: requests.reduce((sum, row) => sum + row.count, 0),
  };
}
