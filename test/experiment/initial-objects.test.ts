// A cluster whose workload has been running for long: nothing of it is started again.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { loaded } from '../scenario/memory-files.js';

const owner =
  'ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u1, controller: true}]';
const container = '{name: c, image: i, resources: {requests: {cpu: 500m}}}';
const spec = `
nodePools: [{name: pool, count: 3, cpu: 4, memory: 8Gi, nodeNames: [a, b]}]
until: converged
horizon: 5m
initialObjects:
  objects:
    - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    - apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web, namespace: shop, uid: u1}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [${container}]}}
    - apiVersion: v1
      kind: Pod
      metadata: {name: web-1, namespace: shop, labels: {app: web}, ${owner}}
      spec: {nodeName: b, containers: [${container}]}
    - apiVersion: v1
      kind: Pod
      metadata: {name: once, namespace: shop, annotations: {kubeclock.dev/run-time: 20s}}
      spec: {nodeName: a, restartPolicy: Never, containers: [${container}]}
    - apiVersion: v1
      kind: Pod
      metadata: {name: over, namespace: shop}
      spec: {nodeName: a, containers: [${container}]}
      status: {phase: Succeeded}
    - apiVersion: v1
      kind: Pod
      metadata: {name: waiting, namespace: shop}
      spec: {containers: [${container}]}
workload:
  operations:
    - {op: sleep, duration: 30s}
    - {op: drain, nodes: [b]}
`;

const result = runScenario(loaded(spec));
const rowOf = (name: string) => result.pods.find((row) => row.name.startsWith(name));

describe('pods that are there when a run begins', () => {
  test('run on their nodes without being scheduled, pulled or started', () => {
    expect(rowOf('web-1')).toMatchObject({
      node: 'b',
      queuedUs: undefined,
      boundUs: undefined,
      startedUs: undefined,
      readyUs: undefined,
    });
    const first = result.kubernetesEvents.filter(({ timeUs }) => timeUs < 30e6);
    expect(first.filter(({ involved }) => involved.includes('web'))).toEqual([]);
  });

  test('end when their run time is over', () => {
    expect(rowOf('once')?.phase).toBe('Succeeded');
  });

  test('are left alone when they have ended, and scheduled when they have no node', () => {
    expect(rowOf('over')).toMatchObject({ phase: 'Succeeded', deletedUs: undefined });
    expect(rowOf('waiting')?.boundUs).toBeGreaterThan(0);
  });

  test('are made again elsewhere by their controller when their node is drained', () => {
    const rows = result.pods.filter(({ owner: by }) => by === 'ReplicaSet/web');
    expect(rows.map(({ node, deletedUs }) => [node === 'b', deletedUs === undefined])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(result.outcome.end).toBe('converged');
  });
});

/** Pods of whole CPUs that nobody has placed yet, on one node of 4. */
function runPending(...cpus: readonly number[]): RunResult {
  const pods = cpus.map(
    (cpu, index) => `
    - apiVersion: v1
      kind: Pod
      metadata: {name: pending-${index}, namespace: default}
      spec: {containers: [{name: c, image: i, resources: {requests: {cpu: ${cpu}}}}]}`,
  );
  return runScenario(
    loaded(`
nodePools: [{name: pool, count: 1, cpu: 4, memory: 8Gi, nodeNames: [a]}]
until: converged
horizon: 3m
initialObjects:
  objects:${pods.join('')}
`),
  );
}

describe('pods that are pending when a run begins', () => {
  test('are a change that converges when all of them are Ready', () => {
    const { outcome, convergence, pods } = runPending(1, 2);
    expect(outcome.end).toBe('converged');
    const last = Math.max(...pods.map(({ readyUs = Number.NaN }) => readyUs));
    const [row, ...others] = convergence;
    expect(others).toEqual([]);
    expect(row).toMatchObject({ change: 'start Pod/*', replicas: 2, startedUs: 0, reason: '' });
    expect(row?.convergedUs).toBeGreaterThanOrEqual(last);
    expect(row?.criticalPath.map(({ cause }) => cause)).toEqual([
      'pods that were pending when the run began',
    ]);
  });

  test('that find no node keep it open, and are counted', () => {
    const { outcome, convergence } = runPending(3, 2);
    expect(outcome.end).not.toBe('converged');
    expect(convergence[0]?.convergedUs).toBeUndefined();
    expect(outcome.message).toContain('start Pod/*');
    expect(convergence[0]?.reason).toBe('1 of 2 pods are not Ready');
  });
});
