// What becomes of a cluster when nodes, zones and networks fail, as its users see it. The figures
// of many crashes and large zones are in bench/validate/node-failure.check.mjs.
import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../src/api/endpoint-slice.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Node } from '../../src/api/node.js';
import type { Pod } from '../../src/api/pod.js';
import { isPodReady } from '../../src/control-plane/controller-manager/pod-state.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { load } from '../scenario/memory-files.js';

const image = 'registry.k8s.io/pause:3.10';
const machine = `cpu: 4, memory: 16Gi, images: ['${image}']`;

const shop = `
    - op: apply
      yaml: |
        apiVersion: v1
        kind: Service
        metadata: {name: shop}
        spec: {selector: {app: shop}, ports: [{port: 80}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop}
        spec:
          replicas: 6
          selector: {matchLabels: {app: shop}}
          template:
            metadata: {labels: {app: shop}}
            spec:
              containers:
                - name: c
                  image: '${image}'
                  resources: {requests: {cpu: 1m, memory: 1Mi}}
    - op: barrier`;

interface Seen {
  readonly result: RunResult;
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly slices: readonly EndpointSlice[];
}

/** Runs six pods on three nodes with these operations, and looks at the objects at a time. */
function seen(atSeconds: number, operations: readonly string[], pools = ''): Seen {
  const nodes = pools || `[{name: node, count: 3, zones: [a, b, c], ${machine}}]`;
  const lines = operations.map((line) => `\n    - ${line}`).join('');
  const text = `horizon: ${atSeconds}s\nnodePools: ${nodes}\nworkload:\n  operations:${shop}${lines}\n`;
  const { scenario, problems } = load(text);
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  let objects: readonly KubernetesObject[] = [];
  const see = (all: readonly KubernetesObject[]): void => {
    objects = all;
  };
  const result = runScenario(scenario, { look: { atUs: undefined, see } });
  return {
    result,
    pods: objects.filter((object): object is Pod => object.kind === 'Pod'),
    nodes: objects.filter((object): object is Node => object.kind === 'Node'),
    slices: objects.filter((object): object is EndpointSlice => object.kind === 'EndpointSlice'),
  };
}

const crash = '{op: nodeFault, name: crash, at: 20s, fault: crash, nodes: [node-1]}';

const readyOf = ({ status }: Node) =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status;

const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

describe('a node that has crashed', () => {
  test('is not noticed at first; then it is Unknown, and its pods are served no more', () => {
    const before = seen(55, [crash]);
    expect(before.nodes.map(readyOf)).toEqual(['True', 'True', 'True']);
    expect(before.pods.filter(isPodReady)).toHaveLength(6);
    const after = seen(90, [crash]);
    expect(after.nodes.map(readyOf)).toEqual(['True', 'Unknown', 'True']);
    const lost = after.pods.filter(({ spec }) => spec.nodeName === 'node-1');
    expect(lost).toHaveLength(2);
    for (const pod of lost) {
      expect(pod.status?.phase).toBe('Running');
      expect(isPodReady(pod)).toBe(false);
      expect(isLeaving(pod)).toBe(false);
    }
    const served = after.slices.flatMap(({ endpoints }) => endpoints ?? []);
    const isServing = served.map(({ nodeName, conditions }) => [nodeName, conditions?.ready]);
    expect(isServing.filter(([node, ready]) => ready === (node === 'node-1'))).toEqual([]);
    const taints = after.nodes[1]?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`);
    expect(taints?.sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });

  test('has its pods replaced after 300 seconds, and keeps their objects', () => {
    const { pods, result } = seen(390, [crash]);
    const lost = pods.filter(isLeaving);
    expect(lost.map(({ spec }) => spec.nodeName)).toEqual(['node-1', 'node-1']);
    expect(pods.filter(isPodReady)).toHaveLength(6);
    const replaced = result.pods.filter(({ createdUs }) => createdUs > 20_000_000);
    for (const { readyUs = 0 } of replaced) {
      expect(readyUs).toBeGreaterThan((20 + 40 + 300) * 1_000_000);
      expect(readyUs).toBeLessThan((20 + 370) * 1_000_000);
    }
    expect(replaced).toHaveLength(2);
  });

  test.each([
    ['comes back: their objects go', '{op: heal, at: 380s}'],
    [
      'is said to be out of service: the pod garbage collector deletes them',
      "{op: taint, at: 380s, nodes: [node-1], taints: ['node.kubernetes.io/out-of-service=nodeshutdown:NoExecute']}",
    ],
  ])('%s', (_, operation) => {
    const { pods } = seen(430, [crash, operation]);
    expect(pods.filter(isLeaving)).toEqual([]);
    expect(pods.filter(isPodReady)).toHaveLength(6);
  });

  test('and comes back before 300 seconds starts the same pods again', () => {
    const { pods, nodes, result } = seen(200, [crash, '{op: heal, at: 100s}']);
    expect(result.pods).toHaveLength(6);
    expect(pods.filter(isPodReady)).toHaveLength(6);
    expect(nodes.map(readyOf)).toEqual(['True', 'True', 'True']);
    expect(nodes.flatMap(({ spec }) => spec?.taints ?? [])).toEqual([]);
    const counts = pods.map(({ spec, status }) => [
      spec.nodeName === 'node-1',
      status?.containerStatuses?.[0]?.restartCount,
    ]);
    expect(counts.filter(([wasLost, count]) => count !== (wasLost === true ? 1 : 0))).toEqual([]);
  });
});

describe('a partition', () => {
  const split = '{op: partition, at: 20s, between: [{zone: b}, controlPlane], duration: 400s}';

  test('looks like a crash to the control plane; what ran on is stopped when it is over', () => {
    const during = seen(415, [split]);
    expect(during.nodes.map(readyOf)).toEqual(['True', 'Unknown', 'True']);
    expect(during.pods.filter(isLeaving)).toHaveLength(2);
    const after = seen(480, [split]);
    expect(after.nodes.map(readyOf)).toEqual(['True', 'True', 'True']);
    expect(after.pods.filter(isLeaving)).toEqual([]);
    const killed = after.result.kubernetesEvents.filter(({ reason }) => reason === 'Killing');
    expect(killed).toHaveLength(2);
    for (const { timeUs } of killed) expect(timeUs).toBeGreaterThan(420_000_000);
  });

  test('of half a minute is not noticed, whether packets are dropped or refused', () => {
    for (const packets of ['dropped', 'refused']) {
      const short = `{op: partition, at: 20s, between: [{zone: b}, controlPlane], packets: ${packets}, duration: 20s}`;
      const { nodes, result } = seen(150, [short]);
      expect(nodes.map(readyOf)).toEqual(['True', 'True', 'True']);
      const noticed = result.kubernetesEvents.filter(({ reason }) => reason === 'NodeNotReady');
      expect(noticed).toEqual([]);
    }
  });
});

describe('a zone', () => {
  const zones = (count: number): string =>
    `[{name: node, count: ${count}, zones: [a], ${machine}}, {name: other, count: 2, zones: [b], ${machine}}]`;
  const tainted = (count: number, lost: string): number => {
    const strike = `{op: nodeFault, at: 20s, fault: crash, nodes: {zone: a, ${lost}}}`;
    const { nodes } = seen(125, [strike], zones(count));
    const isTainted = ({ spec }: Node): boolean =>
      spec?.taints?.some(({ effect }) => effect === 'NoExecute') ?? false;
    return nodes.filter(isTainted).length;
  };

  test('that loses a third has a node tainted every ten seconds', () => {
    expect(tainted(12, 'share: 0.34')).toBe(4);
  });

  test('that is small and loses most of itself has hardly any', () => {
    expect(tainted(12, 'share: 0.8')).toBeLessThanOrEqual(2);
  });

  test('that is lost whole while others are well has them all, in time', () => {
    expect(tainted(4, 'share: 1')).toBe(4);
  });
});
