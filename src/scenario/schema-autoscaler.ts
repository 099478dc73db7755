/**
 * The autoscaler of nodes of a scenario, in the words of the Cluster Autoscaler's flags.
 */

import { z } from 'zod';
import { expanderNames } from '../control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import {
  clientLimit,
  duration,
  elected,
  flag,
  list,
  mapping,
  name,
  numberWithin,
  oneOf,
  positiveDuration,
  quantity,
  taint,
  text,
  textLike,
  wholeNumber,
} from './schema-parts.js';

const nodeGroup = mapping({
  pool: text('the name of a node pool'),
  minSize: wholeNumber(0, 100_000),
  maxSize: wholeNumber(1, 100_000),
  priority: wholeNumber(0).optional().describe('For the expander priority: the highest wins.'),
});

const scaleDown = mapping({
  enabled: flag().optional(),
  unneededTime: duration().optional(),
  unreadyTime: duration().optional(),
  delayAfterAdd: duration().optional(),
  delayAfterDelete: duration().optional().describe('The scan interval when absent.'),
  delayAfterFailure: duration().optional(),
  utilizationThreshold: numberWithin(0, 1).optional(),
  maxParallelism: wholeNumber(1).optional().describe('Nodes that go at a time.'),
  maxDrainParallelism: wholeNumber(1).optional().describe('Of them, nodes with pods.'),
});

/** The Cluster Autoscaler. */
const clusterAutoscaler = mapping({
  kind: z.literal('cluster-autoscaler'),
  ...clientLimit.shape,
  ...elected,
  nodeGroups: list(nodeGroup, 'node groups {pool, minSize, maxSize}', 1),
  expander: oneOf(expanderNames).optional().describe('Of several groups that would help.'),
  scanInterval: positiveDuration().optional(),
  maxNodeProvisionTime: positiveDuration().optional(),
  newPodScaleUpDelay: duration().optional().describe('Pods younger than that are left alone.'),
  scaleDown: scaleDown.optional(),
});

const durationOrNever = z.union([z.literal('Never'), duration()], {
  error: 'a duration such as 30s, or Never',
});

const disruption = mapping({
  consolidationPolicy: oneOf(['WhenEmpty', 'WhenEmptyOrUnderutilized']).optional(),
  consolidateAfter: durationOrNever
    .optional()
    .describe('Since a pod was last bound to a node or left it.'),
  budget: textLike(/^(?:100|[1-9]?\d)%$/, 'a share such as 10%')
    .optional()
    .describe('Of its nodes, those that may go at a time; rounded up.'),
});

const karpenterPool = mapping({
  name: name('the name of a NodePool'),
  weight: wholeNumber(0, 100).optional().describe('Pools with a higher one are tried first.'),
  instanceTypes: list(text('the name of an instance type'), 'names of instance types', 1)
    .optional()
    .describe('Of the catalogue; all when absent.'),
  zones: list(text('a zone name'), 'zone names', 1).optional(),
  region: text('a region name').optional(),
  labels: z.record(z.string(), text('text'), { error: 'a mapping of text to text' }).optional(),
  taints: list(taint, 'taints {key, value, effect}').optional(),
  limits: mapping({
    cpu: quantity('CPUs as a quantity, such as 100', 100_000_000).optional(),
    memory: quantity('memory as a quantity, such as 400Gi').optional(),
  })
    .optional()
    .describe('Of all its nodes together.'),
  disruption: disruption.optional(),
  expireAfter: durationOrNever
    .optional()
    .describe('Nodes of that age are replaced, whatever their pods say; 720h when absent.'),
});

/** Karpenter. */
const karpenter = mapping({
  kind: z.literal('karpenter'),
  ...clientLimit.shape,
  ...elected,
  nodePools: list(karpenterPool, 'NodePools {name, instanceTypes, …}', 1),
  batchIdleDuration: positiveDuration().optional(),
  batchMaxDuration: positiveDuration().optional(),
});

/** The autoscaler of nodes. */
export const autoscaler = z.discriminatedUnion('kind', [clusterAutoscaler, karpenter], {
  error: 'an autoscaler: kind is cluster-autoscaler or karpenter',
});

/** An autoscaler as written. */
export type AutoscalerText = z.infer<typeof autoscaler>;

/** A Cluster Autoscaler as written. */
export type ClusterAutoscalerText = z.infer<typeof clusterAutoscaler>;

/** Karpenter as written. */
export type KarpenterText = z.infer<typeof karpenter>;
