/**
 * Karpenter, from text to what the assembly builds, and what is wrong with it.
 */

import { didYouMean } from '../api/did-you-mean.js';
import { quantityMilliValue, quantityValue } from '../api/quantity.js';
import type { KarpenterSpec, NodePoolSpec } from '../cluster/cluster-spec.js';
import { karpenterConstants as constants } from '../control-plane/autoscaling/karpenter/constants.js';
import type {
  KarpenterNodePool,
  Offering,
} from '../control-plane/autoscaling/karpenter/karpenter-settings.js';
import { instanceTypesOf, poolPartsOf, timeOf } from './cloud-of.js';
import { leaderElectionOf } from './elected-of.js';
import { nodePoolOf } from './node-pools.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import type { KarpenterText } from './schema-autoscaler.js';
import type { InstanceTypeText } from './schema-cloud.js';

type PoolText = KarpenterText['nodePools'][number];

const defaultZones = ['zone-a'];

/** An offering of a pool, and how its nodes are made. */
interface MadeOffering {
  readonly offering: Offering;
  readonly pool: NodePoolSpec;
}

export function karpenterOf(
  text: KarpenterText,
  spec: ScenarioSpec,
  hosts: readonly string[],
): KarpenterSpec {
  const made = text.nodePools.map((pool) => ({ pool, offerings: offeringsOf(pool, spec) }));
  const pools = made.map(({ pool, offerings }) =>
    nodePoolFrom(
      pool,
      offerings.map(({ offering }) => offering),
    ),
  );
  return {
    kind: 'karpenter',
    hosts: hosts.slice(0, text.replicas ?? 1),
    leaderElection: leaderElectionOf(text.leaderElection),
    client: {
      qps: text.kubeAPIQPS ?? constants.kubeApiQps,
      burst: text.kubeAPIBurst ?? constants.kubeApiBurst,
    },
    groups: [],
    pools: made.flatMap(({ offerings }) => offerings.map(({ pool }) => pool)),
    settings: {
      nodePools: pools.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1)),
      batchIdleDurationUs: timeOf(text.batchIdleDuration, constants.batchIdleDurationUs),
      batchMaxDurationUs: timeOf(text.batchMaxDuration, constants.batchMaxDurationUs),
    },
  };
}

function nodePoolFrom(
  { name, weight, limits, disruption = {}, expireAfter }: PoolText,
  offerings: readonly Offering[],
): KarpenterNodePool {
  const { consolidateAfter, consolidationPolicy, budget } = disruption;
  const none = Number.POSITIVE_INFINITY;
  return {
    name,
    weight: weight ?? 0,
    offerings,
    limitCpuMilli: limits?.cpu === undefined ? none : quantityMilliValue(String(limits.cpu)),
    limitMemoryBytes: limits?.memory === undefined ? none : quantityValue(String(limits.memory)),
    expireAfterUs: expireAfter === 'Never' ? none : timeOf(expireAfter, constants.expireAfterUs),
    consolidationPolicy: consolidationPolicy ?? 'WhenEmptyOrUnderutilized',
    consolidateAfterUs:
      consolidateAfter === 'Never' ? none : timeOf(consolidateAfter, constants.consolidateAfterUs),
    budgetShare: budget === undefined ? constants.disruptionBudgetShare : shareOf(budget),
  };
}

function shareOf(percent: string): number {
  return Number(percent.slice(0, -1)) / 100;
}

function offeringsOf(pool: PoolText, spec: ScenarioSpec): readonly MadeOffering[] {
  return instanceTypesOf(spec)
    .filter(({ name }) => pool.instanceTypes?.includes(name) !== false)
    .map((type) => offeringOf(pool, type, spec))
    .filter(({ offering }) => offering.zones.length > 0);
}

function offeringOf(pool: PoolText, type: InstanceTypeText, spec: ScenarioSpec): MadeOffering {
  const { name, region = 'region-1', labels = {}, taints = [] } = pool;
  const parts = poolPartsOf(type);
  const offered = type.zones ?? pool.zones ?? defaultZones;
  const zones = offered.filter((zone) => pool.zones?.includes(zone) !== false);
  const made = nodePoolOf(
    {
      name,
      count: 0,
      ...parts,
      instanceType: type.name,
      region,
      labels: { ...labels, 'karpenter.sh/nodepool': name },
      taints,
    },
    spec.kubeProxy,
  );
  const id = `${name}/${type.name}`;
  const offering = {
    pool: id,
    instanceType: type.name,
    template: made.template,
    maxPods: parts.pods ?? 110,
    zones,
    pricePerHour: type.pricePerHour,
  };
  return { offering, pool: { ...made, name: id, zones: [] } };
}

/** Names that are there twice, types that are not there, pools that can have no node. */
export function karpenterProblems(
  { nodePools }: KarpenterText,
  spec: ScenarioSpec,
): readonly SpecProblem[] {
  const known = instanceTypesOf(spec).map(({ name }) => name);
  const taken = (spec.nodePools ?? []).map(({ name }) => name);
  const names = nodePools.map(({ name }) => name);
  const problems: SpecProblem[] = [];
  for (const [index, pool] of nodePools.entries()) {
    const steps = ['autoscaler', 'nodePools', index];
    if (names.indexOf(pool.name) !== index || taken.includes(pool.name)) {
      const message = `a node pool named "${pool.name}" is there already`;
      problems.push({ steps: [...steps, 'name'], message });
    }
    for (const [place, type] of (pool.instanceTypes ?? []).entries()) {
      if (known.includes(type) || typeof spec.cloud?.instanceTypes === 'string') continue;
      const near = didYouMean(type, known);
      const message = `the catalogue has no instance type "${type}"`;
      const suggestion = near === undefined ? {} : { suggestion: near };
      problems.push({ steps: [...steps, 'instanceTypes', place], message, ...suggestion });
    }
    if (spec.cloud !== undefined && offeringsOf(pool, spec).length === 0) {
      const message = `no instance type of the catalogue is to be had for "${pool.name}"`;
      const expected = 'types and zones that the catalogue of spec.cloud has';
      problems.push({ steps, message, expected });
    }
  }
  return problems;
}
