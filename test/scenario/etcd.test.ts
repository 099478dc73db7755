// etcd in a scenario: where it runs, what it is refused for, and what becomes of it.
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/api/problem.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { deployment, load, loaded } from './memory-files.js';

/** What is wrong with a scenario of a given spec. */
const problemsOf = (spec: string): readonly Problem[] => load(spec).problems;

const etcdOf = (spec: string) => loaded(spec).cluster.controlPlane.etcd;

describe('the members of etcd', () => {
  test('run on the hosts of the control plane, one on each, up to five', () => {
    const { members, hosts, ownHosts } = etcdOf('controlPlane: {hosts: {count: 7}}');
    expect(members).toBe(5);
    expect(hosts).toEqual([0, 1, 2, 3, 4].map((i) => `control-plane-${i}`));
    expect(ownHosts).toEqual([]);
  });

  test('run on hosts of their own when those are given', () => {
    const { members, hosts, ownHosts } = etcdOf(
      'controlPlane: {etcd: {hosts: {count: 3, cores: 2}}}',
    );
    expect(members).toBe(3);
    expect(ownHosts).toEqual([0, 1, 2].map((i) => ({ name: `etcd-host-${i}`, cores: 2 })));
    expect(hosts).toEqual(ownHosts.map(({ name }) => name));
  });

  test('may have a disk for the WAL alone', () => {
    const { disk, walDisk } = etcdOf('controlPlane: {etcd: {disk: hdd, walDisk: nvme}}');
    expect(disk.bytesPerSecond).toBe(100_000_000);
    expect(walDisk?.bytesPerSecond).toBe(1_000_000_000);
    expect(etcdOf('controlPlane: {etcd: {disk: hdd}}').walDisk).toBeUndefined();
  });

  test("have etcd's flags, with their defaults", () => {
    expect(etcdOf('seed: 1').options).toEqual({
      heartbeatIntervalUs: 100_000,
      electionTimeoutUs: 1_000_000,
      quotaBackendBytes: 2_147_483_648,
      watchProgressNotifyIntervalUs: 600_000_000,
      leaseCheckpoint: false,
    });
    const { options } = etcdOf(
      'controlPlane: {etcd: {heartbeatInterval: 50ms, electionTimeout: 2s, quotaBackendBytes: 8Gi}}',
    );
    expect(options).toMatchObject({
      heartbeatIntervalUs: 50_000,
      electionTimeoutUs: 2_000_000,
      quotaBackendBytes: 8_589_934_592,
    });
  });
});

describe('an API server', () => {
  const serversOf = (spec: string) => loaded(spec).cluster.controlPlane.apiServer.etcdServers;

  test('connects to the member on its own host, if each has one there', () => {
    expect(serversOf('controlPlane: {hosts: {count: 3}}')).toBe('local');
  });

  test('connects to all members where some host has none, or when told to', () => {
    expect(serversOf('controlPlane: {hosts: {count: 2}}')).toBe('all');
    expect(serversOf('controlPlane: {etcd: {hosts: {count: 3}}}')).toBe('all');
    expect(serversOf('controlPlane: {hosts: {count: 3}, apiServer: {etcdServers: all}}')).toBe(
      'all',
    );
  });
});

describe('what cannot be is refused', () => {
  test('an even number of members', () => {
    expect(problemsOf('controlPlane: {hosts: {count: 4}, etcd: {members: 4}}')).toMatchObject([
      {
        line: 5,
        message: '4 etcd members tolerate no more failures than 3',
        suggestion: 'members: 3',
      },
    ]);
  });

  test('more members than hosts, its own or those of the control plane', () => {
    expect(problemsOf('controlPlane: {etcd: {members: 3}}')).toMatchObject([
      { expected: 'one host a member: raise controlPlane.hosts.count' },
    ]);
    expect(problemsOf('controlPlane: {etcd: {members: 3, hosts: {count: 2}}}')).toMatchObject([
      { expected: 'one host a member: raise controlPlane.etcd.hosts.count' },
    ]);
  });

  test('a machine without cores', () => {
    expect(problemsOf('controlPlane: {etcd: {hosts: {count: 1, cores: 0}}}')).toMatchObject([
      { expected: 'a number above 0' },
    ]);
    expect(problemsOf('controlPlane: {hosts: {count: 1, cores: 0}}')).toMatchObject([
      { expected: 'a number above 0' },
    ]);
  });

  test("times that etcd refuses, in etcd's words", () => {
    expect(problemsOf('controlPlane: {etcd: {electionTimeout: 400ms}}')).toMatchObject([
      {
        message:
          '--election-timeout[400ms] should be at least as 5 times as --heartbeat-interval[100ms]',
        suggestion: 'electionTimeout: 500ms',
      },
    ]);
    expect(problemsOf('controlPlane: {etcd: {electionTimeout: 2m}}')).toMatchObject([
      { message: '--election-timeout[2m] is too long, and should be set less than 50000ms' },
    ]);
  });

  test('a quota that the nodes exceed already', () => {
    const [problem, ...more] = problemsOf(
      'controlPlane: {etcd: {quotaBackendBytes: 1Mi}}\nnodePools: [{name: pool, count: 5000}]',
    );
    expect(more).toEqual([]);
    expect(problem?.message).toMatch(/^the nodes take \d+Mi in etcd, and its quota is 1Mi$/);
  });

  test('an API server that is to use a member which its host does not have', () => {
    expect(
      problemsOf('controlPlane: {hosts: {count: 2}, apiServer: {etcdServers: local}}'),
    ).toMatchObject([
      {
        message: 'there is no member of etcd on control-plane-1 for its API server to connect to',
        suggestion: 'etcdServers: all',
      },
    ]);
  });
});

describe('a run', () => {
  const operations = `workload: {operations: [{op: apply, objects: [${deployment('web', 2)}]}]}`;

  test('with etcd on machines of its own converges', () => {
    const { outcome, stations } = runScenario(
      loaded(
        `controlPlane: {etcd: {hosts: {count: 3}}}\nhorizon: 5m\nuntil: converged\n${operations}`,
      ),
    );
    expect(outcome.end).toBe('converged');
    expect(stations.find(({ name }) => name === 'etcd-host-1')?.served).toBeGreaterThan(0);
  });

  test('whose etcd never elects a leader again ends with the reason', () => {
    const { outcome } = runScenario(
      loaded(
        `controlPlane: {hosts: {count: 3}, etcd: {disk: {fsync: 30s}}}\nhorizon: 3m\n${operations}`,
      ),
    );
    expect(outcome.end).toBe('horizon');
    expect(outcome.message).toMatch(
      /^Ended at the horizon of 180 s; .*; etcd has had no leader since t=[\d.]+ s: no election succeeded/,
    );
  });
});
