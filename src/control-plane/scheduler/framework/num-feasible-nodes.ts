// How many feasible nodes are enough. Source: kube-scheduler v1.36 schedule_one.go
// numFeasibleNodesToFind; reference: scheduler 1.7.

/** Clusters of fewer nodes are searched as a whole, and at least as many are looked for. */
const minFeasibleNodesToFind = 100;
const minPercentage = 5;

/**
 * The number of feasible nodes after which the search stops. `percentage` is
 * percentageOfNodesToScore, 0 for the adaptive rule: 50 % less 1 % per 125 nodes, at least 5 %.
 */
export function numFeasibleNodesToFind(percentage: number, nodeCount: number): number {
  if (nodeCount < minFeasibleNodesToFind) return nodeCount;
  const adaptive = Math.max(50 - Math.floor(nodeCount / 125), minPercentage);
  const wanted = Math.floor((nodeCount * (percentage === 0 ? adaptive : percentage)) / 100);
  return Math.max(wanted, minFeasibleNodesToFind);
}
