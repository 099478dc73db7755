// What the plugins say that kube-scheduler would have walked over, in whole decisions of the
// default profile.
import { describe, expect, test } from 'vitest';
import type { Affinity, PodAffinityTerm } from '../../../src/api/affinity.js';
import { frameworksFor } from '../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../../../src/control-plane/scheduler/configuration/read-configuration.js';
import type { SchedulerConfiguration } from '../../../src/control-plane/scheduler/configuration/scheduler-configuration.js';
import type { PluginWalk } from '../../../src/control-plane/scheduler/framework/plugin-walk.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { inertHandle } from '../../../src/control-plane/scheduler/inert-handle.js';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { DecisionCluster, makeNode, makePod } from './cluster-fixture.js';

const zone = 'topology.kubernetes.io/zone';
const hostname = 'kubernetes.io/hostname';
const red = { labelSelector: { matchLabels: { color: 'red' } } };
const term = (topologyKey: string): PodAffinityTerm => ({ ...red, topologyKey });
const required = (topologyKey: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [term(topologyKey)],
});
const preferred = (topologyKey: string) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [
    { weight: 1, podAffinityTerm: term(topologyKey) },
  ],
});

const nodes = ['a', 'b', 'c', 'd'].map((name, index) =>
  makeNode(name, { labels: { [hostname]: name, [zone]: `z${index % 2}` } }),
);

/** Red pods on nodes that have this affinity, then green ones that have none. */
function podsOn(reds: readonly string[], greens: readonly string[], affinity?: Affinity) {
  const pod = (name: string, color: string, nodeName: string, own?: Affinity) =>
    makePod(name, {
      labels: { color },
      spec: { nodeName, ...(own !== undefined && { affinity: own }) },
    });
  return [
    ...reds.map((node, index) => pod(`red-${index}`, 'red', node, affinity)),
    ...greens.map((node, index) => pod(`green-${index}`, 'green', node)),
  ];
}

/** The walks of the decision for a red pod with this spec. */
function walks(
  pods: ReturnType<typeof podsOn>,
  spec: Parameters<typeof makePod>[1] & object,
): readonly PluginWalk[] {
  const { configuration } = readConfiguration(null, registry.keys());
  const cluster = new DecisionCluster(nodes, pods);
  const [framework] = frameworksFor(
    configuration as SchedulerConfiguration,
    registry,
    inertHandle(cluster.cache),
  );
  cluster.cache.updateSnapshot();
  const info = new PodInfo(makePod('p', { labels: { color: 'red' }, ...spec }));
  return cluster.algorithm.decide(framework as never, info).work.walks;
}

const spread = (topologyKey: string, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') => ({
  ...red,
  topologyKey,
  whenUnsatisfiable,
  maxSkew: 5,
});

describe('kube-scheduler walks', () => {
  test('over nothing for a plain pod, wherever the others are', () => {
    expect(walks(podsOn(['a', 'b'], ['a', 'c']), {})).toEqual([]);
  });

  test('over all nodes and pods for spread constraints, once for each selector', () => {
    const topologySpreadConstraints = [
      spread(zone, 'DoNotSchedule'),
      spread(hostname, 'DoNotSchedule'),
      spread(zone, 'ScheduleAnyway'),
      spread(hostname, 'ScheduleAnyway'),
    ];
    expect(walks(podsOn(['a'], ['b', 'c']), { spec: { topologySpreadConstraints } })).toEqual([
      { name: 'spreadPreFilter', nodes: 4, pods: 6, matches: 0 },
      // Pods by host name are counted on the nodes that are scored.
      { name: 'spreadPreScore', nodes: 4, pods: 3, matches: 0 },
    ]);
  });

  test('over all nodes and pods for required affinity, and over pods with affinity to score', () => {
    const affinity = { podAffinity: required(zone) };
    const pods = podsOn(['a', 'b', 'b'], ['c', 'd'], affinity);
    expect(walks(pods, { spec: { affinity } })).toEqual([
      { name: 'ownAffinity', nodes: 4, pods: 5, matches: 3 },
      { name: 'affinityPreScore', nodes: 0, pods: 3, matches: 3 },
    ]);
    expect(walks(pods, { labels: { color: 'green' }, spec: {} })).toEqual([
      { name: 'affinityPreScore', nodes: 0, pods: 3, matches: 0 },
    ]);
  });

  test('over pods with required anti-affinity for every pod', () => {
    const affinity = { podAntiAffinity: required(hostname) };
    const pods = podsOn(['a', 'b'], ['c'], affinity);
    expect(walks(pods, { spec: { affinity } })).toEqual([
      { name: 'othersAntiAffinity', nodes: 0, pods: 2, matches: 0 },
      { name: 'ownAffinity', nodes: 4, pods: 3, matches: 2 },
      { name: 'affinityPreScore', nodes: 0, pods: 2, matches: 0 },
    ]);
    expect(walks(pods, { labels: {}, spec: {} })[0]).toEqual({
      name: 'othersAntiAffinity',
      nodes: 0,
      pods: 2,
      matches: 0,
    });
  });

  test('over all nodes and pods for preferences, each pod once however many terms mean it', () => {
    const affinity = { podAffinity: preferred(zone) };
    expect(walks(podsOn(['a', 'b'], ['c'], affinity), { spec: { affinity } })).toEqual([
      { name: 'affinityPreScore', nodes: 4, pods: 3, matches: 2 },
    ]);
  });
});
