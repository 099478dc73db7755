// What a scenario says about kube-proxy, for the cluster and for pools of nodes.
import { describe, expect, test } from 'vitest';
import { load, loaded } from './memory-files.js';

const of = (spec: string) => loaded(spec).cluster;

const newest = {
  mode: 'iptables',
  minSyncPeriodUs: 1_000_000,
  runner: 'completion',
  writesAll: false,
  cpuFactor: 1,
};

describe('kube-proxy of a cluster', () => {
  test('is that of Kubernetes 1.36 when nothing is said', () => {
    expect(of('nodePools: [{name: a, count: 1}]').kubeProxy).toEqual(newest);
  });

  test.each([
    ['{mode: ipvs}', { mode: 'ipvs', minSyncPeriodUs: 0 }],
    ['{mode: nftables}', { mode: 'nftables' }],
    ['{mode: userspace}', { mode: 'userspace', runner: 'tokenBucket' }],
    ['{version: "1.34"}', { runner: 'tokenBucket' }],
    ['{version: "1.33"}', { runner: 'tokenBucket', fullSyncPeriodUs: 3_600_000_000 }],
    ['{mode: nftables, version: "1.33"}', { mode: 'nftables', runner: 'tokenBucket' }],
    ['{version: "1.26"}', { runner: 'tokenBucket', writesAll: true }],
    ['{version: "1.19"}', { runner: 'tokenBucket', writesAll: true, minSyncPeriodUs: 0 }],
    ['{mode: ipvs, version: "1.24"}', { mode: 'ipvs', runner: 'tokenBucket', minSyncPeriodUs: 0 }],
    ['{minSyncPeriod: 10s, cpuFactor: 2.5}', { minSyncPeriodUs: 10_000_000, cpuFactor: 2.5 }],
  ])('%s', (text, expected) => {
    const { kubeProxy } = of(`kubeProxy: ${text}`);
    expect(kubeProxy).toEqual({ ...newest, ...expected });
  });
});

describe('kube-proxy of a pool', () => {
  const poolOf = (cluster: string, pool: string) =>
    of(`kubeProxy: ${cluster}\nnodePools: [{name: a, count: 1, kubeProxy: ${pool}}]`).nodePools[0]
      ?.kubeProxy;

  test('takes from the cluster what it does not say', () => {
    expect(poolOf('{mode: nftables, minSyncPeriod: 3s}', '{cpuFactor: 4}')).toEqual({
      ...{ ...newest, mode: 'nftables' },
      minSyncPeriodUs: 3_000_000,
      cpuFactor: 4,
    });
  });

  test('with a mode or a version of its own has the period of these', () => {
    const ipvs = poolOf('{minSyncPeriod: 3s, cpuFactor: 2}', '{mode: ipvs}');
    expect(ipvs).toEqual({ ...newest, mode: 'ipvs', minSyncPeriodUs: 0, cpuFactor: 2 });
    expect(poolOf('{mode: nftables}', '{version: "1.30"}')).toEqual({
      ...{ ...newest, mode: 'nftables' },
      runner: 'tokenBucket',
    });
  });

  test('is none where it says nothing', () => {
    expect(of('nodePools: [{name: a, count: 1}]').nodePools[0]?.kubeProxy).toBeUndefined();
  });
});

test.each([
  ['kubeProxy: {mode: userspace, version: "1.26"}', '1.25 was the last'],
  ['kubeProxy: {mode: nftables, version: "1.28"}', '1.29 is the first'],
  [
    'kubeProxy: {mode: nftables}\nnodePools: [{name: a, count: 1, kubeProxy: {version: "1.20"}}]',
    '1.29 is the first',
  ],
  ['kubeProxy: {version: "1.40"}', '1.40'],
  ['kubeProxy: {mode: iptable}', 'iptable'],
])('%s is refused', (spec, message) => {
  const { scenario, problems } = load(spec);
  expect(scenario).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.line).toBeGreaterThan(1);
});
