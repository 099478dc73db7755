/**
 * FlowSchema and PriorityLevelConfiguration: who is served by which priority level of the API
 * server, and how many seats each level has.
 *
 * Source: Kubernetes v1.36 `flowcontrol/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { Time } from './time.js';

/** Names that the API server gives a meaning of their own. */
export const EXEMPT = 'exempt';
export const CATCH_ALL = 'catch-all';

export interface FlowSchema extends ApiObject {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'FlowSchema';
  readonly spec: FlowSchemaSpec;
  readonly status?: { readonly conditions?: readonly FlowSchemaCondition[] };
}

export interface FlowSchemaSpec {
  readonly priorityLevelConfiguration: { readonly name: string };
  /** 1 to 10,000; the lowest that matches is taken, the first by name among equals. */
  readonly matchingPrecedence?: number;
  /** Absent: all requests of the schema are one flow. */
  readonly distinguisherMethod?: { readonly type: 'ByUser' | 'ByNamespace' };
  readonly rules?: readonly PolicyRulesWithSubjects[];
}

/** A request matches when one of the subjects sent it and one of the rules is about it. */
export interface PolicyRulesWithSubjects {
  readonly subjects?: readonly FlowSubject[];
  readonly resourceRules?: readonly ResourcePolicyRule[];
  readonly nonResourceRules?: readonly NonResourcePolicyRule[];
}

/** One kind of subject; the field of that name is there. `*` stands for every name. */
export interface FlowSubject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly user?: { readonly name: string };
  readonly group?: { readonly name: string };
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

/** `*` alone in a list stands for everything. */
export interface ResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/status`. */
  readonly resources: readonly string[];
  /** Whether requests without a namespace match. */
  readonly clusterScope?: boolean;
  readonly namespaces?: readonly string[];
}

export interface NonResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface FlowSchemaCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

export interface PriorityLevelConfiguration extends ApiObject {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'PriorityLevelConfiguration';
  readonly spec: PriorityLevelConfigurationSpec;
}

export interface PriorityLevelConfigurationSpec {
  readonly type: 'Exempt' | 'Limited';
  readonly exempt?: SeatShares;
  readonly limited?: LimitedPriorityLevelConfiguration;
}

/** What a level is entitled to, and how much of that it lends. */
export interface SeatShares {
  readonly nominalConcurrencyShares?: number;
  /** 0 to 100. */
  readonly lendablePercent?: number;
}

export interface LimitedPriorityLevelConfiguration extends SeatShares {
  /** Absent: as many seats as the others lend. */
  readonly borrowingLimitPercent?: number;
  readonly limitResponse?: LimitResponse;
}

/** What happens to a request that finds no free seat. */
export interface LimitResponse {
  readonly type: 'Queue' | 'Reject';
  readonly queuing?: QueuingConfiguration;
}

export interface QueuingConfiguration {
  readonly queues?: number;
  /** Queues that one flow may use. */
  readonly handSize?: number;
  readonly queueLengthLimit?: number;
}
