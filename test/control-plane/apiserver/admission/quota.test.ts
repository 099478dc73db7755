// ResourceQuota admission: what is counted, what is refused, and how requests of one namespace wait
// for each other.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Pod } from '../../../../src/api/pod.js';
import type { ResourceList } from '../../../../src/api/quantity.js';
import type { ResourceQuota, ResourceQuotaSpec } from '../../../../src/api/resource-quota.js';
import type { ApiRequest, ApiResponse } from '../../../../src/client/api-request.js';
import { TestControlPlane } from '../../../support/control-plane.js';
import { configMap, pod } from '../../../support/objects.js';

function quota(
  hard: ResourceList,
  used: ResourceList | undefined,
  extra: Partial<ResourceQuotaSpec> = {},
): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard, ...extra },
    ...(used !== undefined && { status: { hard, used } }),
  };
}

function create(body: KubernetesObject, resource = 'pods'): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'create', resource, namespace, name, body };
}

/** Sends all at once; the answers in the order of sending. */
function burst(plane: TestControlPlane, requests: readonly ApiRequest[]): ApiResponse[] {
  const client = plane.client();
  const answers: ApiResponse[] = [];
  for (const [i, request] of requests.entries()) {
    client.send(request, ({ response }) => {
      answers[i] = response as ApiResponse;
    });
  }
  plane.simulation.run();
  return answers;
}

function usedOf(plane: TestControlPlane): ResourceList | undefined {
  const found = plane.etcd.snapshot().values.find(({ kind }) => kind === 'ResourceQuota');
  return (found as ResourceQuota).status?.used;
}

const hard = { pods: '3', 'requests.cpu': '1' };
const none = { pods: '0', 'requests.cpu': '0' };

describe('a quota', () => {
  test('counts what is created, and refuses what does not fit any more', () => {
    const plane = new TestControlPlane({ preload: [quota(hard, none)] });
    const answers = burst(
      plane,
      ['a', 'b', 'c', 'd'].map((name) => create(pod(name))),
    );
    expect(answers.map(({ code }) => code)).toEqual([201, 201, 201, 403]);
    expect(answers[3]).toMatchObject({
      reason: 'Forbidden',
      message:
        'pods "d" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3',
    });
    expect(usedOf(plane)).toEqual({ pods: '3', 'requests.cpu': '300m' });
  });

  test('names everything that is exceeded, and nothing else', () => {
    const plane = new TestControlPlane({
      preload: [
        quota(
          { pods: '1', 'requests.cpu': '1', memory: '1Gi' },
          {
            pods: '1',
            'requests.cpu': '950m',
            memory: '1Mi',
          },
        ),
      ],
    });
    const [answer] = burst(plane, [create(pod('a'))]);
    expect(answer?.message).toBe(
      'pods "a" is forbidden: exceeded quota: team, requested: pods=1,requests.cpu=100m, ' +
        'used: pods=1,requests.cpu=950m, limited: pods=1,requests.cpu=1',
    );
    expect(plane.log.count('ResourceQuota', 'MODIFIED')).toBe(0);
  });

  test('that limits a resource wants every container to state it', () => {
    const limits = { 'limits.cpu': '4', 'requests.cpu': '4' };
    const plane = new TestControlPlane({
      preload: [quota(limits, { 'limits.cpu': '0', 'requests.cpu': '0' })],
    });
    const [answer] = burst(plane, [create(pod('a'))]);
    expect(answer?.message).toBe(
      'pods "a" is forbidden: failed quota: team: must specify limits.cpu for: app',
    );
  });

  test('of which nobody has worked out the use lets nothing pass', () => {
    const plane = new TestControlPlane({ preload: [quota(hard, { pods: '0' })] });
    const [answer] = burst(plane, [create(pod('a'))]);
    expect(answer?.message).toBe(
      'pods "a" is forbidden: status unknown for quota: team, resources: requests.cpu',
    );
  });

  test('without any status yet is not in force', () => {
    const plane = new TestControlPlane({ preload: [quota({ pods: '0' }, undefined)] });
    expect(burst(plane, [create(pod('a'))])[0]?.code).toBe(201);
  });

  test('is of no concern to other namespaces and to other kinds', () => {
    const plane = new TestControlPlane({ preload: [quota({ pods: '0' }, { pods: '0' })] });
    const elsewhere: Pod = { ...pod('a'), metadata: { name: 'a', namespace: 'other' } };
    const answers = burst(plane, [create(elsewhere), create(configMap('m'), 'configmaps')]);
    expect(answers.map(({ code }) => code)).toEqual([201, 201]);
    expect(plane.log.count('ResourceQuota', 'MODIFIED')).toBe(0);
  });

  test('counts objects of any kind', () => {
    const counts = { 'count/configmaps': '1' };
    const plane = new TestControlPlane({ preload: [quota(counts, { 'count/configmaps': '0' })] });
    const answers = burst(plane, [
      create(configMap('m'), 'configmaps'),
      create(configMap('n'), 'configmaps'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([201, 403]);
  });

  test.each<[string, Partial<ResourceQuotaSpec>, number]>([
    ['BestEffort', { scopes: ['BestEffort'] }, 201],
    ['NotBestEffort', { scopes: ['NotBestEffort'] }, 403],
    ['Terminating', { scopes: ['Terminating'] }, 201],
    [
      'PriorityClass in a list',
      {
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
        },
      },
      201,
    ],
    [
      'PriorityClass not in a list',
      {
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }],
        },
      },
      403,
    ],
  ])('with the scope %s', (_, extra, code) => {
    const plane = new TestControlPlane({ preload: [quota({ pods: '0' }, { pods: '0' }, extra)] });
    expect(burst(plane, [create(pod('a'))])[0]?.code).toBe(code);
  });
});

describe('requests of one namespace', () => {
  test('are judged in batches: one write of the use for many of them', () => {
    const plane = new TestControlPlane({
      preload: [quota({ pods: '100' }, { pods: '0' })],
      fsyncUs: 10_000,
    });
    const answers = burst(
      plane,
      Array.from({ length: 40 }, (_, i) => create(pod(`p-${i}`))),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([201]));
    expect(usedOf(plane)).toEqual({ pods: '40' });
    expect(plane.log.count('ResourceQuota', 'MODIFIED')).toBeLessThan(6);
  });

  test('wait for the write of their use', () => {
    const duration = (preload: readonly KubernetesObject[]): number => {
      const plane = new TestControlPlane({ preload, fsyncUs: 10_000 });
      plane.request(plane.client(), create(pod('a')));
      return plane.simulation.now;
    };
    const extraUs = duration([quota({ pods: '9' }, { pods: '0' })]) - duration([]);
    expect(extraUs).toBeGreaterThan(10_000);
    expect(extraUs).toBeLessThan(15_000);
  });

  test('are judged again when somebody else has written meanwhile', () => {
    const plane = new TestControlPlane({
      preload: [quota({ pods: '2' }, { pods: '0' })],
      fsyncUs: 10_000,
    });
    const raise: ApiRequest = {
      verb: 'patch',
      resource: 'resourcequotas',
      subresource: 'status',
      namespace: 'default',
      name: 'team',
      patch: {
        bytes: 50,
        apply: (current) =>
          ({ ...current, status: { hard: { pods: '2' }, used: { pods: '2' } } }) as ResourceQuota,
      },
    };
    const [, answer] = burst(plane, [raise, create(pod('a'))]);
    expect(answer?.code).toBe(403);
    expect(usedOf(plane)).toEqual({ pods: '2' });
  });
});
