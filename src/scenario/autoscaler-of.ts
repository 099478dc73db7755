/**
 * From the text of an autoscaler to what the assembly builds, and what is wrong with it.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type {
  AutoscalerSpec,
  ClusterAutoscalerSpec,
  NodePoolSpec,
} from '../cluster/cluster-spec.js';
import { clusterAutoscalerConstants as constants } from '../control-plane/autoscaling/cluster-autoscaler/constants.js';
import { instanceTypesOf, timeOf } from './cloud-of.js';
import { leaderElectionOf } from './elected-of.js';
import { karpenterOf, karpenterProblems } from './karpenter-of.js';
import type { SpecProblem } from './scenario-problems.js';
import type { NodePoolText, ScenarioSpec } from './schema.js';
import type { AutoscalerText, ClusterAutoscalerText } from './schema-autoscaler.js';

/** The autoscaler with its defaults; `hosts` and `pools` are those of the cluster. */
export function autoscalerOf(
  text: AutoscalerText,
  spec: ScenarioSpec,
  hosts: readonly string[],
  pools: readonly NodePoolSpec[],
): AutoscalerSpec {
  return text.kind === 'karpenter'
    ? karpenterOf(text, spec, hosts)
    : clusterAutoscalerOf(text, spec, hosts, pools);
}

function clusterAutoscalerOf(
  text: ClusterAutoscalerText,
  spec: ScenarioSpec,
  hosts: readonly string[],
  pools: readonly NodePoolSpec[],
): ClusterAutoscalerSpec {
  const scanIntervalUs = timeOf(text.scanInterval, constants.scanIntervalUs);
  const { scaleDown = {} } = text;
  const threshold = scaleDown.utilizationThreshold ?? constants.scaleDownUtilizationThreshold;
  return {
    kind: text.kind,
    hosts: hosts.slice(0, text.replicas ?? 1),
    leaderElection: leaderElectionOf(text.leaderElection),
    client: {
      qps: text.kubeAPIQPS ?? constants.kubeApiQps,
      burst: text.kubeAPIBurst ?? constants.kubeApiBurst,
    },
    pools: [],
    groups: text.nodeGroups.map(({ pool, minSize, maxSize }) => ({ name: pool, minSize, maxSize })),
    settings: {
      groups: text.nodeGroups.flatMap(({ pool, priority }) => {
        const found = pools.find(({ name }) => name === pool);
        const pricePerHour = priceOf(spec, pool);
        if (found === undefined) return [];
        const template = templateOf(found);
        return [{ name: pool, template, priority: priority ?? 0, pricePerHour }];
      }),
      expander: text.expander ?? 'random',
      scanIntervalUs,
      maxNodeProvisionTimeUs: timeOf(text.maxNodeProvisionTime, constants.maxNodeProvisionTimeUs),
      newPodScaleUpDelayUs: timeOf(text.newPodScaleUpDelay, 0),
      isScaleDownEnabled: scaleDown.enabled ?? true,
      scaleDownUnneededTimeUs: timeOf(scaleDown.unneededTime, constants.scaleDownUnneededTimeUs),
      scaleDownUnreadyTimeUs: timeOf(scaleDown.unreadyTime, constants.scaleDownUnreadyTimeUs),
      scaleDownDelayAfterAddUs: timeOf(scaleDown.delayAfterAdd, constants.scaleDownDelayAfterAddUs),
      scaleDownDelayAfterDeleteUs: timeOf(scaleDown.delayAfterDelete, scanIntervalUs),
      scaleDownDelayAfterFailureUs: timeOf(
        scaleDown.delayAfterFailure,
        constants.scaleDownDelayAfterFailureUs,
      ),
      scaleDownUtilizationThreshold: threshold,
      maxScaleDownParallelism: scaleDown.maxParallelism ?? constants.maxScaleDownParallelism,
      maxDrainParallelism: scaleDown.maxDrainParallelism ?? constants.maxDrainParallelism,
    },
  };
}

/** A node of the pool in its first zone. */
function templateOf({ template, zones }: NodePoolSpec): NodePoolSpec['template'] {
  const [zone] = zones;
  const labels = {
    ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }),
    ...template.metadata.labels,
  };
  return { ...template, metadata: { ...template.metadata, labels } };
}

function priceOf(spec: ScenarioSpec, pool: string): number | undefined {
  const found = spec.nodePools?.find(({ name }) => name === pool);
  return instanceTypesOf(spec).find(({ name }) => name === found?.instanceType)?.pricePerHour;
}

/** Pools that are not there, sizes that contradict each other, a cluster without a cloud. */
export function autoscalerProblems(spec: ScenarioSpec, hosts: number): readonly SpecProblem[] {
  const { autoscaler, cloud, nodePools = [] } = spec;
  if (autoscaler === undefined) return [];
  const problems: SpecProblem[] = [];
  if (cloud === undefined) {
    const message = 'an autoscaler asks a cloud for nodes, and there is none';
    problems.push({ steps: ['autoscaler'], message, expected: 'spec.cloud' });
  }
  const { replicas = 1 } = autoscaler;
  if (replicas > hosts) {
    problems.push({
      steps: ['autoscaler', 'replicas'],
      message: `${replicas} replicas need ${replicas} hosts, and there are ${hosts}`,
      expected: `at most ${hosts}: raise controlPlane.hosts.count for more`,
      suggestion: `replicas: ${hosts}`,
    });
  }
  if (autoscaler.kind === 'karpenter') return [...problems, ...karpenterProblems(autoscaler, spec)];
  const names = autoscaler.nodeGroups.map(({ pool }) => pool);
  for (const [index, group] of autoscaler.nodeGroups.entries()) {
    const steps = ['autoscaler', 'nodeGroups', index];
    if (names.indexOf(group.pool) !== index) {
      const message = `the pool "${group.pool}" is a node group already`;
      problems.push({ steps: [...steps, 'pool'], message });
    }
    problems.push(...groupProblems(group, steps, nodePools));
  }
  return problems;
}

function groupProblems(
  { pool, minSize, maxSize }: ClusterAutoscalerText['nodeGroups'][number],
  steps: readonly (string | number)[],
  pools: readonly NodePoolText[],
): readonly SpecProblem[] {
  const problems: SpecProblem[] = [];
  const found = pools.find(({ name }) => name === pool);
  if (found === undefined) {
    const known = pools.map(({ name }) => name);
    const near = didYouMean(pool, known);
    const message = `there is no node pool "${pool}"`;
    problems.push({
      steps: [...steps, 'pool'],
      message,
      expected: known.length === 0 ? 'a pool of spec.nodePools' : `one of ${known.join(', ')}`,
      ...(near !== undefined && { suggestion: `pool: ${near}` }),
    });
  }
  if (minSize > maxSize) {
    const message = `minSize ${minSize} is more than maxSize ${maxSize}`;
    problems.push({ steps: [...steps, 'minSize'], message, expected: 'at most maxSize' });
  }
  if (found !== undefined && (found.count < minSize || found.count > maxSize)) {
    problems.push({
      steps: [...steps, found.count < minSize ? 'minSize' : 'maxSize'],
      message: `the pool begins with ${found.count} nodes, not ${minSize} to ${maxSize}`,
      expected: 'a count of the pool from minSize to maxSize',
    });
  }
  return problems;
}
