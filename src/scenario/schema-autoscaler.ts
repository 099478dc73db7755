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
  pool: text('the name of a node pool').describe('Whose nodes it adds and takes away.'),
  minSize: wholeNumber(0, 100_000).describe('Fewest nodes.'),
  maxSize: wholeNumber(1, 100_000).describe('Most nodes.'),
  priority: wholeNumber(0).optional().describe('For the expander priority: the highest wins.'),
});

const scaleDown = mapping({
  enabled: flag().optional().describe('Whether nodes are taken away.'),
  unneededTime: duration().optional().describe('A node goes when it was not needed for so long.'),
  unreadyTime: duration().optional().describe('The same of a node that is not Ready.'),
  delayAfterAdd: duration().optional().describe('No node goes so soon after one has come.'),
  delayAfterDelete: duration().optional().describe('The scan interval when absent.'),
  delayAfterFailure: duration().optional().describe('Nor after one could not be taken away.'),
  utilizationThreshold: numberWithin(0, 1)
    .optional()
    .describe('A node is not needed when pods ask for a smaller share of it.'),
  maxParallelism: wholeNumber(1).optional().describe('Nodes that go at a time.'),
  maxDrainParallelism: wholeNumber(1).optional().describe('Of them, nodes with pods.'),
});

/** The Cluster Autoscaler. */
const clusterAutoscaler = mapping({
  kind: z
    .literal('cluster-autoscaler')
    .describe('The Cluster Autoscaler: node groups grow for pods that found no node.'),
  ...clientLimit.shape,
  ...elected,
  nodeGroups: list(nodeGroup, 'node groups {pool, minSize, maxSize}', 1).describe(
    'Pools that grow and shrink, each within its bounds.',
  ),
  expander: oneOf(expanderNames).optional().describe('Of several groups that would help.'),
  scanInterval: positiveDuration().optional().describe('Between two looks at the cluster.'),
  maxNodeProvisionTime: positiveDuration()
    .optional()
    .describe('A node that has not come by then is given up.'),
  newPodScaleUpDelay: duration().optional().describe('Pods younger than that are left alone.'),
  scaleDown: scaleDown.optional().describe('When nodes go that are not needed.'),
});

const durationOrNever = z.union([z.literal('Never'), duration()], {
  error: 'a duration such as 30s, or Never',
});

const disruption = mapping({
  consolidationPolicy: oneOf(['WhenEmpty', 'WhenEmptyOrUnderutilized'])
    .optional()
    .describe('Which nodes may go; WhenEmptyOrUnderutilized when absent.'),
  consolidateAfter: durationOrNever
    .optional()
    .describe('Since a pod was last bound to a node or left it.'),
  budget: textLike(/^(?:100|[1-9]?\d)%$/, 'a share such as 10%')
    .optional()
    .describe('Of its nodes, those that may go at a time; rounded up.'),
});

const karpenterPool = mapping({
  name: name('the name of a NodePool').describe('Label karpenter.sh/nodepool of its nodes.'),
  weight: wholeNumber(0, 100).optional().describe('Pools with a higher one are tried first.'),
  instanceTypes: list(text('the name of an instance type'), 'names of instance types', 1)
    .optional()
    .describe('Of the catalogue; all when absent.'),
  zones: list(text('a zone name'), 'zone names', 1)
    .optional()
    .describe('Where its nodes may be; everywhere when absent.'),
  region: text('a region name').optional().describe('Label topology.kubernetes.io/region.'),
  labels: z
    .record(z.string(), text('text'), { error: 'a mapping of text to text' })
    .optional()
    .describe('Of its nodes.'),
  taints: list(taint, 'taints {key, value, effect}').optional().describe('Of its nodes.'),
  limits: mapping({
    cpu: quantity('CPUs as a quantity, such as 100', 100_000_000)
      .optional()
      .describe('Cores, such as 100; no limit when absent.'),
    memory: quantity('memory as a quantity, such as 400Gi')
      .optional()
      .describe('Such as 400Gi; no limit when absent.'),
  })
    .optional()
    .describe('Of all its nodes together.'),
  disruption: disruption.optional().describe('When its nodes are taken away or replaced.'),
  expireAfter: durationOrNever
    .optional()
    .describe('Nodes of that age are replaced, whatever their pods say; 720h when absent.'),
});

/** Karpenter. */
const karpenter = mapping({
  kind: z
    .literal('karpenter')
    .describe(
      'Karpenter: machines of the types that suit the pods, replaced when cheaper ones do.',
    ),
  ...clientLimit.shape,
  ...elected,
  nodePools: list(karpenterPool, 'NodePools {name, instanceTypes, …}', 1).describe(
    'What nodes it may make, for which pods.',
  ),
  batchIdleDuration: positiveDuration()
    .optional()
    .describe('A batch of pods ends when none has come for so long.'),
  batchMaxDuration: positiveDuration().optional().describe('The longest batch.'),
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
