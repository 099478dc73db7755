// Runs with heartbeats and without come to the same decisions. What differs are milliseconds: no
// request waits behind a heartbeat.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { load } from '../scenario/memory-files.js';

const image = 'registry.k8s.io/pause:3.10';

const scenarioOf = (mode: string): string => `
seed: 3
until: horizon
horizon: 65m
heartbeats: ${mode}
outputs: {sampleInterval: 1m}
nodePools: [{name: node, count: 6, cpu: 4, memory: 16Gi, zones: [a, b, c], images: ['${image}']}]
workload:
  operations:
    - op: apply
      yaml: |
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop}
        spec:
          replicas: 9
          selector: {matchLabels: {app: shop}}
          template:
            metadata: {labels: {app: shop}}
            spec:
              containers:
                - {name: c, image: '${image}', resources: {requests: {cpu: 500m, memory: 1Mi}}}
    - op: barrier
    - {op: nodeFault, at: 3m, fault: crash, nodes: [node-1], duration: 12m}
    - {op: nodeFault, at: 17m, fault: reboot, nodes: [node-2], downtime: {p50: 80s, p99: 90s}}
    - {op: drain, at: 23m, nodes: [node-3]}
    - {op: uncordon, at: 27m, nodes: [node-3]}
    - {op: partition, at: 30m, between: [[node-4], controlPlane], duration: 7m}
    - {op: restart, at: 44m, component: kube-controller-manager, signal: SIGKILL, downtime: 10s}
    - {op: nodeFault, at: 50m, fault: stopKubelet, nodes: [node-0], duration: 8m}
    - {op: rolloutRestart, at: 60m, target: Deployment/default/shop}
`;

function run(mode: string): RunResult {
  const { scenario, problems } = load(scenarioOf(mode));
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  return runScenario(scenario);
}

/** What was done to which node and pod, in the order of the seconds in which it was. */
function told(result: RunResult, reasons: readonly string[]): readonly string[] {
  return result.kubernetesEvents
    .filter(({ reason }) => reasons.includes(reason))
    .map(({ timeUs, reason, involved }) => `${Math.round(timeUs / 1e6)} s ${reason} ${involved}`)
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
}

describe('a run without heartbeats', () => {
  const eager = run('eager');
  const lazy = run('lazy');

  test('finds the same nodes NotReady and evicts the same pods, in the same seconds', () => {
    const reasons = ['NodeNotReady', 'NodeReady', 'TaintManagerEviction', 'LeaderElection'];
    const expected = told(eager, reasons);
    expect(expected.filter((line) => line.includes('NodeNotReady Node/'))).toHaveLength(4);
    expect(expected.some((line) => line.includes('TaintManagerEviction'))).toBe(true);
    expect(told(lazy, reasons)).toEqual(expected);
  });

  test('places the same pods on the same nodes', () => {
    const placed = ({ pods }: RunResult): readonly string[] =>
      pods.map(({ name, node, deletedUs }) => `${name} ${node} ${deletedUs !== undefined}`).sort();
    expect(eager.pods.length).toBeGreaterThan(20);
    expect(placed(lazy)).toEqual(placed(eager));
  });

  // Kubelets look at their runtime once a second: a millisecond can make a second of it.
  test('binds, starts and removes each pod within a second of when the other does', () => {
    const others = new Map(eager.pods.map((pod) => [pod.name, pod]));
    for (const { name, boundUs = 0, readyUs = 0, deletedUs = 0 } of lazy.pods) {
      const other = others.get(name);
      expect(Math.abs(boundUs - (other?.boundUs ?? 0)), name).toBeLessThan(1_100_000);
      expect(Math.abs(readyUs - (other?.readyUs ?? 0)), name).toBeLessThan(1_100_000);
      expect(Math.abs(deletedUs - (other?.deletedUs ?? 0)), name).toBeLessThan(1_100_000);
    }
  });

  test('has the same conditions of nodes at the same samples', () => {
    const ready = ({ nodeHistory }: RunResult): unknown => nodeHistory;
    expect(ready(lazy)).toEqual(ready(eager));
  });

  test('is much shorter, and says what it leaves out', () => {
    expect(lazy.events * 2).toBeLessThan(eager.events);
    expect(lazy.notices.some((notice) => notice.startsWith('Heartbeats are lazy'))).toBe(true);
    expect(eager.notices.some((notice) => notice.startsWith('Heartbeats are lazy'))).toBe(false);
  });
});

test('heartbeats are eager or lazy, nothing else', () => {
  const { problems } = load('heartbeats: sleepy');
  expect(problems).toMatchObject([{ path: 'spec.heartbeats', expected: 'one of eager, lazy' }]);
});

test('the decisions of the scheduler alone have no heartbeats', () => {
  const { problems } = load('scope: placement\nheartbeats: lazy');
  expect(problems.map(({ message }) => message).join()).toContain('heartbeats is beside them');
});
