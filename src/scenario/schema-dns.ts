/**
 * Cluster DNS as a scenario writes it, and the names that pods look up.
 */

import { z } from 'zod';
import { dnsForms } from '../cluster/cluster-spec.js';
import {
  duration,
  flag,
  list,
  mapping,
  name,
  oneOf,
  positiveDuration,
  positiveNumber,
  quantity,
  text,
  textLike,
  wholeNumber,
} from './schema-parts.js';

const labels = z.record(z.string(), text('text'), { error: 'a mapping of text to text' });

const dnsName = textLike(
  /^[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9])?)*\.?$/,
  'a name such as db, db.shop or www.example.com',
);

const ladder = list(
  z.tuple([wholeNumber(0, 1_000_000), wholeNumber(1, 1_000)], {
    error: 'a pair [amount, replicas]',
  }),
  'pairs [amount, replicas]',
  1,
);

/** The servers. */
export const clusterDns = mapping({
  runAs: oneOf(dnsForms)
    .optional()
    .describe('processes: there from the start; pods: a Deployment that a run begins with.'),
  replicas: wholeNumber(0, 1_000).optional().describe('Servers.'),
  domain: text('a domain such as cluster.local')
    .optional()
    .describe('Under which Services have their names.'),
  nodeLocal: flag().optional().describe('NodeLocal DNSCache on every node; with runAs: pods.'),
  autoscaler: mapping({
    mode: oneOf(['linear', 'ladder']).optional().describe('linear when absent.'),
    coresPerReplica: wholeNumber(0, 1_000_000).optional().describe('256 when absent; 0: none.'),
    nodesPerReplica: wholeNumber(0, 1_000_000).optional().describe('16 when absent; 0: none.'),
    min: wholeNumber(1, 1_000).optional().describe('Fewest replicas; 1 when absent.'),
    max: wholeNumber(1, 1_000).optional().describe('Most replicas; no limit when absent.'),
    preventSinglePointFailure: flag()
      .optional()
      .describe('At least two replicas when there are two nodes; true when absent.'),
    coresToReplicas: ladder.optional().describe('With mode: ladder; ascending.'),
    nodesToReplicas: ladder.optional().describe('With mode: ladder; ascending.'),
  })
    .optional()
    .describe('The cluster-proportional-autoscaler of the Deployment; with runAs: pods.'),
  cpu: quantity('CPUs as a quantity, such as 1 or 500m', 1_000)
    .optional()
    .describe('That each server may use.'),
  cacheTTL: duration()
    .optional()
    .describe("Of the replicas; 0s: answers are always made anew, as with kubeadm's Corefile."),
  hostSearch: list(text('a domain'), 'search domains of the nodes')
    .optional()
    .describe("Of the nodes' own resolv.conf: tried after those of the cluster; none when absent."),
}).optional();

/** One kind of lookups. */
export const dnsTraffic = mapping({
  name: name('the name of a kind of lookups').describe('In dns.csv and in metrics.'),
  from: mapping({
    namespace: text('a namespace').optional().describe('`default` when absent.'),
    labels: labels.describe('Pods that carry all of them look up names as long as they run.'),
  }).describe('Who looks them up.'),
  names: list(dnsName, 'names', 1).describe('As the program writes them, with equal shares.'),
  lookupsPerSecond: positiveNumber()
    .max(100_000, { error: 'a number above 0, at most 100000' })
    .describe('Of each pod, at random times.'),
  at: duration().optional().describe('Begins then; when absent, as soon as the pods run.'),
  for: positiveDuration().optional().describe('Lasts so long; to the end when absent.'),
});

/** Lookups as written. */
export type DnsTrafficText = z.infer<typeof dnsTraffic>;
