/**
 * The FlowSchemas and PriorityLevelConfigurations that every API server keeps: the mandatory ones,
 * without which it cannot classify a request, and the suggested ones.
 *
 * Source: Kubernetes v1.36 apiserver `pkg/apis/flowcontrol/bootstrap/default.go`.
 */

import {
  CATCH_ALL,
  EXEMPT,
  type FlowSchema,
  type FlowSubject,
  type PolicyRulesWithSubjects,
  type PriorityLevelConfiguration,
  type ResourcePolicyRule,
} from './flow-control.js';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';

/** Says that the API server may bring the spec of an object up to date by itself. */
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

type Method = 'ByUser' | 'ByNamespace';

const user = (name: string): FlowSubject => ({ kind: 'User', user: { name } });
const group = (name: string): FlowSubject => ({ kind: 'Group', group: { name } });
const everyKubeSystemAccount: FlowSubject = {
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name: '*' },
};
const everyone = [group('system:unauthenticated'), group('system:authenticated')];

function resources(
  apiGroup: string,
  names: readonly string[],
  verbs: readonly string[],
  scope: 'namespaces' | 'both',
): ResourcePolicyRule {
  return {
    verbs,
    apiGroups: [apiGroup],
    resources: names,
    ...(scope === 'both' ? { clusterScope: true } : {}),
    namespaces: ['*'],
  };
}

function everythingFrom(...subjects: readonly FlowSubject[]): PolicyRulesWithSubjects {
  return {
    subjects,
    resourceRules: [resources('*', ['*'], ['*'], 'both')],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
}

function schema(
  name: string,
  matchingPrecedence: number,
  level: string,
  method: Method | undefined,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name, annotations },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(method === undefined ? {} : { distinguisherMethod: { type: method } }),
      rules: [rule],
    },
  };
}

function queuingLevel(
  name: string,
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfiguration {
  const queuing = { queues, handSize, queueLengthLimit: 50 };
  const limitResponse = { type: 'Queue' as const, queuing };
  return {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares, lendablePercent, limitResponse },
    },
  };
}

/** `exempt` and `catch-all`: an API server makes them up when they are missing. */
export const mandatoryPriorityLevels: readonly PriorityLevelConfiguration[] = [
  {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: EXEMPT, annotations },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: CATCH_ALL, annotations },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 5,
        lendablePercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  },
];

/** Levels that may be changed or deleted. */
export const suggestedPriorityLevels: readonly PriorityLevelConfiguration[] = [
  queuingLevel('system', 30, 33, 64, 6),
  queuingLevel('node-high', 40, 25, 64, 6),
  queuingLevel('leader-election', 10, 0, 16, 4),
  queuingLevel('workload-high', 40, 50, 128, 6),
  queuingLevel('workload-low', 100, 90, 128, 6),
  queuingLevel('global-default', 20, 50, 128, 6),
];

/** `exempt` and `catch-all`. */
export const mandatoryFlowSchemas: readonly FlowSchema[] = [
  schema(EXEMPT, 1, EXEMPT, undefined, everythingFrom(group('system:masters'))),
  schema(CATCH_ALL, 10_000, CATCH_ALL, 'ByUser', everythingFrom(...everyone)),
];

/** Schemas that may be changed or deleted. */
export const suggestedFlowSchemas: readonly FlowSchema[] = [
  schema('probes', 2, EXEMPT, undefined, {
    subjects: everyone,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', 100, 'leader-election', 'ByUser', {
    subjects: [
      user('system:kube-controller-manager'),
      user('system:kube-scheduler'),
      everyKubeSystemAccount,
    ],
    resourceRules: [
      resources('coordination.k8s.io', ['leases'], ['get', 'create', 'update'], 'namespaces'),
    ],
  }),
  schema('system-node-high', 400, 'node-high', 'ByUser', {
    subjects: [group('system:nodes')],
    resourceRules: [
      resources('', ['nodes', 'nodes/status'], ['*'], 'both'),
      resources('coordination.k8s.io', ['leases'], ['*'], 'namespaces'),
    ],
  }),
  schema('system-nodes', 500, 'system', 'ByUser', everythingFrom(group('system:nodes'))),
  schema(
    'kube-controller-manager',
    800,
    'workload-high',
    'ByNamespace',
    everythingFrom(user('system:kube-controller-manager')),
  ),
  schema(
    'kube-scheduler',
    800,
    'workload-high',
    'ByNamespace',
    everythingFrom(user('system:kube-scheduler')),
  ),
  schema(
    'kube-system-service-accounts',
    900,
    'workload-high',
    'ByNamespace',
    everythingFrom(everyKubeSystemAccount),
  ),
  schema(
    'service-accounts',
    9000,
    'workload-low',
    'ByUser',
    everythingFrom(group('system:serviceaccounts')),
  ),
  schema('global-default', 9900, 'global-default', 'ByUser', everythingFrom(...everyone)),
];
