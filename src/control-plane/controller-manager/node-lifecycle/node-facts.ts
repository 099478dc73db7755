// What a pass over all nodes needs to know of each, worked out when the node has changed: a healthy
// cluster's nodes are the same from one pass to the next, and a pass of 5,000 nodes took a tenth of
// an idle run before this was remembered.
import type { Node } from '../../../api/node.js';
import { zoneKeyOf } from '../../../api/node-zone.js';
import { conditionOf, hasTaint, noExecuteChange } from './node-taints.js';

/** Of one version of a node. */
export interface NodeFacts {
  readonly node: Node;
  /** Under which the informer of Leases knows the node's. */
  readonly leaseKey: string;
  /** Status of its Ready condition. */
  readonly readyStatus: string;
  /** It has a NoExecute taint of this controller. */
  readonly isTainted: boolean;
  readonly zone: string;
}

/** Status of a node's Ready condition. */
export function readyStatusOf(node: Node): string {
  return conditionOf(node, 'Ready')?.status ?? 'Unknown';
}

/** Facts by node name. */
export class KnownNodes {
  readonly #facts = new Map<string, NodeFacts>();

  /** The facts of the node as it is now. O(1) unless it has changed. */
  of(node: Node): NodeFacts {
    const { name } = node.metadata;
    const known = this.#facts.get(name);
    if (known?.node === node) return known;
    const facts: NodeFacts = {
      node,
      leaseKey: known?.leaseKey ?? `kube-node-lease/${name}`,
      readyStatus: readyStatusOf(node),
      isTainted: noExecuteChange('True').remove.some((taint) => hasTaint(node, taint)),
      zone: zoneKeyOf(node),
    };
    this.#facts.set(name, facts);
    return facts;
  }

  forget(name: string): void {
    this.#facts.delete(name);
  }
}
