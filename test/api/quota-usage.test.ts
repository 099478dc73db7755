// What each kind of object uses of a quota.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { PersistentVolumeClaim } from '../../src/api/persistent-volume.js';
import type { Pod, PodSpec } from '../../src/api/pod.js';
import type { Quantity, ResourceList } from '../../src/api/quantity.js';
import { addUsage, isInScopes, isSameResourceList, quotaUsage } from '../../src/api/quota-usage.js';
import type { ResourceQuota, ResourceQuotaSpec } from '../../src/api/resource-quota.js';
import type { Service, ServiceSpec } from '../../src/api/service.js';

const metadata = { name: 'a', namespace: 'team' };

function podOf(spec: Partial<PodSpec>, phase?: 'Running' | 'Succeeded'): Pod {
  const status = phase === undefined ? {} : { status: { phase } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec }, ...status };
}

function container(requests: ResourceList, limits: ResourceList = {}) {
  return { name: 'c', image: 'x', resources: { requests, limits } };
}

function service(spec: ServiceSpec): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

function claim(storageClassName?: string): PersistentVolumeClaim {
  const resources = { requests: { storage: '10Gi' } };
  const spec = { accessModes: ['ReadWriteOnce'], resources } as const;
  const named = storageClassName === undefined ? spec : { ...spec, storageClassName };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: named };
}

const usage = (object: KubernetesObject): Record<string, string> =>
  Object.fromEntries(quotaUsage(object));

describe('a pod uses', () => {
  test('what its containers ask for, under both names, and their limits', () => {
    const two = container({ cpu: '100m', memory: '64Mi', 'nvidia.com/gpu': '1' }, { cpu: '1500m' });
    expect(usage(podOf({ containers: [two, { ...two, name: 'd' }] }))).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '200m',
      'requests.cpu': '200m',
      memory: '128Mi',
      'requests.memory': '128Mi',
      'requests.nvidia.com/gpu': '2',
      'limits.cpu': '3',
    });
  });

  test('nothing but its count once it has ended', () => {
    const containers = [container({ cpu: '1' })];
    expect(usage(podOf({ containers }, 'Succeeded'))).toEqual({ 'count/pods': '1' });
    expect(usage(podOf({ containers }, 'Running'))['cpu']).toBe('1');
  });
});

describe('other objects use', () => {
  test.each<[string, KubernetesObject, Record<string, string>]>([
    [
      'a Service within the cluster',
      service({ ports: [{ port: 80 }] }),
      { 'count/services': '1', services: '1' },
    ],
    [
      'a Service with two node ports',
      service({ type: 'NodePort', ports: [{ port: 80 }, { port: 81 }] }),
      { 'count/services': '1', services: '1', 'services.nodeports': '2' },
    ],
    [
      'a Service with a load balancer',
      service({ type: 'LoadBalancer', ports: [{ port: 80 }] }),
      {
        'count/services': '1',
        services: '1',
        'services.nodeports': '1',
        'services.loadbalancers': '1',
      },
    ],
    [
      'a claim of no class',
      claim(),
      {
        'count/persistentvolumeclaims': '1',
        persistentvolumeclaims: '1',
        'requests.storage': '10Gi',
      },
    ],
    [
      'a claim of a class',
      claim('fast'),
      {
        'count/persistentvolumeclaims': '1',
        persistentvolumeclaims: '1',
        'requests.storage': '10Gi',
        'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'fast.storageclass.storage.k8s.io/requests.storage': '10Gi',
      },
    ],
    [
      'a Lease',
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: {} },
      { 'count/leases.coordination.k8s.io': '1' },
    ],
    ['a Namespace, which is in none', { apiVersion: 'v1', kind: 'Namespace', metadata }, {}],
  ])('%s', (_, object, expected) => {
    expect(usage(object)).toEqual(expected);
  });
});

test('use adds up name by name', () => {
  const sum = new Map<string, Quantity>([['cpu', '900m']]);
  addUsage(
    sum,
    new Map([
      ['cpu', '100m'],
      ['pods', '1'],
    ]),
  );
  expect([...sum]).toEqual([
    ['cpu', '1'],
    ['pods', '1'],
  ]);
});

test('lists are the same when their amounts are, however written', () => {
  expect(isSameResourceList({ cpu: '1', memory: '1Gi' }, { memory: '1024Mi', cpu: '1000m' })).toBe(
    true,
  );
  expect(isSameResourceList({ cpu: '1' }, { cpu: '2' })).toBe(false);
  expect(isSameResourceList({ cpu: '1' }, { memory: '1' })).toBe(false);
  expect(isSameResourceList({ cpu: '1' }, {})).toBe(false);
  expect(isSameResourceList(undefined, {})).toBe(true);
});

describe('the scope', () => {
  const inScope = (spec: ResourceQuotaSpec, object: KubernetesObject): boolean => {
    const quota: ResourceQuota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec };
    return isInScopes(quota, object);
  };
  const antiAffinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'zone', namespaces: ['other'], labelSelector: {} },
      ],
    },
  };

  test.each<[string, ResourceQuotaSpec, PodSpec | object, boolean]>([
    ['Terminating', { scopes: ['Terminating'] }, { activeDeadlineSeconds: 5 }, true],
    ['NotTerminating', { scopes: ['NotTerminating'] }, { activeDeadlineSeconds: 5 }, false],
    ['BestEffort', { scopes: ['BestEffort'] }, { containers: [container({ cpu: '1' })] }, false],
    ['both of two scopes', { scopes: ['BestEffort', 'NotTerminating'] }, {}, true],
    ['one of two scopes', { scopes: ['BestEffort', 'Terminating'] }, {}, false],
    [
      'CrossNamespacePodAffinity',
      { scopes: ['CrossNamespacePodAffinity'] },
      { affinity: antiAffinity },
      true,
    ],
    ['no affinity to elsewhere', { scopes: ['CrossNamespacePodAffinity'] }, {}, false],
  ])('%s', (_, spec, pod, expected) => {
    expect(inScope(spec, podOf(pod))).toBe(expected);
  });

  test.each([
    ['In', ['high'], true],
    ['NotIn', ['high'], false],
    ['Exists', [], true],
    ['DoesNotExist', [], false],
  ] as const)('of a priority class, operator %s', (operator, values, expected) => {
    const spec = {
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
    } as const;
    expect(inScope(spec, podOf({ priorityClassName: 'high' }))).toBe(expected);
  });

  test('is one of pods: a quota with scopes counts nothing else', () => {
    expect(inScope({ scopes: ['NotTerminating'] }, service({ ports: [] }))).toBe(false);
    expect(inScope({}, service({ ports: [] }))).toBe(true);
  });
});
