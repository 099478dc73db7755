// Decisions of a scheduler that remembers scores and verdicts by row, against those of one that has
// never decided anything.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { frameworksFor } from '../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../../../src/control-plane/scheduler/configuration/read-configuration.js';
import type { SchedulerConfiguration } from '../../../src/control-plane/scheduler/configuration/scheduler-configuration.js';
import type { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { inertHandle } from '../../../src/control-plane/scheduler/inert-handle.js';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { DecisionCluster, makeNode, makePod } from './cluster-fixture.js';

/** A cluster under the default profile. */
class DefaultCluster extends DecisionCluster {
  readonly #framework: Framework;

  constructor(nodes: readonly Node[], pods: readonly Pod[] = []) {
    super(nodes, pods);
    const { configuration } = readConfiguration(null, registry.keys());
    const handle = inertHandle(this.cache);
    const all = frameworksFor(configuration as SchedulerConfiguration, registry, handle);
    this.#framework = all[0] as Framework;
  }

  /** What came out: the node, the total of every feasible node, the refusal of every other. */
  outcome(pod: Pod) {
    const { table } = this.cache.updateSnapshot();
    const { algorithm } = this;
    algorithm.nextStartNodeIndex = 0;
    const { nodeName, message } = algorithm.decide(this.#framework, new PodInfo(pod));
    const { statuses, totals } = algorithm;
    const refused = [...statuses.rows.subarray(0, statuses.count)].map((row) => [
      table.names[row],
      statuses.pluginOf(row),
      statuses.get(row),
    ]);
    const feasible = [...algorithm.feasible].map((row) => table.names[row]);
    // A node that is the only one is not scored.
    const scores = feasible.length > 1 ? [...totals] : [];
    return { nodeName, message, refused, feasible, scores };
  }
}

/** Not the zone, which decides about the order in which nodes are examined. */
const key = 'example.com/rack';
const inZone = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['1'] }] }],
  },
} as const;
const spread = {
  topologyKey: key,
  whenUnsatisfiable: 'DoNotSchedule',
  maxSkew: 1,
  labelSelector: { matchLabels: { app: 'web' } },
} as const;
const tolerations = [{ key: 'dedicated', operator: 'Exists' }] as const;
const requests = [{ cpu: '100m' }, { cpu: '1', memory: '1Gi' }, { memory: '2Gi' }] as const;
const specs = [
  {},
  { affinity: { nodeAffinity: inZone } },
  { topologySpreadConstraints: [spread] },
  { tolerations },
] as const;

function podOf(index: number, how: number): Pod {
  return makePod(`p${index}`, {
    labels: { app: 'web' },
    requests: requests[how % 3] as Record<string, string>,
    spec: specs[how % 4] as object,
  });
}

function nodeOf(index: number, how: number): Node {
  const taint = { key: 'dedicated', effect: 'NoSchedule' } as const;
  return makeNode(`n${index}`, {
    labels: { [key]: `${how % 2}` },
    allocatable: { cpu: `${(how % 3) + 1}`, pods: '4' },
    spec: { ...(how === 7 && { taints: [taint] }), ...(how === 8 && { unschedulable: true }) },
  });
}

/** What may happen to a cluster between two pods. */
type Step = readonly [action: 'place' | 'remove' | 'change', which: number, how: number];

const step = fc.tuple(
  fc.constantFrom('place' as const, 'place' as const, 'remove' as const, 'change' as const),
  fc.nat(7),
  fc.nat(11),
);

/** All steps; what each `place` came to with a memory and without. */
function play(steps: readonly Step[]) {
  const nodes = Array.from({ length: 8 }, (_, index) => nodeOf(index, index % 3));
  const warm = new DefaultCluster(nodes);
  const placed: string[] = [];
  const pairs: unknown[][] = [];
  for (const [index, [action, which, how]] of steps.entries()) {
    if (action === 'remove') {
      const [uid] = placed.splice(which % Math.max(placed.length, 1), 1);
      if (uid !== undefined) warm.cache.removePod(uid);
    } else if (action === 'change') {
      nodes[which] = nodeOf(which, how);
      warm.cache.addNode(nodes[which]);
    } else {
      const pod = podOf(index, how);
      const { table } = warm.cache.updateSnapshot();
      const pods = nodes.flatMap(({ metadata: { name } }) =>
        table.pods[warm.cache.snapshot.rowOf(name) as number]?.map((info) => info.pod),
      );
      const cold = new DefaultCluster(nodes, pods as Pod[]);
      const outcome = warm.outcome(pod);
      pairs.push([outcome, cold.outcome(pod)]);
      if (outcome.nodeName === '') continue;
      warm.cache.assumePod(new PodInfo(pod).on(outcome.nodeName));
      placed.push(`uid-p${index}`);
    }
  }
  return pairs;
}

describe('decisions', () => {
  test('do not depend on what was remembered', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const [warm, cold] of play(steps)) expect(warm).toEqual(cold);
      }),
    );
  });

  test('of pods that differ in what they tolerate have each its own refusals', () => {
    const place = (how: number): Step => ['place', 0, how];
    const steps: Step[] = [['change', 0, 7], ['change', 1, 8], place(3), place(0), place(3)];
    const filler = Array.from({ length: 30 }, () => place(0));
    for (const [warm, cold] of play([...steps, ...filler, place(3), place(0)])) {
      expect(warm).toEqual(cold);
    }
  });
});
