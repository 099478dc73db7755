// The NodeClaims as Karpenter has them in mind: what was asked for, and how far it is.
// Source: kubernetes-sigs/karpenter pkg/controllers/nodeclaim (reference: nodes-controllers 4.5).
import type { Node } from '../../../api/node.js';
import type { SimTime } from '../../../kernel/time.js';
import type { CloudInstance } from '../../cloud-provider.js';
import { isNodeReady } from '../node-health.js';
import type { KarpenterMonitor, KarpenterNodePool, Offering } from './karpenter-settings.js';
import type { PlannedNode } from './node-plan.js';

/** One node that was asked for, or is there. */
export interface NodeClaim {
  /** Of its object; '' until that is created. */
  name: string;
  readonly nodePool: KarpenterNodePool;
  readonly offering: Offering;
  readonly zone: string;
  readonly createdUs: SimTime;
  /** '' until it is launched. */
  nodeName: string;
  /** Of the cloud; '' until it is launched. */
  instanceId: string;
  /** Its node is there. */
  isRegistered: boolean;
  /** Its node was Ready and open for pods. */
  isInitialized: boolean;
  /** Its object was asked to go. */
  isDeleting: boolean;
}

/** Of a node that is wanted from now on. */
export function newClaim({ nodePool, offering, zone }: PlannedNode, now: SimTime): NodeClaim {
  return {
    name: '',
    nodePool,
    offering,
    zone,
    createdUs: now,
    nodeName: '',
    instanceId: '',
    isRegistered: false,
    isInitialized: false,
    isDeleting: false,
  };
}

/** The node of a claim as it will be. */
export function nodeOf({ offering, zone }: NodeClaim): Node {
  const { template } = offering;
  const labels = { ...template.metadata.labels, 'topology.kubernetes.io/zone': zone };
  return { ...template, metadata: { ...template.metadata, labels } };
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
  /** Of an earlier process, launched, whose node has not come yet. */
  readonly #byInstance = new Map<string, NodeClaim>();

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

  /** One that was there before this process. */
  restore(claim: NodeClaim): void {
    this.#claims.add(claim);
    if (claim.nodeName !== '') this.#byNode.set(claim.nodeName, claim);
    else if (claim.instanceId !== '') this.#byInstance.set(claim.instanceId, claim);
  }

  /** A node is there: its claim, if it was not there before. */
  nodeSeen({ metadata: { name }, spec }: Node): NodeClaim | undefined {
    const restored = this.#byInstance.get(spec.providerID ?? '');
    if (restored !== undefined) {
      this.#byInstance.delete(restored.instanceId);
      restored.nodeName = name;
      this.#byNode.set(name, restored);
    }
    const claim = this.#byNode.get(name);
    if (claim === undefined || claim.isRegistered) return undefined;
    claim.isRegistered = true;
    return claim;
  }

  launched(claim: NodeClaim, { nodeName, id }: Pick<CloudInstance, 'nodeName' | 'id'>): void {
    claim.nodeName = nodeName;
    claim.instanceId = id;
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
    this.#byInstance.delete(claim.instanceId);
    this.#monitor?.nodeClaimTerminated(claim.nodePool.name);
  }

  /** What the nodes of a NodePool offer together. O(claims). */
  ofPool(nodePool: KarpenterNodePool): readonly NodeClaim[] {
    return [...this.#claims].filter((claim) => claim.nodePool === nodePool);
  }
}
