// Whole decisions with constraints and affinity: where the pods of a workload end up, one after the
// other, and what is said of those that fit nowhere.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Affinity, TopologySpreadConstraint } from '../../../../src/api/affinity.js';
import type { Node } from '../../../../src/api/node.js';
import type { Pod, PodSpec } from '../../../../src/api/pod.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { InterPodAffinity } from '../../../../src/control-plane/scheduler/plugins/inter-pod-affinity/inter-pod-affinity.js';
import { PodTopologySpread } from '../../../../src/control-plane/scheduler/plugins/pod-topology-spread/pod-topology-spread.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { TestListers } from '../placement-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const zone = 'topology.kubernetes.io/zone';
const host = 'kubernetes.io/hostname';
const labels = { app: 'web' };
const labelSelector = { matchLabels: labels };

/** Node `i` lies in zone `i mod zones`. */
function nodesIn(zones: number, count: number, cpu = '4'): Node[] {
  return Array.from({ length: count }, (_, i) =>
    makeNode(`n${i}`, {
      labels: { [host]: `n${i}`, [zone]: `z${i % zones}` },
      allocatable: { cpu },
    }),
  );
}

function clusterOf(nodes: readonly Node[]): DecisionCluster {
  const listers = new TestListers();
  const args = { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false };
  const defaults = { defaultingType: 'System' as const, defaultConstraints: [] };
  return new DecisionCluster(
    nodes,
    [],
    [
      ...plainPlugins(),
      { plugin: new PodTopologySpread(defaults, listers), weight: 2 },
      { plugin: new InterPodAffinity(args, listers), weight: 2 },
    ],
  );
}

let number = 0;

function web(spec: Partial<PodSpec>, cpu = '100m', priority = 0): Pod {
  return makePod(`web-${number++}`, {
    labels,
    requests: { cpu },
    spec: { ...spec, priority },
  });
}

function spread(
  topologyKey: string,
  maxSkew: number,
  whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable'] = 'DoNotSchedule',
): Partial<PodSpec> {
  return {
    topologySpreadConstraints: [{ topologyKey, maxSkew, whenUnsatisfiable, labelSelector }],
  };
}

function hostsApart(): Affinity {
  const term = { topologyKey: host, labelSelector };
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

/** Places `count` pods; names of their nodes, '' for none. */
function placed(cluster: DecisionCluster, count: number, spec: Partial<PodSpec>): string[] {
  return Array.from({ length: count }, () => cluster.place(web(spec)).nodeName);
}

function countBy(names: readonly string[], groupOf: (name: string) => string): number[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(groupOf(name), (counts.get(groupOf(name)) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}

const zoneOf =
  (zones: number) =>
  (name: string): string =>
    `z${Number(name.slice(1)) % zones}`;

describe('hard spreading', () => {
  test('keeps the skew within bounds after every single pod', () => {
    const sizes = fc.record({
      zones: fc.integer({ min: 2, max: 4 }),
      nodes: fc.integer({ min: 4, max: 12 }),
      maxSkew: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(sizes, ({ zones, nodes, maxSkew }) => {
        const cluster = clusterOf(nodesIn(zones, nodes));
        const counts = new Array<number>(zones).fill(0);
        for (let i = 0; i < 30; i++) {
          const { nodeName } = cluster.place(web(spread(zone, maxSkew)));
          expect(nodeName).not.toBe('');
          counts[Number(nodeName.slice(1)) % zones]! += 1;
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(maxSkew);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('waits when the zone that is behind is full, and says so', () => {
    const [full, ...others] = nodesIn(3, 3);
    const tiny = makeNode('n0', {
      labels: full?.metadata.labels ?? {},
      allocatable: { cpu: '100m' },
    });
    const cluster = clusterOf([tiny, ...others]);
    expect(placed(cluster, 6, spread(zone, 1)).filter((name) => name !== '')).toHaveLength(5);
    const decision = cluster.decide(web(spread(zone, 1)));
    expect(decision.message).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match pod topology spread constraints.",
    );
    expect(decision.unschedulablePlugins).toEqual(['NodeResourcesFit', 'PodTopologySpread']);
  });

  test('goes on when a pod of the fuller zones is gone', () => {
    const cluster = clusterOf(nodesIn(2, 2));
    const first = web(spread(zone, 1));
    const { nodeName } = cluster.place(first);
    const elsewhere = nodeName === 'n0' ? 'n1' : 'n0';
    expect(cluster.place(web(spread(zone, 1))).nodeName).toBe(elsewhere);
    cluster.cache.removePod(new PodInfo(first).uid);
    expect(cluster.place(web(spread(zone, 1))).nodeName).toBe(nodeName);
  });

  test('counts a nominated pod of equal priority as if it were there', () => {
    const cluster = clusterOf(nodesIn(2, 2));
    const waiting = web(spread(zone, 1), '100m', 5);
    cluster.nominator.nominate(new PodInfo(waiting), 'n0');
    expect(cluster.decide(web(spread(zone, 1), '100m', 5)).nodeName).toBe('n1');
    expect(cluster.decide(web(spread(zone, 1), '100m', 9)).feasibleNodes).toBe(2);
  });
});

describe('soft spreading', () => {
  test('evens zones out even if they differ in size', () => {
    const sizes = [1, 5];
    const nodes = sizes.flatMap((size, z) =>
      Array.from({ length: size }, (_, i) =>
        makeNode(`n${z}-${i}`, { labels: { [zone]: `z${z}`, [host]: `n${z}-${i}` } }),
      ),
    );
    const cluster = clusterOf(nodes);
    const names = placed(cluster, 12, spread(zone, 1, 'ScheduleAnyway'));
    expect(countBy(names, (name) => name.slice(0, 2))).toEqual([6, 6]);
  });

  test('puts no second pod on a host before each has one', () => {
    const cluster = clusterOf(nodesIn(3, 9));
    const names = placed(cluster, 18, spread(host, 1, 'ScheduleAnyway'));
    expect(countBy(names.slice(0, 9), (name) => name)).toEqual(new Array(9).fill(1));
    expect(countBy(names, (name) => name)).toEqual(new Array(9).fill(2));
  });

  test('never refuses a pod', () => {
    const cluster = clusterOf(nodesIn(2, 2, '300m'));
    const names = placed(cluster, 7, spread(zone, 1, 'ScheduleAnyway'));
    expect(names.filter((name) => name !== '')).toHaveLength(6);
    const decision = cluster.decide(web(spread(zone, 1, 'ScheduleAnyway')));
    expect(decision.unschedulablePlugins).toEqual(['NodeResourcesFit']);
  });
});

describe('anti-affinity by host', () => {
  test('gives every pod a node of its own until there is none left', () => {
    const cluster = clusterOf(nodesIn(3, 7));
    const names = placed(cluster, 8, { affinity: hostsApart() });
    expect(new Set(names.slice(0, 7)).size).toBe(7);
    expect(names[7]).toBe('');
    const decision = cluster.decide(web({ affinity: hostsApart() }));
    expect(decision.message).toBe(
      "0/7 nodes are available: 7 node(s) didn't match pod anti-affinity rules.",
    );
    expect(decision.unschedulablePlugins).toEqual(['InterPodAffinity']);
  });

  test('of the first binds pods that say nothing themselves', () => {
    const cluster = clusterOf(nodesIn(1, 2));
    const guarded = cluster.place(web({ affinity: hostsApart() })).nodeName;
    const names = placed(cluster, 3, {});
    expect(names).not.toContain(guarded);
    expect(names).not.toContain('');
  });

  test('lets a pod back in when the other is forgotten', () => {
    const cluster = clusterOf(nodesIn(1, 1));
    const first = web({ affinity: hostsApart() });
    expect(cluster.place(first).nodeName).toBe('n0');
    expect(cluster.decide(web({ affinity: hostsApart() })).nodeName).toBe('');
    cluster.cache.forgetPod(new PodInfo(first).uid);
    expect(cluster.decide(web({ affinity: hostsApart() })).nodeName).toBe('n0');
  });
});

describe('affinity by zone', () => {
  const together: Affinity = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: zone, labelSelector }],
    },
  };

  test('keeps a group where its first pod went', () => {
    const cluster = clusterOf(nodesIn(4, 12));
    const names = placed(cluster, 10, { affinity: together });
    expect(countBy(names, zoneOf(4))).toEqual([10]);
  });

  test('makes the group wait when its zone is full, although others are empty', () => {
    const cluster = clusterOf(nodesIn(2, 4, '200m'));
    const names = placed(cluster, 5, { affinity: together });
    expect(names.filter((name) => name !== '')).toHaveLength(4);
    const { message } = cluster.decide(web({ affinity: together }));
    expect(message).toBe(
      "0/4 nodes are available: 2 Insufficient cpu, 2 node(s) didn't match pod affinity rules.",
    );
  });

  test('that is only preferred yields when the zone is full', () => {
    const term = { topologyKey: zone, labelSelector };
    const preferring: Affinity = {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
      },
    };
    const cluster = clusterOf(nodesIn(2, 4, '200m'));
    const names = placed(cluster, 8, { affinity: preferring });
    expect(countBy(names.slice(0, 4), zoneOf(2))).toEqual([4]);
    expect(countBy(names, zoneOf(2))).toEqual([4, 4]);
  });
});
