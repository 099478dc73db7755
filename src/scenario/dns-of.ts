/**
 * Cluster DNS and lookups of names from their text, and what is wrong with them beside the rest of
 * the scenario.
 */

import { quantityMilliValue } from '../api/quantity.js';
import type { ClusterDnsSpec } from '../cluster/cluster-spec.js';
import { clusterDnsConstants } from '../network/cluster-dns/constants.js';
import type { DnsTrafficSpec } from '../network/cluster-dns/dns-traffic-spec.js';
import type { ProportionalParameters } from '../network/cluster-dns/proportional-autoscaler.js';
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
    autoscaler: clusterDns.autoscaler && parametersOf(clusterDns.autoscaler),
    traffic: (workload?.dnsTraffic ?? []).map(lookupsOf),
  };
}

type AutoscalerText = NonNullable<NonNullable<ScenarioSpec['clusterDns']>['autoscaler']>;

function parametersOf(text: AutoscalerText): ProportionalParameters {
  if (text.mode === 'ladder') {
    const { coresToReplicas = [], nodesToReplicas = [] } = text;
    return { mode: 'ladder', coresToReplicas, nodesToReplicas };
  }
  return {
    mode: 'linear',
    coresPerReplica: text.coresPerReplica ?? clusterDnsConstants.coresPerReplica,
    nodesPerReplica: text.nodesPerReplica ?? clusterDnsConstants.nodesPerReplica,
    min: text.min ?? 1,
    max: text.max ?? Number.POSITIVE_INFINITY,
    preventSinglePointFailure: text.preventSinglePointFailure ?? true,
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
  problems.push(...autoscalerProblems(clusterDns));
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

const ladderFields = ['coresToReplicas', 'nodesToReplicas'] as const;
const linearFields = [
  'coresPerReplica',
  'nodesPerReplica',
  'min',
  'max',
  'preventSinglePointFailure',
] as const;

function autoscalerProblems({
  autoscaler,
  runAs,
}: NonNullable<ScenarioSpec['clusterDns']>): readonly SpecProblem[] {
  if (autoscaler === undefined) return [];
  const below = ['clusterDns', 'autoscaler'];
  if (runAs !== 'pods') {
    const message = 'the autoscaler scales a Deployment, and cluster DNS is in none';
    return [{ steps: below, message, suggestion: 'runAs: pods' }];
  }
  const { mode = 'linear', min = 1, max = min } = autoscaler;
  const foreign = mode === 'linear' ? ladderFields : linearFields;
  const problems = foreign
    .filter((field) => autoscaler[field] !== undefined)
    .map((field): SpecProblem => {
      return { steps: [...below, field], message: `${field} means nothing in mode ${mode}` };
    });
  if (max < min) {
    problems.push({ steps: [...below, 'max'], message: `max ${max} is less than min ${min}` });
  }
  if (mode === 'ladder' && ladderFields.every((field) => autoscaler[field] === undefined)) {
    problems.push({
      steps: below,
      message: 'a ladder needs steps',
      expected: ladderFields.join(' or '),
    });
  }
  for (const field of ladderFields) {
    const steps = autoscaler[field] ?? [];
    const fault = steps.findIndex(([from], index) => from <= (steps[index - 1]?.[0] ?? -1));
    if (fault < 0) continue;
    const message = 'the amounts of a ladder ascend';
    problems.push({ steps: [...below, field, fault], message });
  }
  return problems;
}
