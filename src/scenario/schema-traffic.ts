/**
 * The traffic of a workload as a schema: who connects to which Service, how often, for how long.
 */

import { z } from 'zod';
import {
  duration,
  durations,
  list,
  mapping,
  name,
  oneOf,
  positiveDuration,
  positiveNumber,
  text,
  textLike,
  wholeNumber,
} from './schema-parts.js';

const labels = z.record(z.string(), text('text'), { error: 'a mapping of text to text' });

const source = z.union(
  [
    oneOf(['nodes', 'external']),
    mapping({
      pods: mapping({
        namespace: text('a namespace').optional().describe('`default` when absent.'),
        labels: labels.describe('Pods that carry all of them connect as long as they serve.'),
      }).describe('Pods of the cluster.'),
    }),
    mapping({
      nodePools: list(text('the name of a node pool'), 'names of node pools', 1).describe(
        'Processes on the nodes of these pools.',
      ),
    }),
    mapping({
      external: mapping({
        clients: wholeNumber(1).describe('Addresses that connections come from.'),
      }).describe('The outside, through any node.'),
    }),
  ],
  {
    error:
      'nodes, external, {pods: {namespace, labels}}, {nodePools: [NAME]} or {external: {clients}}',
  },
);

/** One kind of traffic. */
export const traffic = mapping({
  name: name('the name of a kind of traffic').describe('In traffic.csv and in metrics.'),
  service: textLike(/^[^/\s]+(?:\/[^/\s]+)?$/, 'a Service as name or namespace/name').describe(
    'Such as shop/frontend; in namespace default without one.',
  ),
  from: source
    .optional()
    .describe('Processes on nodes, pods, or the outside through any node; `nodes` when absent.'),
  connectionsPerSecond: positiveNumber()
    .max(1_000_000, { error: 'a number above 0, at most 1000000' })
    .optional()
    .describe('Of all clients together; each connection is made by any of them.'),
  arrival: oneOf(['poisson', 'constant'])
    .optional()
    .describe('With connectionsPerSecond: at random times, as when absent, or evenly.'),
  clients: wholeNumber(1, 1_000_000)
    .optional()
    .describe('Instead of a rate: so many clients, each with one connection after the other.'),
  thinkTime: durations.optional().describe('With clients: between two connections of a client.'),
  duration: durations.optional().describe('A connection stays open so long; 0s when absent.'),
  timeout: positiveDuration()
    .optional()
    .describe('A client gives up after so long without an answer; 5s when absent.'),
  at: duration()
    .optional()
    .describe('Begins then; when absent, as soon as every node can reach a ready endpoint.'),
  for: positiveDuration().optional().describe('Lasts so long; to the end when absent.'),
});

/** A kind of traffic as written. */
export type TrafficText = z.infer<typeof traffic>;
