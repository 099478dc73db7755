/**
 * Cluster DNS and lookups of names from their text, and what is wrong with them beside the rest of
 * the scenario.
 */

import { quantityMilliValue } from '../api/quantity.js';
import type { ClusterDnsSpec } from '../cluster/cluster-spec.js';
import type { DnsTrafficSpec } from '../network/cluster-dns/dns-traffic-spec.js';
import { durationUs } from './duration.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import type { DnsTrafficText } from './schema-dns.js';

/** Cluster DNS of a spec whose values are checked. */
export function clusterDnsOf({ clusterDns = {}, workload }: ScenarioSpec): ClusterDnsSpec {
  return {
    runAs: clusterDns.runAs ?? 'processes',
    replicas: clusterDns.replicas ?? 0,
    domain: clusterDns.domain ?? 'cluster.local',
    hasNodeLocal: clusterDns.nodeLocal === true,
    cores: quantityMilliValue(String(clusterDns.cpu ?? 1)) / 1_000,
    cacheUs: durationUs(clusterDns.cacheTTL),
    hostSearches: clusterDns.hostSearch ?? [],
    traffic: (workload?.dnsTraffic ?? []).map(lookupsOf),
  };
}

function lookupsOf(text: DnsTrafficText): DnsTrafficSpec {
  const { namespace = 'default', labels } = text.from;
  const fromUs = text.at === undefined ? 0 : durationUs(text.at);
  return {
    name: text.name,
    namespace,
    selector: { matchLabels: labels },
    names: text.names,
    perSecond: text.lookupsPerSecond,
    fromUs,
    untilUs: text.for === undefined ? Number.POSITIVE_INFINITY : fromUs + durationUs(text.for),
  };
}

/** What contradicts itself. */
export function dnsProblems({ clusterDns = {}, workload }: ScenarioSpec): readonly SpecProblem[] {
  const problems: SpecProblem[] = [];
  if (clusterDns.nodeLocal === true && clusterDns.runAs !== 'pods') {
    problems.push({
      steps: ['clusterDns', 'nodeLocal'],
      message: 'NodeLocal DNSCache comes in pods, and cluster DNS does not',
      suggestion: 'runAs: pods',
    });
  }
  const names = new Set<string>();
  for (const [index, { name }] of (workload?.dnsTraffic ?? []).entries()) {
    const steps = ['workload', 'dnsTraffic', index, 'name'];
    if (names.has(name)) {
      problems.push({ steps, message: `lookups named "${name}" are there already` });
    }
    names.add(name);
  }
  return problems;
}
