/**
 * The NodeClaim: a node that Karpenter has asked the cloud for.
 *
 * Left out: the requirements, resources and class that it was asked for with; the labels say which
 * NodePool and instance type it is of.
 *
 * Source: kubernetes-sigs/karpenter `pkg/apis/v1` types, `karpenter.sh_nodeclaims.yaml`.
 */

import type { ApiObject, ConditionStatus } from './object-meta.js';
import type { Time } from './time.js';

/** Label with the name of the NodePool. */
export const NODE_POOL_LABEL = 'karpenter.sh/nodepool';

export type NodeClaimConditionType = 'Launched' | 'Registered' | 'Initialized' | 'Ready';

export interface NodeClaimCondition {
  readonly type: NodeClaimConditionType;
  readonly status: ConditionStatus;
  readonly lastTransitionTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

export interface NodeClaimSpec {
  /** `720h0m0s`, or `Never`. */
  readonly expireAfter?: string;
}

export interface NodeClaimStatus {
  /** Once the node has registered. */
  readonly nodeName?: string;
  /** Once the cloud has answered. */
  readonly providerID?: string;
  readonly conditions?: readonly NodeClaimCondition[];
}

export interface NodeClaim extends ApiObject {
  readonly apiVersion: 'karpenter.sh/v1';
  readonly kind: 'NodeClaim';
  readonly spec: NodeClaimSpec;
  readonly status?: NodeClaimStatus;
}
