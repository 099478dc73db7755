// Replicas of scheduler and controllers: stopped, restarted, taking each other's place, in whole
// runs. The figures are those of the recorded control plane where there are some.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { loaded, loadNamed, root } from '../support/scenarios.js';

/**
 * A Deployment of 100 on 20 nodes, and then what the operations say. A run whose checkers see a
 * violation throws.
 */
function run(operations: string, hosts = ''): RunResult {
  const text = `
apiVersion: kubeclock.dev/v1alpha1
kind: Scenario
metadata: {name: restart}
spec:
  until: converged
  horizon: 10m
  nodePools: [{name: workers, count: 20, cpu: 32, memory: 128Gi}]
${hosts}
  workload:
    operations:
      - op: apply
        objects:
          - apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              replicas: 100
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: app, image: registry.k8s.io/pause:3.10}]}
${operations}
`;
  return runScenario(loaded(loadScenario(text, 'restart.yaml', filesIn(root))));
}

const restart = (component: string, signal: string, at: string): string =>
  `      - {op: restart, component: ${component}, signal: ${signal}, at: ${at}}`;

/** Longest time without an event of the kind between the first and the last, s. */
function longestGap(times: readonly (number | undefined)[]): number {
  const known = times.filter((time) => time !== undefined).sort((a, b) => a - b);
  return Math.max(...known.slice(1).map((time, i) => time - (known[i] as number))) / 1e6;
}

const ready = ({ pods }: RunResult) => pods.filter(({ readyUs }) => readyUs !== undefined).length;
const bound = ({ pods }: RunResult) => pods.map(({ boundUs }) => boundUs);
const created = ({ pods }: RunResult) => pods.map(({ createdUs }) => createdUs);

describe('a scheduler', () => {
  test('that is killed leaves a gap of 15 to 19.4 s (recorded: 17.3 s), and no pod behind', () => {
    const result = run(restart('kube-scheduler', 'SIGKILL', '2s'));
    expect(ready(result)).toBe(100);
    expect(longestGap(bound(result))).toBeGreaterThan(13);
    expect(longestGap(bound(result))).toBeLessThan(20);
  });

  test('that is asked to stop is followed at once (recorded: 0.43 s)', () => {
    const result = run(restart('kube-scheduler', 'SIGTERM', '2s'));
    expect(ready(result)).toBe(100);
    expect(longestGap(bound(result))).toBeGreaterThan(0.15);
    expect(longestGap(bound(result))).toBeLessThan(0.5);
  });

  test('with a standby has no need to start: the standby has its caches', () => {
    const hosts = '  controlPlane: {hosts: [{name: a, cores: 4}, {name: b, cores: 4}]}';
    const result = run(restart('kube-scheduler', 'SIGTERM', '2s'), hosts);
    expect(ready(result)).toBe(100);
    expect(longestGap(bound(result)), 'the next look of a candidate').toBeLessThan(4.6);
  });

  test('can be stopped several times, also before it leads again', () => {
    const times = ['1s', '2s', '2100ms', '20s', '21s'];
    const result = run(times.map((at) => restart('kube-scheduler', 'SIGKILL', at)).join('\n'));
    expect(ready(result)).toBe(100);
  });
});

describe('a controller manager', () => {
  test('keeps its lease when it is asked to stop, so that others wait for it to expire', () => {
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      const result = run(restart('kube-controller-manager', signal, '2s'));
      expect(ready(result), signal).toBe(100);
      expect(longestGap(created(result)), signal).toBeGreaterThan(13);
      expect(longestGap(created(result)), signal).toBeLessThan(20);
    }
  });

  test('that forgot what it had asked for still creates exactly the pods that are wanted', () => {
    const operations = ['1s', '1050ms', '25s', '45s'].map((at) =>
      restart('kube-controller-manager', 'SIGKILL', at),
    );
    const result = run(operations.join('\n'));
    expect(result.pods.length).toBe(100);
    expect(ready(result)).toBe(100);
  });
});

test('the scenario of a killed scheduler has a gap of 17 s in its bindings', () => {
  const result = runScenario(loadNamed('scheduler-restart'));
  expect(ready(result)).toBe(1000);
  const gap = longestGap(bound(result));
  expect(gap).toBeGreaterThan(15);
  expect(gap).toBeLessThan(19.5);
});

describe('three masters', () => {
  const result = runScenario(loadNamed('control-plane-ha'));
  const leaders = result.kubernetesEvents.filter(({ reason }) => reason === 'LeaderElection');

  test('lose their leaders, and standbys take over when the leases have expired', () => {
    expect(leaders.map(({ message }) => message.replace(/-[12] /, '-N '))).toEqual([
      'kube-controller-manager-N became leader',
      'kube-scheduler-N became leader',
    ]);
    const [controllers = 0, scheduler = 0] = leaders.map(({ timeUs }) => timeUs / 1e6);
    expect(controllers - 5, 'killed after 5 s').toBeGreaterThan(13);
    expect(controllers - 5).toBeLessThan(19.5);
    expect(scheduler - 15, 'killed after 15 s').toBeGreaterThan(13);
    expect(scheduler - 15).toBeLessThan(19.5);
  });

  test('create and start every pod once all the same', () => {
    expect(result.pods.length).toBe(400);
    expect(ready(result)).toBe(400);
    expect(longestGap(created(result))).toBeGreaterThan(13);
    expect(longestGap(created(result))).toBeLessThan(19.5);
  });

  test('have one leader of each in the end, which the metrics name', () => {
    const status = result.metrics.filter(({ name }) => name === 'leader_election_master_status');
    const holders = status.filter(({ value }) => value === 1).map(({ labels }) => labels[1]?.[1]);
    expect(status).toHaveLength(6);
    expect(holders).toEqual(['kube-controller-manager', 'kube-scheduler']);
    const first = status.filter(({ labels }) => labels[0]?.[1].endsWith('-0'));
    expect(first.map(({ value }) => value)).toEqual([0, 0]);
  });
});

test('a replica that stands by can be restarted without anybody noticing', () => {
  const hosts = '  controlPlane: {hosts: {count: 2, cores: 4}}';
  const op = (replica: number) =>
    `      - {op: restart, component: kube-scheduler, replica: ${replica}, signal: SIGKILL, at: 2s}`;
  expect(longestGap(bound(run(op(1), hosts)))).toBeLessThan(1);
  expect(longestGap(bound(run(op(0), hosts)))).toBeGreaterThan(13);
});

test('a shorter lease is a shorter gap', () => {
  const times = '{leaseDuration: 5s, renewDeadline: 3s, retryPeriod: 1s}';
  const hosts = `  controlPlane: {scheduler: {leaderElection: ${times}}}`;
  const gap = longestGap(bound(run(restart('kube-scheduler', 'SIGKILL', '2s'), hosts)));
  expect(gap).toBeGreaterThan(3.5);
  expect(gap, '5 s, and 1 to 2.2 s to the next look').toBeLessThan(7.5);
});

test('a restart is part of the deterministic run', () => {
  const hashes = [1, 2].map(() => run(restart('kube-scheduler', 'SIGKILL', '2s')).traceHash);
  expect(hashes[0]).toBe(hashes[1]);
});
