// Which schema and level requests of a cluster's own clients fall under (reference: controlplane
// B3.2 and its notes), and that the table gives what going through the schemas gives.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlowSchema } from '../../../../src/api/flow-control.js';
import { resourceKinds } from '../../../../src/api/resource-kinds.js';
import type { ApiRequest } from '../../../../src/client/api-request.js';
import { groupsOf } from '../../../../src/client/user-groups.js';
import { FlowClassifier } from '../../../../src/control-plane/apiserver/flow-control/flow-classifier.js';
import {
  danglingCondition,
  flowConfiguration,
} from '../../../../src/control-plane/apiserver/flow-control/flow-configuration.js';
import { matchesSchema } from '../../../../src/control-plane/apiserver/flow-control/matching.js';
import type { Principal } from '../../../../src/control-plane/apiserver/flow-control/principal.js';
import { allLevels, allSchemas, oneLevel } from './flow-bench.js';

function principal(user: string, own: readonly string[] = []): Principal {
  const groups = groupsOf(user, own);
  const state = { subjectClass: -1, hands: [], isServiceAccount: false, tokenTrustedUntilUs: 0 };
  return { user, groups, ...state };
}

const request = (verb: ApiRequest['verb'], resource: string, more: Partial<ApiRequest> = {}) => ({
  verb,
  resource,
  namespace: resource === 'nodes' ? '' : 'default',
  name: 'a',
  ...more,
});

const namesOf = (schemas: readonly FlowSchema[]): string[] =>
  schemas.map(({ metadata }) => metadata.name);

describe('a request of', () => {
  const { schemas } = flowConfiguration(allLevels, allSchemas);
  const classifier = new FlowClassifier(schemas);
  const account = (namespace: string, name: string): string =>
    `system:serviceaccount:${namespace}:${name}`;
  const leases = { namespace: 'kube-system' };
  test.each<[string, ApiRequest, string, string]>([
    ['system:node:n', request('update', 'leases'), 'system-node-high', 'node-high'],
    [
      'system:node:n',
      request('patch', 'nodes', { subresource: 'status' }),
      'system-node-high',
      'node-high',
    ],
    [
      'system:node:n',
      request('patch', 'pods', { subresource: 'status' }),
      'system-nodes',
      'system',
    ],
    ['system:node:n', request('list', 'pods'), 'system-nodes', 'system'],
    [
      'system:kube-scheduler',
      request('update', 'leases', leases),
      'system-leader-election',
      'leader-election',
    ],
    // Not among the verbs of that schema.
    [
      'system:kube-scheduler',
      request('patch', 'leases', leases),
      'kube-scheduler',
      'workload-high',
    ],
    [
      'system:kube-scheduler',
      request('create', 'pods', { subresource: 'binding' }),
      'kube-scheduler',
      'workload-high',
    ],
    [
      'system:kube-controller-manager',
      request('list', 'pods'),
      'kube-controller-manager',
      'workload-high',
    ],
    [
      account('kube-system', 'replicaset-controller'),
      request('create', 'pods'),
      'kube-system-service-accounts',
      'workload-high',
    ],
    [
      account('kube-system', 'any'),
      request('get', 'leases'),
      'system-leader-election',
      'leader-election',
    ],
    [account('team', 'operator'), request('list', 'pods'), 'service-accounts', 'workload-low'],
    [account('kube-system-2', 'a'), request('list', 'pods'), 'service-accounts', 'workload-low'],
    ['load-client', request('create', 'pods'), 'global-default', 'global-default'],
    ['admin', request('list', 'pods'), 'exempt', 'exempt'],
  ])('%s: %j is of %s', (user, asked, schema, level) => {
    const sender = principal(user, user === 'admin' ? ['system:masters'] : []);
    const found = schemas[classifier.classify(sender, asked)] as FlowSchema;
    expect(found.metadata.name).toBe(schema);
    expect(found.spec.priorityLevelConfiguration.name).toBe(level);
  });

  test('an unknown resource is classified too', () => {
    const found = classifier.classify(principal('u'), request('get', 'unheard-of'));
    expect(namesOf(schemas)[found]).toBe('global-default');
  });

  test('somebody without any group falls back on catch-all', () => {
    const sender = { ...principal('u'), groups: [] };
    const found = classifier.classify(sender, request('get', 'pods'));
    expect(namesOf(schemas)[found]).toBe('catch-all');
  });
});

describe('paths', () => {
  const probes = allSchemas.find(({ metadata }) => metadata.name === 'probes') as FlowSchema;
  const anybody = { user: 'u', groups: ['system:unauthenticated'] };
  test.each([
    ['get', '/healthz', true],
    ['get', '/readyz/etcd', true],
    ['get', '/metrics', false],
    ['get', '/healthzz', false],
    ['create', '/livez', false],
  ])('%s %s is a probe: %s', (verb, path, expected) => {
    expect(matchesSchema(probes, anybody, { verb, path })).toBe(expected);
  });
});

describe('the table', () => {
  const users = ['u', 'system:node:n', 'system:serviceaccount:a:b', 'system:kube-scheduler'];
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
  const subject = fc.oneof(
    fc.constantFrom(...users, '*').map((name) => ({ kind: 'User' as const, user: { name } })),
    fc
      .constantFrom('system:nodes', 'system:authenticated', '*')
      .map((name) => ({ kind: 'Group' as const, group: { name } })),
    fc.constantFrom('b', 'c', '*').map((name) => ({
      kind: 'ServiceAccount' as const,
      serviceAccount: { namespace: 'a', name },
    })),
  );
  const rule = fc.record({
    verbs: fc.subarray([...verbs], { minLength: 1 }),
    apiGroups: fc.constantFrom(['*'], [''], ['apps', 'coordination.k8s.io']),
    resources: fc.constantFrom(['*'], ['pods', 'nodes/status'], ['deployments'], ['leases']),
    namespaces: fc.constantFrom(['*'], ['x'], ['x', 'y'], []),
    clusterScope: fc.boolean(),
  });
  const schema = fc.record({
    subjects: fc.array(subject, { minLength: 1, maxLength: 3 }),
    resourceRules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  });
  const asked = fc.record({
    verb: fc.constantFrom(...verbs),
    resource: fc.constantFrom(...resourceKinds.map((kind) => kind.resource)),
    subresource: fc.constantFrom(undefined, 'status' as const),
    namespace: fc.constantFrom('', 'x', 'y', 'z'),
    name: fc.constant('n'),
  });

  test('answers as going through the schemas does, the first time and the second', () => {
    fc.assert(
      fc.property(
        fc.array(schema, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.constantFrom(...users), asked), { minLength: 1, maxLength: 40 }),
        (rules, requests) => {
          const own = rules.map(
            (each, index): FlowSchema => ({
              apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
              kind: 'FlowSchema',
              metadata: { name: `s${index}` },
              spec: {
                priorityLevelConfiguration: { name: 'system' },
                matchingPrecedence: 10 + index,
                rules: [each],
              },
            }),
          );
          const { schemas } = flowConfiguration(allLevels, [...own, ...allSchemas]);
          const classifier = new FlowClassifier(schemas);
          const senders = new Map(users.map((user) => [user, principal(user)]));
          for (const [user, { subresource, ...rest }] of [...requests, ...requests]) {
            const sender = senders.get(user) as Principal;
            const kind = resourceKinds.find((each) => each.resource === rest.resource);
            const [group = ''] = (kind?.apiVersion ?? '').split('/').slice(0, -1);
            const about = { ...rest, apiGroup: group, subresource: subresource ?? '' };
            const naive = schemas.findIndex((each) => matchesSchema(each, sender, about));
            const request = { ...rest, ...(subresource && { subresource }) };
            expect(classifier.classify(sender, request)).toBe(naive);
          }
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });
});

describe('the configuration', () => {
  test('tries schemas by precedence, then by name', () => {
    const { schemas } = flowConfiguration(allLevels, [...allSchemas].reverse());
    expect(namesOf(schemas)).toEqual([
      'exempt',
      'probes',
      'system-leader-election',
      'system-node-high',
      'system-nodes',
      'kube-controller-manager',
      'kube-scheduler',
      'kube-system-service-accounts',
      'service-accounts',
      'global-default',
      'catch-all',
    ]);
  });

  test('makes up for mandatory objects that are missing, at their places', () => {
    const { levels, schemas } = flowConfiguration([], []);
    expect(levels.map(({ metadata }) => metadata.name)).toEqual(['catch-all', 'exempt']);
    expect(namesOf(schemas)).toEqual(['exempt', 'catch-all']);
  });

  test('passes over schemas whose level is not there, or is no level', () => {
    const { levels, schemas } = oneLevel(8, 2);
    expect(namesOf(flowConfiguration(levels, schemas).schemas)).toContain('everyone');
    expect(namesOf(flowConfiguration(allLevels, schemas).schemas)).not.toContain('everyone');
    const broken = levels.map((level) => ({ ...level, spec: { type: 'Limited' as const } }));
    const { schemas: used, levels: usable } = flowConfiguration(broken, schemas);
    expect([namesOf(used), usable.map(({ metadata }) => metadata.name)]).toEqual([
      ['exempt', 'catch-all'],
      ['catch-all', 'exempt'],
    ]);
  });

  test('has a condition for each schema that says whether its level exists', () => {
    const { levels, schemas } = oneLevel(8, 2);
    const [schema] = schemas as [FlowSchema];
    const found = danglingCondition(schema, levels, 7);
    expect(found).toEqual({
      type: 'Dangling',
      status: 'False',
      lastTransitionTime: 7,
      reason: 'Found',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "only" and it exists',
    });
    const told = { ...schema, status: { conditions: [found as NonNullable<typeof found>] } };
    expect(danglingCondition(told, levels, 8)).toBeUndefined();
    expect(danglingCondition(told, [], 9)).toMatchObject({
      status: 'True',
      reason: 'NotFound',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "only" but there is no such object',
    });
  });
});
