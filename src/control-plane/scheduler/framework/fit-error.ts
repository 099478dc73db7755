// The sentence that says why a pod fits nowhere, as in Events and in the PodScheduled condition.
// Source: kube-scheduler v1.36 framework/types.go FitError; reference: scheduler 1.10.

import type { NodeStatuses } from './node-statuses.js';

/**
 * `0/5 nodes are available: 3 Insufficient cpu, 2 Too many pods.` Reasons are ordered as text, the
 * count first. `preFilterMessage` replaces them when the pod was rejected as a whole.
 */
export function fitErrorMessage(
  nodeCount: number,
  statuses: NodeStatuses,
  preFilterMessage: string,
  postFilterMessage: string,
): string {
  let text = `0/${nodeCount} nodes are available:`;
  if (preFilterMessage !== '') {
    text += ` ${preFilterMessage}.`;
  } else {
    const counts = [...statuses.reasons(nodeCount)].map(([reason, count]) => `${count} ${reason}`);
    counts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (counts.length > 0) text += ` ${counts.join(', ')}.`;
  }
  return postFilterMessage === '' ? text : `${text} ${postFilterMessage}`;
}
