// Test cases in small, as scheduler_perf has them: what their pods, nodes and gates lead to.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { type PerfRunRecord, runOperations } from './perf-harness.js';

const isBound = (pod: Pod): boolean => pod.spec.nodeName !== undefined;

const podText = (metadata: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\n` +
  `spec: {${spec}, containers: [{name: pause, image: pause, resources: {requests: {cpu: "CPU"}}}]}\n`;

/** A file of one pod template. */
const podFile = (
  name: string,
  { spec = 'terminationGracePeriodSeconds: 0', cpu = '100m', metadata = '' } = {},
): Readonly<Record<string, string>> => ({
  [`misc/${name}.yaml`]: podText(`generateName: ${name}-${metadata}`, spec).replace('CPU', cpu),
});

const podsNamed = ({ pods }: PerfRunRecord, beginning: string): readonly Pod[] =>
  pods.filter(({ metadata }) => metadata.name.startsWith(beginning));

const nodesOf = (pods: readonly Pod[]): readonly (string | undefined)[] =>
  pods.map(({ spec }) => spec.nodeName);

describe('pods that need more room', () => {
  const files = {
    ...podFile('low', { cpu: '900m' }),
    ...podFile('high', { cpu: '3', spec: 'priority: 10, terminationGracePeriodSeconds: 0' }),
  };

  test('put lower ones off their nodes', () => {
    const record = runOperations(
      [
        '{opcode: createNodes, count: 2}',
        '{opcode: createPods, count: 8, podTemplatePath: low.yaml}',
        '{opcode: createPods, count: 2, podTemplatePath: high.yaml, collectMetrics: true}',
      ],
      '{}',
      files,
    );
    expect(record.failure).toBeUndefined();
    expect(new Set(nodesOf(podsNamed(record, 'high'))).size).toBe(2);
    // Three of the four pods of a node have to go for one of three cores.
    expect(podsNamed(record, 'low')).toHaveLength(2);
  });

  test('wait where nobody is lower, while others are scheduled', () => {
    const record = runOperations(
      [
        '{opcode: createNodes, count: 1}',
        '{opcode: createPods, count: 2, podTemplatePath: huge-pod.yaml, skipWaitToCompletion: true}',
        '{opcode: barrier, stageRequirement: Attempted}',
        '{opcode: createPods, count: 5, podTemplatePath: low.yaml, skipWaitToCompletion: true}',
        '{opcode: sleep, duration: 2s}',
      ],
      '{}',
      files,
    );
    expect(podsNamed(record, 'huge').some(isBound)).toBe(false);
    expect(podsNamed(record, 'low').filter(isBound)).toHaveLength(4);
  });
});

describe('pods with scheduling gates', () => {
  const files = podFile('gated', { spec: 'schedulingGates: [{name: hold}]' });

  test('count as attempted, and are not scheduled', () => {
    const record = runOperations(
      [
        '{opcode: createNodes, count: 1}',
        '{opcode: createPods, count: 4, podTemplatePath: gated.yaml, skipWaitToCompletion: true}',
        '{opcode: barrier, stageRequirement: Attempted}',
        '{opcode: createPods, count: 3, collectMetrics: true}',
      ],
      '{}',
      files,
    );
    expect(record.failure).toBeUndefined();
    const gated = podsNamed(record, 'gated');
    expect(gated.some(isBound)).toBe(false);
    expect(gated.map(({ status }) => status?.conditions?.[0]?.reason)).toEqual(
      Array(4).fill('SchedulingGated'),
    );
    expect(podsNamed(record, 'pod').every(isBound)).toBe(true);
  });
});

describe('pods for one node', () => {
  test('go to the node that their affinity names', () => {
    const files = podFile('daemon', {
      spec:
        'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: ' +
        '{nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [only-1]}]}]}}}',
    });
    const record = runOperations(
      [
        '{opcode: createNodes, count: 3, nodeTemplatePath: named-node.yaml}',
        '{opcode: createPods, count: 6, podTemplatePath: daemon.yaml, collectMetrics: true}',
      ],
      '{}',
      files,
    );
    expect(nodesOf(record.pods)).toEqual(Array(6).fill('only-1'));
  });

  test('come when their node does', () => {
    const files = podFile('zone', { spec: 'nodeSelector: {zone: late}' });
    const record = runOperations(
      [
        '{opcode: createNodes, count: 1}',
        '{opcode: createPods, count: 2, podTemplatePath: zone.yaml, namespace: x, ' +
          'skipWaitToCompletion: true}',
        '{opcode: barrier, stageRequirement: Attempted}',
        '{opcode: createNodes, count: 1, labelNodePrepareStrategy: {labelKey: zone, labelValues: [late]}}',
        '{opcode: barrier, namespaces: [x]}',
      ],
      '{}',
      files,
    );
    expect(record.failure).toBeUndefined();
    expect(nodesOf(record.pods)).toEqual(Array(2).fill('node-3-00001'));
  });
});

describe('pods that keep away from each other', () => {
  test('have a node each, and the last waits for another to go', () => {
    const files = podFile('green', {
      metadata: ', labels: {color: green}',
      spec:
        'terminationGracePeriodSeconds: 0, affinity: {podAntiAffinity: ' +
        '{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, ' +
        'labelSelector: {matchLabels: {color: green}}}]}}',
    });
    const record = runOperations(
      [
        '{opcode: createNodes, count: 3}',
        '{opcode: createPods, count: 3, podTemplatePath: green.yaml, namespace: x}',
        '{opcode: createPods, count: 2, podTemplatePath: green.yaml, namespace: x, ' +
          'skipWaitToCompletion: true}',
        '{opcode: barrier, stageRequirement: Attempted}',
        '{opcode: sleep, duration: 1s}',
      ],
      '{}',
      files,
    );
    const bound = record.pods.filter(isBound);
    expect(new Set(nodesOf(bound)).size).toBe(3);
    expect(bound).toHaveLength(3);
    expect(record.pods).toHaveLength(5);
  });
});

describe('pods that are being deleted', () => {
  test('stay while they have finalizers, and give up their room only then', () => {
    const files = podFile('held', { metadata: ', finalizers: [example.com/hold]', cpu: '4' });
    const record = runOperations(
      [
        '{opcode: createNodes, count: 1}',
        '{opcode: createPods, count: 1, podTemplatePath: held.yaml, namespace: x}',
        '{opcode: deletePods, namespace: x}',
        '{opcode: createPods, count: 1, namespace: z, skipWaitToCompletion: true}',
        '{opcode: sleep, duration: 3s}',
      ],
      '{}',
      files,
    );
    const [held] = podsNamed(record, 'held');
    expect(held?.metadata.deletionTimestamp).toBeDefined();
    expect(podsNamed(record, 'pod').some(isBound)).toBe(false);
  });

  test('of which those without a node go at once', () => {
    const record = runOperations([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 3, podTemplatePath: huge-pod.yaml, namespace: x, ' +
        'skipWaitToCompletion: true}',
      '{opcode: barrier, stageRequirement: Attempted}',
      '{opcode: deletePods, namespace: x}',
    ]);
    expect(record.failure).toBeUndefined();
    expect(record.pods).toEqual([]);
  });
});

describe('volumes', () => {
  test('of which a node can attach few hold pods back', () => {
    const record = runOperations([
      '{opcode: createNodes, count: 2, nodeAllocatableStrategy: {nodeAllocatable: {}, ' +
        'csiNodeAllocatable: {ebs.csi.aws.com: {count: 2}}}}',
      '{opcode: createPods, count: 5, namespace: x, persistentVolumeTemplatePath: volume.yaml, ' +
        'persistentVolumeClaimTemplatePath: claim.yaml, skipWaitToCompletion: true}',
      '{opcode: barrier, stageRequirement: Attempted}',
      '{opcode: sleep, duration: 1s}',
    ]);
    expect(record.failure).toBeUndefined();
    expect(record.pods.filter(isBound)).toHaveLength(4);
    const [waiting] = record.pods.filter((pod) => !isBound(pod));
    expect(waiting?.status?.conditions?.[0]?.message).toContain('exceed max volume count');
  });
});

describe('churn beside measured pods', () => {
  test('changes nodes, pods and Services until the end, and delays nobody for good', () => {
    const record = runOperations([
      '{opcode: createNodes, count: 3}',
      '{opcode: churn, mode: recreate, number: 1, intervalMilliseconds: 50, ' +
        'templatePaths: [node.yaml, huge-pod.yaml, service.yaml]}',
      '{opcode: sleep, duration: 1s}',
      '{opcode: createPods, count: 200, collectMetrics: true}',
    ]);
    expect(record.failure).toBeUndefined();
    expect(podsNamed(record, 'pod').filter(isBound)).toHaveLength(200);
    const made = record.changes.filter(
      ({ object, type }) => object.kind === 'Service' && type === 'ADDED',
    );
    expect(made.length).toBeGreaterThan(5);
  });
});

test('nodes are seen first as created and then as prepared', () => {
  const { changes } = runOperations([
    '{opcode: createNodes, count: 3, uniqueNodeLabelStrategy: {labelKey: id}}',
  ]);
  const ofNodes = changes.filter(({ object }) => object.kind === 'Node');
  expect(ofNodes.map(({ type }) => type)).toEqual([
    'ADDED',
    'ADDED',
    'ADDED',
    'MODIFIED',
    'MODIFIED',
    'MODIFIED',
  ]);
});
