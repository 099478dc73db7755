// Counts that are kept from snapshot to snapshot are those of a walk over all pods: random storms
// of nodes and pods that come, change and go, with questions in between, against the naive plugins.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Affinity, PodAffinityTerm } from '../../../../src/api/affinity.js';
import type { LabelSelector } from '../../../../src/api/label-selector.js';
import type { Node, Taint } from '../../../../src/api/node.js';
import type { Labels } from '../../../../src/api/object-meta.js';
import type { Pod } from '../../../../src/api/pod.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { InterPodAffinity } from '../../../../src/control-plane/scheduler/plugins/inter-pod-affinity/inter-pod-affinity.js';
import { PodTopologySpread } from '../../../../src/control-plane/scheduler/plugins/pod-topology-spread/pod-topology-spread.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  affinityFeasible,
  affinityScores,
  type NaiveCluster,
  softCounts,
  spreadFeasible,
} from '../naive-placement.js';
import { makeNamespace, PlacementFixture } from '../placement-fixture.js';

const hardWeight = 3;
const namespaces = new Map<string, Labels>([
  ['default', { team: 'x' }],
  ['other', {}],
]);

const nodeName = fc.constantFrom('n0', 'n1', 'n2', 'n3', 'n4', 'n5');
const podName = fc.integer({ min: 0, max: 14 }).map((index) => `p${index}`);
const namespace = fc.constantFrom('default', 'default', 'other');
const key = fc.constantFrom('zone', 'host', 'rack');
const nodeLabels: fc.Arbitrary<Labels> = fc.record(
  {
    zone: fc.constantFrom('a', 'b', ''),
    host: fc.constantFrom('h0', 'h1', 'h2'),
    rack: fc.constant('r'),
  },
  { requiredKeys: [] },
);
const taints: fc.Arbitrary<Taint[]> = fc.constantFrom([], [], [{ key: 'k', effect: 'NoSchedule' }]);
const labels: fc.Arbitrary<Labels> = fc.record(
  { app: fc.constantFrom('web', 'db'), tier: fc.constantFrom('front', 'back') },
  { requiredKeys: [] },
);
const selector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector>(
  { matchLabels: { app: 'web' } },
  { matchLabels: { app: 'db', tier: 'back' } },
  { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] },
  { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }] },
  { matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
);
const term: fc.Arbitrary<PodAffinityTerm> = fc.record(
  {
    topologyKey: key,
    labelSelector: selector,
    namespaces: fc.constantFrom(['other'], []),
    namespaceSelector: fc.constantFrom<LabelSelector>(
      {},
      { matchLabels: { team: 'x' } },
      { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
    ),
  },
  { requiredKeys: ['topologyKey'] },
);
const someTerms = fc.array(term, { maxLength: 2 });
const someWeighted = fc.array(
  fc.record({ weight: fc.integer({ min: 1, max: 9 }), podAffinityTerm: term }),
  { maxLength: 2 },
);
const kindOfAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: someTerms,
    preferredDuringSchedulingIgnoredDuringExecution: someWeighted,
  },
  { requiredKeys: [] },
);
const affinity: fc.Arbitrary<Affinity> = fc.record(
  { podAffinity: kindOfAffinity, podAntiAffinity: kindOfAffinity },
  { requiredKeys: [] },
);
const constraints = fc.array(
  fc.record(
    {
      topologyKey: key,
      maxSkew: fc.integer({ min: 1, max: 2 }),
      whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
      labelSelector: selector,
      minDomains: fc.integer({ min: 1, max: 3 }),
      nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
      nodeTaintsPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
    },
    { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable', 'labelSelector'] },
  ),
  { maxLength: 3 },
);
const nodeSelector = fc.constantFrom<Labels | undefined>(undefined, undefined, { zone: 'a' });
const pod = fc
  .record({ namespace, labels, affinity, constraints, nodeSelector })
  .map(
    ({
      namespace: own,
      labels: given,
      affinity: wanted,
      constraints: spread,
      nodeSelector: on,
    }) => {
      const made = makePod('incoming', {
        labels: given,
        spec: {
          affinity: wanted,
          topologySpreadConstraints: spread,
          ...(on && { nodeSelector: on }),
        },
      });
      return { ...made, metadata: { ...made.metadata, namespace: own } };
    },
  );

type Step =
  | {
      readonly op: 'node';
      readonly name: string;
      readonly labels: Labels;
      readonly taints: Taint[];
    }
  | { readonly op: 'removeNode'; readonly name: string }
  | {
      readonly op: 'pod' | 'assume';
      readonly name: string;
      readonly node: string;
      readonly pod: Pod;
    }
  | { readonly op: 'terminate' | 'removePod'; readonly name: string }
  | { readonly op: 'ask'; readonly pod: Pod };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant('node' as const), name: nodeName, labels: nodeLabels, taints }),
  fc.record({ op: fc.constant('removeNode' as const), name: nodeName }),
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constantFrom('pod' as const, 'assume' as const),
      name: podName,
      node: nodeName,
      pod,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('terminate' as const, 'removePod' as const),
      name: podName,
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('ask' as const), pod }) },
);

/** Long ones, because numbers and places are used again only after something has gone. */
function storms(maxLength: number): fc.Arbitrary<Step[]> {
  return fc.array(step, { maxLength, size: 'max' });
}

/** The cache under test and what it should know. */
class Storm {
  readonly fixture = new PlacementFixture();
  readonly #nodes = new Map<string, Node>();
  readonly #pods = new Map<string, Pod>();
  readonly spread = new PodTopologySpread(
    { defaultingType: 'System', defaultConstraints: [] },
    this.fixture.listers,
  );
  readonly affinity = new InterPodAffinity(
    { hardPodAffinityWeight: hardWeight, ignorePreferredTermsOfExistingPods: false },
    this.fixture.listers,
  );

  constructor() {
    this.fixture.listers.all = [...namespaces].map(([name, given]) => makeNamespace(name, given));
    for (const name of ['n0', 'n1', 'n2', 'n3']) {
      this.apply({
        op: 'node',
        name,
        labels: { zone: name < 'n2' ? 'a' : 'b', host: name },
        taints: [],
      });
    }
  }

  get cluster(): NaiveCluster {
    const pods = new Map<string, Pod[]>();
    for (const each of this.#pods.values()) {
      const name = each.spec.nodeName ?? '';
      pods.set(name, [...(pods.get(name) ?? []), each]);
    }
    return { nodes: [...this.#nodes.values()], pods, namespaces };
  }

  apply(change: Step): void {
    const { cache } = this.fixture;
    if (change.op === 'node') {
      const { name, labels: given, taints: repelling } = change;
      const node = makeNode(name, { labels: given, spec: { taints: repelling } });
      this.#nodes.set(name, node);
      cache.addNode(node);
    } else if (change.op === 'removeNode') {
      this.#nodes.delete(change.name);
      cache.removeNode(change.name);
    } else if (change.op === 'pod' || change.op === 'assume') {
      this.#put(change.op, change.name, change.node, change.pod);
    } else if (change.op === 'removePod') {
      this.#pods.delete(change.name);
      cache.removePod(change.name);
    } else if (change.op === 'terminate') {
      const known = this.#pods.get(change.name);
      if (known === undefined) return;
      const metadata = { ...known.metadata, deletionTimestamp: 1 };
      this.#put('pod', change.name, known.spec.nodeName ?? '', { ...known, metadata });
    }
  }

  #put(op: 'pod' | 'assume', name: string, nodeName: string, from: Pod): void {
    if (op === 'assume' && this.#pods.has(name)) return;
    const metadata = { ...from.metadata, name, uid: name };
    const placed = { ...from, metadata, spec: { ...from.spec, nodeName } };
    this.#pods.set(name, placed);
    if (op === 'assume') this.fixture.cache.assumePod(new PodInfo(placed));
    else this.fixture.cache.addPod(new PodInfo(placed));
  }

  /** Answers of the plugins, as sorted names and as scores by name. */
  answers(asking: Pod) {
    const { fixture, spread, affinity: together } = this;
    const scores = fixture.scores(together, asking);
    const names = fixture.cache.snapshot.names();
    return {
      spread: fixture.feasible(spread, asking).sort(byText),
      affinity: fixture.feasible(together, asking).sort(byText),
      scores: Object.fromEntries(names.map((name, i) => [name, scores?.raw[i] ?? 0])),
    };
  }

  expected(asking: Pod): ReturnType<Storm['answers']> {
    const { cluster } = this;
    return {
      spread: spreadFeasible(cluster, asking).sort(byText),
      affinity: affinityFeasible(cluster, asking).sort(byText),
      scores: affinityScores(cluster, asking, hardWeight),
    };
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('counts that are kept', () => {
  test('are those of a walk over all pods, after any storm', () => {
    fc.assert(
      fc.property(storms(80), pod, (steps, last) => {
        const storm = new Storm();
        for (const each of [...steps, { op: 'ask', pod: last } as const]) {
          storm.apply(each);
          if (each.op === 'ask') expect(storm.answers(each.pod)).toEqual(storm.expected(each.pod));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a pod on trial counts as if it were there, one taken away as if it were gone', () => {
    const trial = fc.record({ name: podName, node: fc.constantFrom('n0', 'n1', 'n2', 'n3'), pod });
    fc.assert(
      fc.property(storms(40), trial, pod, (steps, { node, ...added }, asking) => {
        const storm = new Storm();
        for (const each of steps) if (each.op !== 'removeNode') storm.apply(each);
        const { fixture, spread, affinity: together } = storm;
        const other = {
          ...added.pod,
          metadata: { ...added.pod.metadata, uid: 'trial', name: 'trial' },
        };
        // A plugin that skips the pod is not asked again in that cycle.
        const judged = [spread, together].filter(
          (plugin) => fixture.judge(plugin, asking) !== undefined,
        );
        const tried = judged.map((plugin) =>
          fixture.feasible(plugin, asking, [['add', other, node]]).sort(byText),
        );
        storm.apply({ op: 'pod', name: 'trial', node, pod: other });
        const placed = judged.map((plugin) => fixture.feasible(plugin, asking).sort(byText));
        expect(tried).toEqual(placed);
        const there = judged.filter((plugin) => fixture.judge(plugin, asking) !== undefined);
        const without = there.map((plugin) =>
          fixture.feasible(plugin, asking, [['remove', other, node]]).sort(byText),
        );
        storm.apply({ op: 'removePod', name: 'trial' });
        expect(without).toEqual(
          there.map((plugin) => fixture.feasible(plugin, asking).sort(byText)),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('soft scores rise with the pods of the zone', () => {
    fc.assert(
      fc.property(storms(40), selector, (steps, labelSelector) => {
        const storm = new Storm();
        for (const each of steps) storm.apply(each);
        const constraint = {
          topologyKey: 'zone',
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway' as const,
          labelSelector,
        };
        const asking = makePod('asking', { spec: { topologySpreadConstraints: [constraint] } });
        const counts = softCounts(storm.cluster, asking, constraint);
        const scores = storm.fixture.scores(storm.spread, asking);
        const names = storm.fixture.cache.snapshot.names();
        const nodes = new Map(storm.cluster.nodes.map((node) => [node.metadata.name, node]));
        names.forEach((name, index) => {
          const value = nodes.get(name)?.metadata.labels?.['zone'];
          const count = value === undefined ? 0 : (counts.get(value) ?? 0);
          expect(scores?.raw[index]).toBe(Math.round(count * Math.log(counts.size + 2)));
        });
      }),
      { numRuns: 100 },
    );
  });
});
