// What must hold for every decision of the default profile, whatever the cluster.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { quantityMilliValue, quantityValue } from '../../../src/api/quantity.js';
import { CycleNotes } from '../../../src/control-plane/scheduler/framework/cycle-notes.js';
import type { Decision } from '../../../src/control-plane/scheduler/framework/decision.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import type { PluginSet } from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { PreemptionCluster } from './preemption-fixture.js';
import {
  type NodeShape,
  nodeOfShape,
  nodeShapes,
  type PodShape,
  podOfShape,
  podShapes,
} from './random-cluster.js';

/** Decides with all default plugins and places what it can. */
class Placer {
  readonly cluster: PreemptionCluster;
  readonly placed: Pod[] = [];
  readonly framework: Framework;

  constructor(nodes: readonly Node[], arrange: (plugins: PluginSet) => PluginSet = (set) => set) {
    this.cluster = new PreemptionCluster(nodes);
    const { plugins } = this.cluster.framework;
    this.framework = new Framework({
      schedulerName: 'default-scheduler',
      plugins: arrange(plugins),
    });
  }

  decide(pod: Pod, notes?: CycleNotes): Decision {
    const { cache, algorithm } = this.cluster;
    cache.updateSnapshot();
    return algorithm.decide(this.framework, new PodInfo(pod), 1, notes);
  }

  place(pod: Pod, nodeName: string): void {
    if (nodeName === '') return;
    const placed = { ...pod, spec: { ...pod.spec, nodeName } };
    this.cluster.add(placed);
    this.placed.push(placed);
  }

  /** Feasible nodes with their totals, by name; totals are undefined where nothing was scored. */
  scored({ feasibleNodes }: Decision): Record<string, number | undefined> {
    const { cache, algorithm } = this.cluster;
    const entries = [...algorithm.feasible].map((row, i): [string, number | undefined] => [
      cache.snapshot.table.names[row] as string,
      feasibleNodes > 1 ? algorithm.totals[i] : undefined,
    ]);
    return Object.fromEntries(entries);
  }
}

const nodesOf = (shapes: readonly NodeShape[]): Node[] =>
  shapes.map((shape, i) => nodeOfShape(shape, `n${i}`));

const podsOf = (shapes: readonly PodShape[], prefix = 'p'): Pod[] =>
  shapes.map((shape, i) => podOfShape(shape, `${prefix}${i}`));

const runs = { numRuns: 80 };

test('no node is ever over-committed, and no two pods of a node hold the same host port', () => {
  let placed = 0;
  fc.assert(
    fc.property(nodeShapes, podShapes, (nodes, pods) => {
      const placer = new Placer(nodesOf(nodes));
      for (const pod of podsOf(pods)) placer.place(pod, placer.decide(pod).nodeName);
      placed += placer.placed.length;
      for (const node of nodesOf(nodes)) {
        const own = placer.placed.filter(({ spec }) => spec.nodeName === node.metadata.name);
        const sum = (amountOf: (requests: Record<string, string>) => number) =>
          own.reduce((so, { spec }) => so + amountOf(spec.containers[0]!.resources!.requests!), 0);
        const { cpu = '', memory = '', pods: most = '' } = node.status?.allocatable ?? {};
        expect(sum((each) => quantityMilliValue(each['cpu']!))).toBeLessThanOrEqual(
          quantityMilliValue(cpu),
        );
        expect(sum((each) => quantityValue(each['memory']!))).toBeLessThanOrEqual(
          quantityValue(memory),
        );
        expect(own.length).toBeLessThanOrEqual(quantityValue(most));
        const ports = own.flatMap(({ spec }) => spec.containers[0]!.ports ?? []);
        expect(ports.length).toBeLessThanOrEqual(1);
        if (node.spec?.unschedulable === true) expect(own).toEqual([]);
      }
    }),
    runs,
  );
  expect(placed).toBeGreaterThan(100);
});

test('every plugin scores whole points from 0 to 100, and totals add them up', () => {
  const seen = new Map<string, Set<number>>();
  fc.assert(
    fc.property(nodeShapes, podShapes, (nodes, pods) => {
      const placer = new Placer(nodesOf(nodes));
      for (const pod of podsOf(pods)) {
        const notes = new CycleNotes();
        const decision = placer.decide(pod, notes);
        expect(decision.result).not.toBe('error');
        const totals = [...placer.cluster.algorithm.totals];
        for (const { plugin, normalized } of notes.scores) {
          const points = seen.get(plugin) ?? new Set();
          seen.set(plugin, points);
          for (const each of normalized) {
            expect(Number.isInteger(each) && each >= 0 && each <= 100, plugin).toBe(true);
            points.add(each);
          }
        }
        if (notes.scores.length > 0) {
          const sums = totals.map((_, i) =>
            notes.scores.reduce((sum, { weight, normalized }) => sum + weight * normalized[i]!, 0),
          );
          expect(totals).toEqual(sums);
        }
        placer.place(pod, decision.nodeName);
      }
    }),
    runs,
  );
  // The clusters were such that every plugin had to judge.
  const scorers = [...seen].filter(([, points]) => points.size > 1).map(([name]) => name);
  expect(scorers.sort()).toEqual([
    'ImageLocality',
    'InterPodAffinity',
    'NodeAffinity',
    'NodeResourcesBalancedAllocation',
    'NodeResourcesFit',
    'PodTopologySpread',
    'TaintToleration',
  ]);
});

describe('other names of the nodes', () => {
  test('lead to the same decisions, since ties and the rotation go by position', () => {
    fc.assert(
      fc.property(nodeShapes, podShapes, fc.nat(), (nodes, pods, salt) => {
        // Names that sort the other way round, or in between.
        const names = nodes.map((_, i) => `${(i * 7 + salt) % 10}-node-${i}`);
        const one = new Placer(nodesOf(nodes));
        const other = new Placer(nodes.map((shape, i) => nodeOfShape(shape, names[i] as string)));
        const renamed = (name: string) => names[Number(name.slice(1))] ?? '';
        for (const pod of podsOf(pods)) {
          const [first, second] = [one.decide(pod), other.decide(pod)];
          expect(second.nodeName).toBe(first.nodeName === '' ? '' : renamed(first.nodeName));
          expect(second.message).toBe(first.message);
          expect(second.unschedulablePlugins).toEqual(first.unschedulablePlugins);
          const scores = Object.entries(one.scored(first));
          expect(other.scored(second)).toEqual(
            Object.fromEntries(scores.map(([name, total]) => [renamed(name), total])),
          );
          one.place(pod, first.nodeName);
          other.place(pod, second.nodeName);
        }
      }),
      runs,
    );
  });
});

/** A permutation of a list, drawn as numbers to sort by. */
function shuffled<T>(list: readonly T[], keys: readonly number[]): T[] {
  return list
    .map((item, i) => ({ item, key: keys[i % keys.length] as number, i }))
    .sort((a, b) => a.key - b.key || a.i - b.i)
    .map(({ item }) => item);
}

const keys = fc.array(fc.nat({ max: 1000 }), { minLength: 16, maxLength: 16 });

/** Two placers go the way of the first; their feasible nodes and totals agree at every step. */
function expectSameScores(one: Placer, other: Placer, pods: readonly Pod[]): void {
  for (const pod of pods) {
    const [first, second] = [one.decide(pod), other.decide(pod)];
    const totals = one.scored(first);
    expect(other.scored(second)).toEqual(totals);
    expect(second.result).toBe(first.result);
    if (first.feasibleNodes > 1) {
      const best = Math.max(...Object.values(totals).map(Number));
      expect([totals[first.nodeName], totals[second.nodeName]]).toEqual([best, best]);
    }
    one.place(pod, first.nodeName);
    other.place(pod, first.nodeName);
  }
}

test('nodes that come in another order are as good, and one of the best is taken', () => {
  fc.assert(
    fc.property(nodeShapes, podShapes, keys, (shapes, pods, order) => {
      const nodes = nodesOf(shapes);
      expectSameScores(new Placer(nodes), new Placer(shuffled(nodes, order)), podsOf(pods));
    }),
    runs,
  );
});

test('filters in another order let the same nodes through', () => {
  let blamedOthers = 0;
  fc.assert(
    fc.property(nodeShapes, podShapes, keys, (shapes, pods, order) => {
      const nodes = nodesOf(shapes);
      const arrange = (set: PluginSet): PluginSet => ({
        ...set,
        filter: shuffled(set.filter, order),
        preFilter: shuffled(set.preFilter, order.toReversed()),
      });
      const [one, other] = [new Placer(nodes), new Placer(nodes, arrange)];
      expectSameScores(one, other, podsOf(pods));
      for (const pod of podsOf(pods, 'q')) {
        const blamed = [one, other].map((each) => each.decide(pod).unschedulablePlugins.join());
        if (blamed[0] !== blamed[1]) blamedOthers++;
      }
    }),
    runs,
  );
  // Only who is blamed depends on the order.
  expect(blamedOthers).toBeGreaterThan(0);
});
