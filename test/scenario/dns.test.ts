// What a scenario may say about cluster DNS and lookups, and what is refused with its place.
import { describe, expect, test } from 'vitest';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';

function load(spec: string): ReturnType<typeof loadScenario> {
  const head = 'apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n';
  const pools = '  nodePools: [{name: a, count: 2}]\n';
  return loadScenario(`${head}${pools}  ${spec}\n`, 'scenario.yaml', filesIn('.'));
}

const lookups = (rest: string): string =>
  `workload: {dnsTraffic: [{name: a, from: {labels: {app: web}}, ${rest}}]}`;

describe('cluster DNS', () => {
  test('is two replicas that are there from the start, with a cache of 30 s', () => {
    expect(load('seed: 1').scenario?.cluster.clusterDns).toEqual({
      runAs: 'processes',
      replicas: 2,
      domain: 'cluster.local',
      hasNodeLocal: false,
      cores: 1,
      cacheUs: 30_000_000,
      hostSearches: [],
      autoscaler: undefined,
      traffic: [],
    });
  });

  test('takes lookups with their times', () => {
    const text = lookups('names: [db, www.example.com.], lookupsPerSecond: 2, at: 10s, for: 5s');
    expect(load(text).scenario?.cluster.clusterDns.traffic).toEqual([
      {
        name: 'a',
        namespace: 'default',
        selector: { matchLabels: { app: 'web' } },
        names: ['db', 'www.example.com.'],
        perSecond: 2,
        fromUs: 10_000_000,
        untilUs: 15_000_000,
      },
    ]);
  });

  test('in pods can be scaled by an operation, as its objects are known', () => {
    const scale = '{op: scale, target: Deployment/kube-system/coredns, replicas: 3}';
    const text = `workload: {operations: [${scale}]}`;
    expect(load(text).problems).toHaveLength(1);
    expect(load(`${text}\n  clusterDns: {runAs: pods}`).problems).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([
    ['clusterDns: {runAs: pod}', 'one of processes, pods'],
    ['clusterDns: {nodeLocal: true}', 'NodeLocal DNSCache comes in pods'],
    ['clusterDns: {cacheTTL: 30}', '30s'],
    ['clusterDns: {autoscaler: {}}', 'the autoscaler scales a Deployment'],
    ['clusterDns: {runAs: pods, autoscaler: {mode: ladder}}', 'a ladder needs steps'],
    ['clusterDns: {runAs: pods, autoscaler: {min: 3, max: 2}}', 'max 2 is less than min 3'],
    ['clusterDns: {runAs: pods, autoscaler: {coresToReplicas: [[1, 1]]}}', 'in mode linear'],
    [
      'clusterDns: {runAs: pods, autoscaler: {mode: ladder, nodesToReplicas: [[4, 1], [2, 3]]}}',
      'the amounts of a ladder ascend',
    ],
    [lookups('names: ["a b"], lookupsPerSecond: 2'), 'a name such as db, db.shop'],
    [lookups('names: [], lookupsPerSecond: 2'), 'a list of at least 1 of names'],
    [lookups('names: [a], lookupsPerSecond: 0'), 'a number above 0'],
    [lookups('name: b'), 'names'],
  ])('%s', (spec, expected) => {
    const { problems } = load(spec);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).toContain(expected);
    for (const { file, line } of problems) expect([file, line]).toEqual(['scenario.yaml', 6]);
  });
});
