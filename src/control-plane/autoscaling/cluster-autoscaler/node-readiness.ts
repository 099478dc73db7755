// How the autoscaler tells nodes that work from those that do not yet, or no more.
import type { Node } from '../../../api/node.js';
import type { SimTime } from '../../../kernel/time.js';
import type { NodeGroup } from '../../cloud-provider.js';
import { isNodeReady } from '../node-health.js';
import { clusterAutoscalerConstants as constants } from './constants.js';

/** Nodes of one group, as its instances and the API have them. */
export interface GroupReadiness {
  readonly ready: number;
  /** They were Ready once, or should have been by now. */
  readonly unready: number;
  /** They are to come: asked for, booting, registered and not Ready yet. */
  readonly upcoming: number;
  /** Instances of which no node has come for too long. */
  readonly lost: readonly string[];
}

/** Counts the nodes of a group; `provisionUs`: how long an instance may take to become a node. */
export function readinessOf(
  { instances, targetSize }: NodeGroup,
  nodeOf: (name: string) => Node | undefined,
  now: SimTime,
  provisionUs: number,
): GroupReadiness {
  let ready = 0;
  let unready = 0;
  const lost: string[] = [];
  for (const { nodeName, requestedUs } of instances) {
    const node = nodeOf(nodeName);
    if (node === undefined) {
      if (now - requestedUs > provisionUs) lost.push(nodeName);
    } else if (isNodeReady(node) && isOpen(node)) ready++;
    else if (now - (node.metadata.creationTimestamp ?? 0) > constants.maxNodeStartupTimeUs)
      unready++;
  }
  return { ready, unready, upcoming: targetSize - ready - unready - lost.length, lost };
}

/** A node that still waits for its cloud or its network is not started yet. */
function isOpen({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => startupTaints.has(key)) !== true;
}

const startupTaints: ReadonlySet<string> = new Set([
  'node.cloudprovider.kubernetes.io/uninitialized',
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/network-unavailable',
]);
