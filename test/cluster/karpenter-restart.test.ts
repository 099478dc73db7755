// What a new process of Karpenter makes of the NodeClaims that an earlier one has left.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { loaded } from '../scenario/memory-files.js';

interface Seen {
  readonly result: RunResult;
  readonly claims: readonly string[];
  readonly nodes: readonly string[];
}

const pod = `{apiVersion: v1, kind: Pod, metadata: {name: one}, spec: {nodeSelector: {team: a}, \
containers: [{name: c, image: i, resources: {requests: {cpu: 1}}}]}}`;

interface RunOptions {
  readonly createInstance?: string;
  /** What is meant by p-0 in the operations: a scenario names nothing that Karpenter makes. */
  readonly meant?: { readonly kind: string; readonly name: string } | undefined;
}

/** One pod that waits for a node of Karpenter from the second second on, and what else is done. */
function run(horizon: string, operations: readonly string[], options: RunOptions = {}): Seen {
  const { createInstance = '2s', meant } = options;
  const objects: KubernetesObject[] = [];
  const scenario = loaded(`
horizon: ${horizon}
cloud:
  provider: aws
  instanceTypes: [{name: m, cpu: 2, memory: 8Gi, pods: 20, pricePerHour: 3.6}]
  createInstance: ${createInstance}
  instanceBoot: 30s
  nodeReady: 10s
  api: {latency: 100ms}
nodePools: [{name: p, count: 1, instanceType: m}]
autoscaler: {kind: karpenter, nodePools: [{name: k, labels: {team: a}}]}
workload:
  operations:
    - {op: apply, at: 1s, objects: [${pod}]}
${operations.map((each) => `    - ${each}`).join('\n')}`);
  const see = (all: readonly KubernetesObject[]): void => void objects.push(...all);
  const text = JSON.stringify(scenario.operations, (_, value) =>
    meant === undefined || value?.name !== 'p-0' ? value : { ...value, ...meant },
  ).replaceAll('"p-0"', JSON.stringify(meant?.name ?? 'p-0'));
  const result = runScenario(
    { ...scenario, operations: JSON.parse(text) },
    { look: { atUs: undefined, see } },
  );
  const named = (kind: string): readonly string[] =>
    objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
  return { result, claims: named('NodeClaim'), nodes: named('Node') };
}

const restart = (at: string, downtime: string): string =>
  `{op: restart, at: ${at}, component: karpenter, signal: SIGKILL, downtime: ${downtime}}`;

/** Machines that Karpenter has let. */
const launched = ({ result }: Seen): number =>
  result.nodeCosts
    .filter(({ pool }) => pool.startsWith('k/'))
    .reduce((sum, { instances }) => sum + instances, 0);

describe('a restart of Karpenter', () => {
  test('while the cloud is asked for an instance lets no second one', () => {
    const seen = run('3m', [restart('10s', '2s')], { createInstance: '40s' });
    expect(launched(seen)).toBe(1);
    expect(seen.nodes).toHaveLength(2);
    expect(seen.result.pods[0]?.readyUs).toBeDefined();
  });

  test('in which a node was deleted takes its claim and its instance away', () => {
    const seen = run(
      '5m',
      [restart('80s', '60s'), '{op: delete, at: 90s, targets: [Pod/one, Node/p-0]}'],
      { meant: { kind: 'Node', name: 'k-0' } },
    );
    expect([launched(seen), seen.claims, seen.nodes]).toEqual([1, [], ['p-0']]);
  });

  test('in which a booting instance has ended gives its claim up in the end', () => {
    const seen = run(
      '18m',
      [restart('10s', '10s'), '{op: terminateInstances, at: 12s, nodes: [p-0]}'],
      { meant: { kind: 'Node', name: 'k-0' } },
    );
    expect([launched(seen), seen.claims.length]).toEqual([2, 1]);
    expect(seen.result.pods[0]?.readyUs).toBeDefined();
  });

  test('in which a claim was deleted ends the instance that boots for it', () => {
    const [name = ''] = run('10s', []).claims;
    const seen = run(
      '4m',
      [restart('10s', '10s'), '{op: delete, at: 12s, targets: [Node/p-0, Pod/one]}'],
      { meant: { kind: 'NodeClaim', name } },
    );
    expect([launched(seen), seen.claims, seen.nodes]).toEqual([1, [], ['p-0']]);
  });
});
