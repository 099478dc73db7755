// Which node Karpenter consolidates next, without a cluster around it.

import { describe, expect, test, vi } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import type { Informer } from '../../../src/client/informer.js';
import { FilterSimulation } from '../../../src/cluster/filter-simulation.js';
import {
  type DisruptionView,
  findCommand,
  validated,
} from '../../../src/control-plane/autoscaling/karpenter/disruption.js';
import type {
  KarpenterNodePool,
  Offering,
} from '../../../src/control-plane/autoscaling/karpenter/karpenter-settings.js';
import {
  NodeClaims,
  newClaim,
} from '../../../src/control-plane/autoscaling/karpenter/node-claims.js';
import { NodePlan } from '../../../src/control-plane/autoscaling/karpenter/node-plan.js';
import { defaultSchedulerConfiguration } from '../../../src/scenario/scheduler-config.js';

const secondUs = 1_000_000;

function nodeOf(name: string, cpu: number): Node {
  const amounts = { cpu: String(cpu), memory: '32Gi', pods: '10' };
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'a' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

const offering = (instanceType: string, cpu: number, pricePerHour?: number): Offering => ({
  pool: `k/${instanceType}`,
  instanceType,
  template: nodeOf('', cpu),
  maxPods: 10,
  zones: ['a'],
  pricePerHour,
});

const [small, large, free] = [offering('s', 2, 1), offering('l', 8, 4), offering('f', 8)];

/** Nodes of one NodePool, and what is on them. */
class Cluster {
  readonly simulation = new FilterSimulation(defaultSchedulerConfiguration());
  readonly claims = new NodeClaims(undefined);
  readonly nodes = new Map<string, Node>();
  readonly leaving = new Set<string>();
  readonly touchedUs = new Map<string, number>();
  readonly kept = new Set<string>();
  readonly pool: KarpenterNodePool;

  constructor(more: Partial<KarpenterNodePool> = {}) {
    this.pool = {
      name: 'k',
      weight: 0,
      offerings: [small, large, free],
      limitCpuMilli: Number.POSITIVE_INFINITY,
      limitMemoryBytes: Number.POSITIVE_INFINITY,
      consolidationPolicy: 'WhenEmptyOrUnderutilized',
      consolidateAfterUs: 0,
      expireAfterUs: Number.POSITIVE_INFINITY,
      budgetShare: 1,
      ...more,
    };
  }

  node(name: string, type: Offering, annotations = {}): this {
    const cpu = Number(type.template.status?.capacity?.['cpu']);
    const { metadata, ...rest } = nodeOf(name, cpu);
    const node = { ...rest, metadata: { ...metadata, annotations } };
    this.nodes.set(name, node);
    this.simulation.setNode(node);
    const claim = newClaim({ nodePool: this.pool, offering: type, zone: 'a', pods: [] }, 0);
    this.claims.create(claim);
    this.claims.launched(claim, { nodeName: name, id: `i-${name}` });
    this.claims.nodeChanged(node, 0);
    return this;
  }

  pod(name: string, nodeName: string, cpu: string, annotations = {}): this {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r' };
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...{ name, namespace: 'default', uid: name, annotations },
        ownerReferences: [{ ...owner, controller: true }],
      },
      spec: { nodeName, containers: [{ name: 'c', resources: { requests: { cpu } } }] },
    };
    this.simulation.setPod(pod);
    return this;
  }

  get view(): DisruptionView {
    const { claims, leaving, simulation: scheduling, pool } = this;
    return {
      claims,
      scheduling,
      leaving,
      nodes: {
        store: this.nodes,
        get: (name: string) => this.nodes.get(name),
      } as unknown as Informer<Node>,
      budgets: { store: new Map() } as unknown as DisruptionView['budgets'],
      lastPodEventUs: this.touchedUs,
      isKept: ({ metadata }) => this.kept.has(metadata.name),
      mostPods: 10,
      planCheaper: (pods, price) =>
        new NodePlan(
          scheduling,
          [],
          [pool],
          ({ pricePerHour = price }) => pricePerHour < price,
        ).make(pods),
    };
  }

  /** What is found now: nodes, reason, and the type of what replaces it. */
  find(now = 100 * secondUs): string {
    const found = findCommand(this.view, now);
    if (found === undefined) return 'nothing';
    const { candidates, reason, replacement } = found;
    const type = replacement === undefined ? '' : ` by ${replacement.offering.instanceType}`;
    return `${candidates.map(({ claim }) => claim.nodeName).join(', ')} ${reason}${type}`;
  }
}

describe('consolidation', () => {
  test('takes an empty node before one whose pods would fit elsewhere', () => {
    const cluster = new Cluster().node('a', small).node('b', small).node('c', large);
    cluster.pod('p', 'a', '1').pod('q', 'c', '7');
    expect(cluster.find()).toBe('b empty');
    cluster.pod('r', 'b', '500m');
    expect(cluster.find()).toBe('a underutilized');
  });

  test('leaves a node alone whose pods have no other place', () => {
    const cluster = new Cluster().node('a', small).pod('p', 'a', '1500m');
    expect(cluster.find()).toBe('nothing');
  });

  test('replaces a node by a cheaper one on which its pods fit', () => {
    const cluster = new Cluster().node('a', large).pod('p', 'a', '1500m');
    expect(cluster.find()).toBe('a underutilized by s');
  });

  test('looks no further than one node can help', () => {
    const checksOf = (type: Offering): number => {
      const cluster = new Cluster().node('a', type).node('b', small).pod('q', 'b', '2');
      for (let index = 0; index < 30; index++) cluster.pod(`p${index}`, 'a', '200m');
      cluster.kept.add('q');
      expect(cluster.find()).toBe('nothing');
      return cluster.simulation.checks;
    };
    expect(checksOf(free)).toBe(1);
    expect(checksOf(large)).toBe(11);
  });

  test('works the budget of a NodePool out once a round', () => {
    const cluster = new Cluster();
    for (let index = 0; index < 10; index++)
      cluster.node(`n${index}`, free).pod(`p${index}`, `n${index}`, '7');
    const ofPool = vi.spyOn(cluster.claims, 'ofPool');
    expect(cluster.find()).toBe('nothing');
    // for the empty ones none; for several, and for a single one
    expect(ofPool).toHaveBeenCalledTimes(2);
  });

  test('counts what fits on other nodes first', () => {
    const cluster = new Cluster().node('a', large).node('b', small);
    cluster.pod('p', 'a', '1500m').pod('q', 'a', '1500m').pod('r', 'b', '100m');
    cluster.kept.add('r');
    expect(cluster.find()).toBe('a underutilized by s');
  });

  test('does not replace one node by two, nor by one of the same price or of none', () => {
    const two = new Cluster().node('a', large).pod('p', 'a', '1500m').pod('q', 'a', '1500m');
    expect(two.find()).toBe('nothing');
    const full = new Cluster().node('a', large).pod('p', 'a', '7');
    expect(full.find()).toBe('nothing');
    const unpriced = new Cluster().node('a', free).pod('p', 'a', '1');
    expect(unpriced.find()).toBe('nothing');
  });

  test('leaves nothing counted behind', () => {
    const cluster = new Cluster().node('a', large).node('b', small);
    cluster.pod('p', 'a', '1500m').pod('q', 'a', '1500m').pod('r', 'b', '100m');
    cluster.kept.add('r');
    const first = cluster.find();
    expect([cluster.find(), cluster.find()]).toEqual([first, first]);
    expect(cluster.simulation.sharesOf('b').cpu).toBeCloseTo(0.05);
  });

  test('takes empty nodes only where the policy says so', () => {
    const cluster = new Cluster({ consolidationPolicy: 'WhenEmpty' });
    cluster.node('a', large).pod('p', 'a', '1');
    expect(cluster.find()).toBe('nothing');
    cluster.node('b', small);
    expect(cluster.find()).toBe('b empty');
  });

  test('waits until a node has been quiet for long enough', () => {
    const cluster = new Cluster({ consolidateAfterUs: 30 * secondUs }).node('a', small);
    cluster.touchedUs.set('a', 80 * secondUs);
    expect(cluster.find(109 * secondUs)).toBe('nothing');
    expect(cluster.find(110 * secondUs)).toBe('a empty');
  });

  test('heeds marks not to disturb, on nodes and on pods, and pods that are kept', () => {
    const mark = { 'karpenter.sh/do-not-disrupt': 'true' };
    expect(new Cluster().node('a', small, mark).find()).toBe('nothing');
    const marked = new Cluster().node('a', large).pod('p', 'a', '1', mark);
    expect(marked.find()).toBe('nothing');
    const kept = new Cluster().node('a', large).pod('p', 'a', '1');
    kept.kept.add('p');
    expect(kept.find()).toBe('nothing');
  });

  test('takes no more than the budget allows at a time, rounded up', () => {
    const cluster = new Cluster({ budgetShare: 0.1 }).node('a', small).node('b', small);
    expect(cluster.find()).toBe('a empty');
    cluster.leaving.add('a');
    expect(cluster.find()).toBe('nothing');
  });

  test('takes all empty nodes at once, as far as the budget goes', () => {
    const three = (budgetShare: number): Cluster =>
      new Cluster({ budgetShare }).node('a', small).node('b', small).node('c', small);
    expect(three(1).find()).toBe('a, b, c empty');
    expect(three(0.5).find()).toBe('a, b empty');
  });

  test('is given up when what was found does not hold any more', () => {
    const cluster = new Cluster().node('a', small);
    const { view } = cluster;
    const found = findCommand(view, secondUs);
    expect(found?.reason).toBe('empty');
    if (found === undefined) return;
    expect(validated(view, found, 2 * secondUs)?.candidates).toHaveLength(1);
    cluster.pod('p', 'a', '1');
    expect(validated(cluster.view, found, 3 * secondUs)).toBeUndefined();
  });
});

describe('several nodes', () => {
  /** So many large nodes, each with a pod of one CPU. */
  function underused(count: number, more: Partial<KarpenterNodePool> = {}): Cluster {
    const cluster = new Cluster(more);
    for (let index = 0; index < count; index++)
      cluster.node(`n${index}`, large).pod(`p${index}`, `n${index}`, '900m');
    return cluster;
  }

  test('are replaced by one that costs less than all of them', () => {
    expect(underused(2).find()).toBe('n0, n1 underutilized by s');
  });

  test('go together when the others have room for their pods', () => {
    expect(underused(6).find()).toBe('n0, n1, n2, n3, n4 underutilized');
  });

  test('go as far as the budget allows', () => {
    expect(underused(6, { budgetShare: 0.4 }).find()).toBe('n0, n1, n2 underutilized');
  });

  test('are not replaced by one of a type that they have: the others go instead', () => {
    const cluster = underused(2, { offerings: [large] });
    expect(cluster.find()).toBe('n0 underutilized');
  });

  test('do not go when one of them has a pod that is kept: the rest may', () => {
    const cluster = underused(3);
    cluster.kept.add('p0');
    expect(cluster.find()).toBe('n1, n2 underutilized');
  });

  test('stay when a pod has come that has no place any more', () => {
    const cluster = underused(3);
    const found = findCommand(cluster.view, secondUs);
    expect(found?.candidates).toHaveLength(2);
    if (found === undefined) return;
    expect(validated(cluster.view, found, 2 * secondUs)?.replacement).toBeUndefined();
    cluster.pod('more', 'n1', '7');
    expect(validated(cluster.view, found, 3 * secondUs)).toBeUndefined();
  });
});
