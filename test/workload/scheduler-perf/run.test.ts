// What each operation of scheduler_perf does to the cluster.
import { describe, expect, test } from 'vitest';
import type { CSINode } from '../../../src/api/persistent-volume.js';
import type { Pod } from '../../../src/api/pod.js';
import { countRequests, type PerfRunRecord, runOperations } from './perf-harness.js';

const isBound = (pod: Pod): boolean => pod.spec.nodeName !== undefined;
const second = 1_000_000;

/** Times at which an operation created or deleted pods. */
const podTimes = ({ changes }: PerfRunRecord, type: 'ADDED' | 'DELETED'): readonly number[] =>
  changes
    .filter((change) => change.object.kind === 'Pod' && change.type === type)
    .map(({ atUs }) => atUs);

describe('createNodes', () => {
  test('makes nodes whose names are in the order of creation, and labels them with it', () => {
    const { nodes, failure } = runOperations([
      '{opcode: createNodes, count: 2}',
      '{opcode: createNodes, count: 1, nodeTemplatePath: node.yaml}',
    ]);
    expect(failure).toBeUndefined();
    expect(nodes.map(({ metadata: { name, labels } }) => [name, labels])).toEqual([
      ['node-0-00000', { 'kubernetes.io/hostname': 'node-0-00000' }],
      ['node-0-00001', { 'kubernetes.io/hostname': 'node-0-00001' }],
      ['big-00002', { 'kubernetes.io/hostname': 'big-00002' }],
    ]);
    expect(nodes[0]?.status).toMatchObject({
      capacity: { cpu: '4', memory: '32Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '32Gi', pods: '110' },
    });
    expect(nodes[2]?.status?.allocatable).toMatchObject({ cpu: '8' });
  });

  test('keeps the name of a template that has one', () => {
    const { nodes } = runOperations([
      '{opcode: createNodes, count: 2, nodeTemplatePath: named-node.yaml}',
    ]);
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['only-0', 'only-1']);
  });

  test('deals the values of a label out in turn, to nodes of this operation only', () => {
    const { nodes } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createNodes, count: 5, labelNodePrepareStrategy: {labelKey: zone, labelValues: [a, b]}}',
    ]);
    const zones = nodes.map(({ metadata }) => metadata.labels?.['zone']);
    expect(zones).toEqual([undefined, 'a', 'b', 'a', 'b', 'a']);
  });

  test('gives every node a label value of its own', () => {
    const { nodes } = runOperations([
      '{opcode: createNodes, count: 20, uniqueNodeLabelStrategy: {labelKey: id}}',
    ]);
    const values = nodes.map(({ metadata }) => metadata.labels?.['id']);
    expect(new Set(values).size).toBe(20);
    for (const value of values) expect(value).toMatch(/^[0-9a-f-]+$/);
  });

  test('sets what nodes offer, and says so for their CSI drivers', () => {
    const { nodes, objects, sent } = runOperations([
      '{opcode: createNodes, count: 2, nodeAllocatableStrategy: {nodeAllocatable: ' +
        '{attachable-volumes-aws-ebs: "39"}, csiNodeAllocatable: {ebs.csi.aws.com: {count: 39}}, ' +
        'migratedPlugins: [kubernetes.io/aws-ebs]}}',
    ]);
    expect(nodes.map(({ status }) => status?.allocatable)).toMatchObject([
      { cpu: '4', 'attachable-volumes-aws-ebs': '39' },
      { cpu: '4', 'attachable-volumes-aws-ebs': '39' },
    ]);
    const csiNodes = objects('CSINode') as readonly CSINode[];
    expect(csiNodes.map(({ metadata, spec }) => [metadata.name, spec.drivers])).toEqual(
      nodes.map(({ metadata: { name } }) => [
        name,
        [{ name: 'ebs.csi.aws.com', nodeID: name, allocatable: { count: 39 } }],
      ]),
    );
    expect(csiNodes[0]?.metadata.annotations).toEqual({
      'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/aws-ebs',
    });
    expect(countRequests(sent)).toEqual({
      'create nodes': 2,
      'list nodes': 1,
      'patch nodes/status': 2,
      'get csinodes': 2,
      'create csinodes': 2,
    });
  });

  test('declares features', () => {
    const { nodes } = runOperations(
      ['{opcode: createNodes, count: 1}'],
      '{numNodeDeclaredFeatures: 3}',
    );
    const { declaredFeatures } = nodes[0]?.status ?? {};
    expect(declaredFeatures).toEqual(['Feature1', 'Feature2', 'Feature3']);
  });
});

describe('createNamespaces', () => {
  test('numbers them from 0 and takes their labels from a template', () => {
    const { objects, failure } = runOperations([
      '{opcode: createNamespaces, prefix: team, count: 2, namespaceTemplatePath: namespace.yaml}',
      '{opcode: createPods, count: 1, namespace: team-1, skipWaitToCompletion: true}',
    ]);
    expect(failure).toBeUndefined();
    const made = objects('Namespace').filter(({ metadata }) => metadata.name.startsWith('team'));
    expect(made.map(({ metadata }) => [metadata.name, metadata.labels?.['team']])).toEqual([
      ['team-0', 'devops'],
      ['team-1', 'devops'],
    ]);
  });
});

describe('createPods', () => {
  test('makes its namespace and waits until all its pods have nodes', () => {
    const { pods, sent, windows, isFinished, endUs } = runOperations([
      '{opcode: createNodes, count: 3}',
      '{opcode: createPods, count: 40, collectMetrics: true}',
    ]);
    expect(isFinished).toBe(true);
    expect(pods).toHaveLength(40);
    expect(pods.every(isBound)).toBe(true);
    expect(new Set(pods.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set(['namespace-1']),
    );
    expect(countRequests(sent)).toMatchObject({ 'create namespaces': 1, 'create pods': 40 });
    expect(windows).toMatchObject([
      { name: 'namespace-1', namespaces: ['namespace-1'], labelSelector: {}, endUs },
    ]);
  });

  test('sends thirty at a time', () => {
    const { sent } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 45, skipWaitToCompletion: true}',
    ]);
    const times = sent
      .filter(({ request }) => request.verb === 'create' && request.resource === 'pods')
      .map(({ sentUs }) => sentUs);
    expect(times.filter((us) => us === times[0])).toHaveLength(30);
    expect(times.filter((us) => us > (times[0] ?? 0))).toHaveLength(15);
  });

  test('gives every pod a claim and a volume that are bound to each other', () => {
    const { pods, objects, failure } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 3, persistentVolumeTemplatePath: volume.yaml, ' +
        'persistentVolumeClaimTemplatePath: claim.yaml}',
    ]);
    expect(failure).toBeUndefined();
    expect(pods.every(isBound)).toBe(true);
    const claims = pods.map(({ spec }) => spec.volumes?.[0]?.persistentVolumeClaim?.claimName);
    expect([...claims].sort()).toEqual(['pvc-0', 'pvc-1', 'pvc-2']);
    expect(objects('PersistentVolumeClaim')).toMatchObject(
      objects('PersistentVolume').map(({ metadata }) => ({
        spec: { volumeName: metadata.name },
        status: { phase: 'Bound' },
      })),
    );
    expect(objects('PersistentVolume')[0]).toMatchObject({
      metadata: { name: 'namespace-1-vol-0' },
      spec: {
        claimRef: { namespace: 'namespace-1', name: 'pvc-0' },
        csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'namespace-1-vol-0' },
      },
      status: { phase: 'Bound' },
    });
  });

  test('fails after ten minutes without a node, and says why', () => {
    const { failure, endUs } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 2, podTemplatePath: huge-pod.yaml}',
      '{opcode: createNodes, count: 1}',
    ]);
    expect(failure).toMatch(
      /^op 1 \(createPods\): 0 of 2 pods in namespace namespace-1 have got a node after 10 minutes; namespace-1\/huge-\w+ has not: 0\/1 nodes are available: 1 Insufficient cpu/,
    );
    expect(Math.floor(endUs / second)).toBe(600);
  });

  test('fails with what the API server refuses', () => {
    const { failure } = runOperations(
      [
        '{opcode: sleep, duration: 1s}',
        '{opcode: createNodes, count: 2, nodeTemplatePath: n.yaml}',
      ],
      '{}',
      { 'misc/n.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: twin}\n' },
    );
    expect(failure).toBe('op 1 (createNodes): nodes "twin" already exists');
  });

  test('replaces each pod that gets a node for as long as a steady state lasts', () => {
    const record = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 5, steadyState: true, duration: 3s, collectMetrics: true}',
    ]);
    expect(record.failure).toBeUndefined();
    const created = podTimes(record, 'ADDED').length;
    const deleted = podTimes(record, 'DELETED').length;
    expect(created).toBeGreaterThan(100);
    expect(deleted).toBeGreaterThan(100);
    expect(record.pods.length).toBe(created - deleted);
    expect(record.pods.length).toBeLessThanOrEqual(5);
    const [window] = record.windows;
    expect((window?.endUs ?? 0) - (window?.startUs ?? 0)).toBe(3 * second);
  });

  test('fails when a steady state sees no pod at all get a node', () => {
    const { failure } = runOperations([
      '{opcode: createPods, count: 1, steadyState: true, duration: 2s}',
    ]);
    expect(failure).toBe('op 0 (createPods): no pod at all has got a node in the time');
  });
});

describe('createPodSets', () => {
  test('creates one set after the other, each in a namespace of its own', () => {
    const { pods, changes, failure } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPodSets, count: 2, namespacePrefix: set, ' +
        'createPodsOp: {opcode: createPods, count: 4}}',
    ]);
    expect(failure).toBeUndefined();
    const [first, second] = ['set-0', 'set-1'].map((name) =>
      changes.filter(({ object }) => object.kind === 'Pod' && object.metadata.namespace === name),
    );
    expect(pods).toHaveLength(8);
    expect(first?.at(-1)?.atUs).toBeLessThan(second?.[0]?.atUs ?? 0);
  });
});

describe('deletePods', () => {
  const nodes = '{opcode: createNodes, count: 1}';
  const light = '{opcode: createPods, count: 6, namespace: x, podTemplatePath: gone-at-once.yaml}';
  const others = '{opcode: createPods, count: 2, namespace: x}';

  test('deletes the pods of a namespace that have the labels', () => {
    const { pods, failure } = runOperations([
      nodes,
      light,
      others,
      '{opcode: deletePods, namespace: x, labelSelector: {kind: light}}',
    ]);
    expect(failure).toBeUndefined();
    expect(pods).toHaveLength(2);
    expect(pods.every(({ metadata }) => metadata.labels?.['kind'] === undefined)).toBe(true);
  });

  test('deletes so many a second, the first after one interval', () => {
    const record = runOperations([
      nodes,
      light,
      '{opcode: deletePods, namespace: x, deletePodsPerSecond: 2}',
    ]);
    const times = podTimes(record, 'DELETED');
    const gaps = times.slice(1).map((us, index) => us - (times[index] ?? 0));
    expect(times).toHaveLength(6);
    for (const gap of gaps) expect(Math.round(gap / 10_000)).toBe(50);
  });

  test('goes on at once when it is not waited for', () => {
    const record = runOperations([
      nodes,
      light,
      '{opcode: deletePods, namespace: x, deletePodsPerSecond: 2, skipWaitToCompletion: true}',
      '{opcode: createNodes, count: 1}',
      '{opcode: sleep, duration: 5s}',
    ]);
    const node = record.changes.findLast(
      ({ object, type }) => object.kind === 'Node' && type === 'ADDED',
    );
    expect(podTimes(record, 'DELETED')).toHaveLength(6);
    expect(node?.atUs).toBeLessThan(podTimes(record, 'DELETED')[0] ?? 0);
  });
});

describe('churn', () => {
  test('creates an object of each template at every tick, while the next operations run', () => {
    const { objects, changes } = runOperations([
      '{opcode: churn, mode: create, intervalMilliseconds: 1000, namespace: x, ' +
        'templatePaths: [huge-pod.yaml, service.yaml]}',
      '{opcode: sleep, duration: 3500ms}',
    ]);
    expect(objects('Pod')).toHaveLength(3);
    expect(objects('Service')).toHaveLength(3);
    const kinds = changes
      .filter(({ type, object }) => type === 'ADDED' && /^(?:Pod|Service)$/.test(object.kind))
      .map(({ object }) => object.kind);
    expect(kinds.slice(0, 4)).toEqual(['Pod', 'Service', 'Pod', 'Service']);
  });

  test('stops after a number of ticks', () => {
    const { objects } = runOperations([
      '{opcode: churn, mode: create, number: 2, intervalMilliseconds: 100, ' +
        'templatePaths: [huge-pod.yaml]}',
      '{opcode: sleep, duration: 2s}',
    ]);
    expect(objects('Pod')).toHaveLength(2);
  });

  test('recreates: first fills its slots, then deletes and creates in turn', () => {
    const { changes } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: churn, mode: recreate, number: 2, intervalMilliseconds: 100, ' +
        'templatePaths: [gone-at-once.yaml]}',
      '{opcode: sleep, duration: 950ms}',
    ]);
    const pods = changes.filter(({ object, type }) => object.kind === 'Pod' && type !== 'MODIFIED');
    expect(pods.map(({ type }) => type)).toEqual([
      'ADDED',
      'ADDED',
      'DELETED',
      'DELETED',
      'ADDED',
      'ADDED',
      'DELETED',
      'DELETED',
      'ADDED',
    ]);
    expect(pods[2]?.object.metadata.uid).toBe(pods[0]?.object.metadata.uid);
  });
});

describe('barrier', () => {
  test('waits for pods that nobody has waited for', () => {
    const { pods, endUs } = runOperations([
      '{opcode: createPods, count: 3, namespace: x, skipWaitToCompletion: true}',
      '{opcode: createNodes, count: 1}',
      '{opcode: barrier}',
    ]);
    expect(pods.every(isBound)).toBe(true);
    expect(endUs % second).toBeGreaterThan(0);
    expect(endUs).toBeGreaterThan(second);
  });

  test('of stage Attempted is content with pods that have been refused', () => {
    const { pods, failure } = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 3, podTemplatePath: huge-pod.yaml, skipWaitToCompletion: true}',
      '{opcode: barrier, stageRequirement: Attempted}',
    ]);
    expect(failure).toBeUndefined();
    expect(pods.some(isBound)).toBe(false);
    expect(pods.map(({ status }) => status?.conditions?.[0]?.reason)).toEqual([
      'Unschedulable',
      'Unschedulable',
      'Unschedulable',
    ]);
  });

  test('gives up after ten minutes', () => {
    const { failure } = runOperations([
      '{opcode: createPods, count: 1, namespace: x, skipWaitToCompletion: true}',
      '{opcode: barrier, namespaces: [x]}',
    ]);
    expect(failure).toMatch(/^op 1 \(barrier\): 0 of 1 pods in namespace x have got a node after/);
  });
});

describe('sleep and windows', () => {
  test('take their time and their names', () => {
    const { windows } = runOperations([
      '{opcode: startCollectingMetrics, name: both, namespaces: [x, z], labelSelector: {a: b}}',
      '{opcode: sleep, duration: 1500ms}',
      '{opcode: stopCollectingMetrics}',
    ]);
    expect(windows).toMatchObject([
      { name: 'both', namespaces: ['x', 'z'], labelSelector: { a: 'b' } },
    ]);
    expect((windows[0]?.endUs ?? 0) - (windows[0]?.startUs ?? 0)).toBe(1_500_000);
  });
});

describe('createAny and updateAny', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: "pod-{{ .Index }}", labels: {step: first}}\n' +
    'spec: {containers: [{name: c, image: i, resources: {requests: {cpu: "1"}}}]}\n';
  const more = {
    'misc/any.yaml': pod,
    'misc/later.yaml': pod.replace('first', 'second'),
    'misc/larger.yaml': pod.replace('cpu: "1"', 'cpu: "2"'),
  };
  const create = '{opcode: createAny, templatePath: any.yaml, namespace: x, count: 2}';

  test('create and replace objects by name', () => {
    const { pods, failure } = runOperations(
      [create, '{opcode: updateAny, templatePath: later.yaml, namespace: x, count: 2}'],
      '{}',
      more,
    );
    expect(failure).toBeUndefined();
    expect(pods.map(({ metadata }) => [metadata.name, metadata.labels])).toEqual([
      ['pod-0', { step: 'second' }],
      ['pod-1', { step: 'second' }],
    ]);
  });

  test('replace so many a second', () => {
    const { sent } = runOperations(
      [
        create,
        '{opcode: updateAny, templatePath: later.yaml, namespace: x, count: 2, updatePerSecond: 2}',
      ],
      '{}',
      more,
    );
    const updates = sent.filter(
      ({ request }) => request.verb === 'update' && request.subresource === undefined,
    );
    const [first = 0, last = 0] = updates.map(({ sentUs }) => sentUs);
    expect(last - first).toBe(500_000);
  });

  test('replace a subresource: resize', () => {
    const { pods, failure, sent } = runOperations(
      [
        '{opcode: createNodes, count: 1}',
        create,
        '{opcode: barrier}',
        '{opcode: sleep, duration: 1s}',
        '{opcode: updateAny, templatePath: larger.yaml, namespace: x, count: 2, subresources: [resize]}',
      ],
      '{}',
      more,
    );
    expect(failure).toBeUndefined();
    expect(countRequests(sent)).toMatchObject({ 'update pods/resize': 2 });
    expect(pods.map(({ spec }) => spec.containers[0]?.resources?.requests)).toEqual([
      { cpu: '2' },
      { cpu: '2' },
    ]);
  });

  test('fail where there is no such object', () => {
    const { failure } = runOperations(
      ['{opcode: updateAny, templatePath: later.yaml, namespace: default}'],
      '{}',
      more,
    );
    expect(failure).toBe('op 0 (updateAny): pods "pod-0" not found');
  });
});
