import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { PodSpec } from '../../src/api/pod.js';
import { containersWithoutRequests, podTemplateOf } from '../../src/scenario/pod-templates.js';

const spec: PodSpec = { containers: [{ name: 'c', image: 'i' }] };
const template = { metadata: { labels: { app: 'a' } }, spec };
const selector = { matchLabels: { app: 'a' } };
const metadata = { name: 'a', labels: { app: 'own' } };

function object(apiVersion: string, kind: string, objectSpec: unknown): KubernetesObject {
  return { apiVersion, kind, metadata, spec: objectSpec } as KubernetesObject;
}

describe('the pods that an object asks for', () => {
  test.each([
    ['Pod', object('v1', 'Pod', spec), 1, 'own', ['spec']],
    [
      'Deployment',
      object('apps/v1', 'Deployment', { replicas: 3, selector, template }),
      3,
      'a',
      ['spec', 'template', 'spec'],
    ],
    [
      'Deployment of 0',
      object('apps/v1', 'Deployment', { replicas: 0, selector, template }),
      0,
      'a',
      ['spec', 'template', 'spec'],
    ],
    [
      'StatefulSet',
      object('apps/v1', 'StatefulSet', { selector, template }),
      1,
      'a',
      ['spec', 'template', 'spec'],
    ],
    [
      'Job',
      object('batch/v1', 'Job', { parallelism: 4, template }),
      4,
      'a',
      ['spec', 'template', 'spec'],
    ],
    [
      'CronJob',
      object('batch/v1', 'CronJob', {
        schedule: '* * * * *',
        jobTemplate: { spec: { parallelism: 2, template } },
      }),
      2,
      'a',
      ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
    ],
  ])('%s', (_kind, given, replicas, app, specPath) => {
    expect(podTemplateOf(given)).toEqual({
      spec,
      labels: { app },
      replicas,
      perNode: false,
      specPath,
    });
  });

  test('a DaemonSet asks for one a node', () => {
    const daemons = podTemplateOf(object('apps/v1', 'DaemonSet', { selector, template }));
    expect(daemons).toMatchObject({ perNode: true, labels: { app: 'a' } });
  });

  test('a Service asks for none', () => {
    expect(podTemplateOf(object('v1', 'Service', { ports: [] }))).toBeUndefined();
  });
});

describe('containers without requests', () => {
  const withRequests = (requests: Record<string, string> | undefined) => ({
    name: 'c',
    image: 'i',
    ...(requests && { resources: { requests } }),
  });

  test.each([
    ['none stated', [undefined], 1],
    ['only CPU stated', [{ cpu: '1' }], 0],
    ['only memory stated', [{ memory: '1Gi' }], 0],
    ['only a GPU stated', [{ 'nvidia.com/gpu': '1' }], 1],
    ['an explicit zero', [{ cpu: '0' }], 0],
    ['two of three', [undefined, { cpu: '1' }, undefined], 2],
  ])('%s', (_what, requests, count) => {
    expect(containersWithoutRequests({ containers: requests.map(withRequests) })).toBe(count);
  });

  test('init containers count, and requests of the whole pod stand for all', () => {
    const initContainers = [{ name: 'i', image: 'i' }];
    const containers = [withRequests({ cpu: '1' })];
    expect(containersWithoutRequests({ initContainers, containers })).toBe(1);
    const resources = { requests: { cpu: '2' } };
    expect(containersWithoutRequests({ initContainers, containers, resources })).toBe(0);
  });
});
