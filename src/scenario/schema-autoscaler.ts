/**
 * The autoscaler of nodes of a scenario, in the words of the Cluster Autoscaler's flags.
 */

import { z } from 'zod';
import { expanderNames } from '../control-plane/cluster-autoscaler/autoscaler-settings.js';
import {
  clientLimit,
  duration,
  elected,
  flag,
  list,
  mapping,
  numberWithin,
  oneOf,
  positiveDuration,
  text,
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

/** The autoscaler of nodes. */
export const autoscaler = z.discriminatedUnion('kind', [clusterAutoscaler], {
  error: 'an autoscaler: kind is cluster-autoscaler',
});

/** An autoscaler as written. */
export type AutoscalerText = z.infer<typeof autoscaler>;
