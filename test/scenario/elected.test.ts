// Replicas of the control plane and their leader election, from the scenario file to the cluster.
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/api/problem.js';
import { load, loaded } from './memory-files.js';

const problemsOf = (spec: string): readonly Problem[] => load(spec).problems;
const planeOf = (spec: string) => loaded(spec).cluster.controlPlane;

const hosts = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `control-plane-${i}`);

describe('replicas', () => {
  test('are as many as there are hosts when nothing is said', () => {
    const { scheduler, controllerManager, apiServer } = planeOf(
      'controlPlane: {hosts: {count: 3}}',
    );
    for (const each of [scheduler, controllerManager, apiServer]) {
      expect(each.hosts).toEqual(hosts(3));
    }
  });

  test('run on the first hosts when they are fewer', () => {
    const { scheduler, controllerManager } = planeOf(`
controlPlane:
  hosts: {count: 5}
  scheduler: {replicas: 2}
  controllerManager: {replicas: 3}`);
    expect(scheduler.hosts).toEqual(hosts(2));
    expect(controllerManager.hosts).toEqual(hosts(3));
  });

  test.each([
    ['apiServer', 'API servers'],
    ['scheduler', 'schedulers'],
    ['controllerManager', 'controller managers'],
  ])('of %s beyond the hosts are refused, with the number that fits', (field, what) => {
    const [problem] = problemsOf(`
controlPlane:
  hosts: {count: 3}
  ${field}: {replicas: 4}`);
    expect(problem).toMatchObject({
      line: 7,
      message: `4 ${what} need 4 hosts, and there are 3`,
      suggestion: 'replicas: 3',
    });
  });

  test('that are restarted must be there', () => {
    const restart = (component: string, replica: number): readonly string[] =>
      problemsOf(`
controlPlane: {hosts: {count: 3}, scheduler: {replicas: 1}}
nodePools: [{name: pool, count: 1}]
workload: {operations: [{op: restart, component: ${component}, replica: ${replica}}]}`).map(
        ({ message }) => message,
      );
    expect(restart('kube-controller-manager', 2)).toEqual([]);
    expect(restart('kube-controller-manager', 3)).toEqual([
      'there are 3 replicas of kube-controller-manager, numbered from 0',
    ]);
    expect(restart('kube-scheduler', 1)).toEqual([
      'there is 1 replica of kube-scheduler, numbered from 0',
    ]);
    expect(restart('cluster-autoscaler', 0)).toEqual([
      'there is no cluster-autoscaler, since the cluster has no autoscaler of that kind',
    ]);
    expect(restart('cloud-controller-manager', 0)).toEqual([
      'there is no cloud-controller-manager, since the cluster has no cloud',
    ]);
  });
});

describe('leader election', () => {
  const elected = (times: string): readonly string[] =>
    problemsOf(`controlPlane: {controllerManager: {leaderElection: ${times}}}`).map(
      ({ message }) => message,
    );

  test('has the times of Kubernetes when nothing is said, and each can be set alone', () => {
    const times = { leaseDurationUs: 15e6, renewDeadlineUs: 10e6, retryPeriodUs: 2e6 };
    const { scheduler, controllerManager } = planeOf(
      'controlPlane: {scheduler: {leaderElection: {leaseDuration: 1m}}}',
    );
    expect(controllerManager.leaderElection).toEqual(times);
    expect(scheduler.leaderElection).toEqual({ ...times, leaseDurationUs: 60e6 });
  });

  test('is refused with times that client-go refuses, all of them at once', () => {
    expect(elected('{leaseDuration: 10s}')).toEqual([
      'leaseDuration must be greater than renewDeadline: 10s is not more than 10s',
    ]);
    expect(elected('{retryPeriod: 9s}')).toEqual([
      'renewDeadline must be greater than retryPeriod*JitterFactor: 10s is not more than 10.8s',
    ]);
    expect(elected('{leaseDuration: 1500ms, renewDeadline: 2s}')).toEqual([
      'leaseDuration must be greater than renewDeadline: 1.5s is not more than 2s',
      'renewDeadline must be greater than retryPeriod*JitterFactor: 2s is not more than 2.4s',
      'a lease lasts whole seconds, not 1.5s',
    ]);
  });

  test('says what to write instead, and that can be written', () => {
    const refused = '{leaseDuration: 15s, renewDeadline: 20s, retryPeriod: 2s}';
    const [problem] = problemsOf(`controlPlane: {scheduler: {leaderElection: ${refused}}}`);
    const suggestion = problem?.suggestion ?? '';
    expect(suggestion).toBe('leaseDuration: 25s');
    expect(elected(refused.replace('leaseDuration: 15s', suggestion))).toEqual([]);
  });
});
