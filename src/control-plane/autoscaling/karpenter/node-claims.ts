// The NodeClaims of Karpenter: what was asked for, how far it is, and which pods it was asked for.
// Left out: the NodeClaim objects in the API and their writes; drift.
// Source: kubernetes-sigs/karpenter pkg/controllers/nodeclaim (reference: nodes-controllers 4.5).
import type { Node } from '../../../api/node.js';
import type { SimTime } from '../../../kernel/time.js';
import { isNodeReady } from '../node-health.js';
import type { KarpenterMonitor, KarpenterNodePool, Offering } from './karpenter-settings.js';

/** One node that was asked for, or is there. */
export interface NodeClaim {
  readonly nodePool: KarpenterNodePool;
  readonly offering: Offering;
  readonly zone: string;
  readonly createdUs: SimTime;
  /** '' until it is launched. */
  nodeName: string;
  /** Its node was Ready and open for pods. */
  isInitialized: boolean;
}

const startupTaints: ReadonlySet<string> = new Set([
  'node.cloudprovider.kubernetes.io/uninitialized',
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/network-unavailable',
]);

export class NodeClaims {
  readonly #monitor: KarpenterMonitor | undefined;
  readonly #claims = new Set<NodeClaim>();
  readonly #byNode = new Map<string, NodeClaim>();

  constructor(monitor: KarpenterMonitor | undefined) {
    this.#monitor = monitor;
  }

  /** In order of creation. */
  get all(): Iterable<NodeClaim> {
    return this.#claims;
  }

  of(nodeName: string): NodeClaim | undefined {
    return this.#byNode.get(nodeName);
  }

  create(claim: NodeClaim): void {
    this.#claims.add(claim);
    this.#monitor?.nodeClaimCreated(claim.nodePool.name);
  }

  launched(claim: NodeClaim, nodeName: string): void {
    claim.nodeName = nodeName;
    this.#byNode.set(nodeName, claim);
    this.#monitor?.nodeClaimLaunched(claim.nodePool.name);
  }

  /** A node has changed: its claim, if it is ready for pods from now on. */
  nodeChanged(node: Node, now: SimTime): NodeClaim | undefined {
    const claim = this.#byNode.get(node.metadata.name);
    if (claim === undefined || claim.isInitialized || !isNodeReady(node)) return undefined;
    if (node.spec.taints?.some(({ key }) => startupTaints.has(key)) === true) return undefined;
    claim.isInitialized = true;
    this.#monitor?.nodeClaimInitialized(claim.nodePool.name, now - claim.createdUs);
    return claim;
  }

  /** It will not come, or its node is gone. */
  remove(claim: NodeClaim): void {
    if (!this.#claims.delete(claim)) return;
    this.#byNode.delete(claim.nodeName);
    this.#monitor?.nodeClaimTerminated(claim.nodePool.name);
  }

  /** What the nodes of a NodePool offer together. O(claims). */
  ofPool(nodePool: KarpenterNodePool): readonly NodeClaim[] {
    return [...this.#claims].filter((claim) => claim.nodePool === nodePool);
  }
}
