import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { bootstrapObjects, flowControlObjects } from '../../src/cluster/bootstrap.js';
import type { NodePoolSpec } from '../../src/cluster/cluster-spec.js';
import { kubeletNode, nodeLease, registeredNode } from '../../src/cluster/node-objects.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';
import { configMap, deployment } from './objects.js';

const pool: NodePoolSpec = {
  name: 'workers',
  count: 3,
  namePrefix: 'worker-',
  template: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: '', labels: { disk: 'ssd' } },
    spec: {},
    status: { capacity: { cpu: '4', memory: '16Gi', pods: '110' } },
  },
  zones: ['a', 'b'],
  segment: '',
  runtime: 'containerd',
  cores: 4,
  images: ['nginx:1'],
  serializeImagePulls: true,
  maxParallelImagePulls: 1,
  kubeProxy: undefined,
};

const identities = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

describe('what is stored before a run', () => {
  const random = new RandomRoot('seed');

  test('begins with what every cluster has', () => {
    expect(identities(bootstrapObjects(random, [configMap('x')]))).toEqual([
      'Namespace/default',
      'Namespace/kube-system',
      'Namespace/kube-public',
      'Namespace/kube-node-lease',
      ...[1, 2, 3, 4].flatMap(() => ['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt']),
      'PriorityClass/system-cluster-critical',
      'PriorityClass/system-node-critical',
      ...flowControlObjects().map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      'ConfigMap/x',
    ]);
    expect(flowControlObjects()).toHaveLength(19);
  });

  test('takes a namespace of the scenario for that of every cluster', () => {
    const labels = { team: 'shop' };
    const own: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default', labels },
    };
    const objects = bootstrapObjects(random, [own]);
    const found = objects.filter(
      ({ kind, metadata }) => kind === 'Namespace' && metadata.name === 'default',
    );
    expect(found.map(({ metadata }) => metadata.labels)).toEqual([labels]);
  });

  test('has a UID of the form of RFC 4122, its own for every object, and is as old as the run', () => {
    const objects = bootstrapObjects(random, [configMap('x'), deployment('x', 1)]);
    const uids = objects.map(({ metadata }) => metadata.uid ?? '');
    expect(new Set(uids).size).toBe(objects.length);
    for (const uid of uids) {
      expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    for (const { metadata } of objects) {
      expect(metadata).toMatchObject({ creationTimestamp: 0, generation: 1 });
    }
  });

  test('has UIDs that depend on seed and object alone', () => {
    const uidOf = (seed: string, own: readonly KubernetesObject[]): string | undefined =>
      bootstrapObjects(new RandomRoot(seed), own).at(-1)?.metadata.uid;
    expect(uidOf('seed', [configMap('y'), configMap('x')])).toBe(uidOf('seed', [configMap('x')]));
    expect(uidOf('other', [configMap('x')])).not.toBe(uidOf('seed', [configMap('x')]));
  });

  test('keeps a UID that the object brings', () => {
    const own = { ...configMap('x'), metadata: { name: 'x', uid: 'mine' } };
    expect(bootstrapObjects(random, [own]).at(-1)?.metadata.uid).toBe('mine');
  });
});

describe('a node that is up before the run', () => {
  test('is Ready, under no pressure, and offers its capacity', () => {
    const { metadata, status } = registeredNode(pool, 1);
    expect(metadata).toMatchObject({
      name: 'worker-1',
      labels: {
        disk: 'ssd',
        'kubernetes.io/hostname': 'worker-1',
        'topology.kubernetes.io/zone': 'b',
      },
    });
    expect(status?.allocatable).toEqual(status?.capacity);
    expect(status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['MemoryPressure', 'False'],
      ['DiskPressure', 'False'],
      ['PIDPressure', 'False'],
      ['Ready', 'True'],
    ]);
  });

  test('keeps its own allocatable', () => {
    const status = { ...pool.template.status, allocatable: { cpu: '3', memory: '15Gi' } };
    const template = { ...pool.template, status };
    expect(registeredNode({ ...pool, template }, 0).status?.allocatable).toBe(status.allocatable);
  });

  test('has a Lease of its name in kube-node-lease', () => {
    expect(nodeLease('worker-1')).toMatchObject({
      metadata: { name: 'worker-1', namespace: 'kube-node-lease' },
      spec: { holderIdentity: 'worker-1', leaseDurationSeconds: 40, renewTime: 0 },
    });
  });
});

describe('what a kubelet is started with', () => {
  test('is the registered node where it is up, and the bare one where it is new', () => {
    expect(kubeletNode(pool, 2, true)).toEqual({
      name: 'worker-2',
      node: registeredNode(pool, 2),
      runtime: 'containerd',
      cores: 4,
      images: ['nginx:1'],
      serializeImagePulls: true,
      maxParallelImagePulls: 1,
      isRegistered: true,
    });
    const fresh = kubeletNode(pool, 2, false);
    expect(fresh.isRegistered).toBe(false);
    expect(fresh.node.status?.conditions).toBeUndefined();
  });
});
