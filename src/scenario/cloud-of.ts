/**
 * From the text of a cloud to what the assembly builds, and what is wrong with it.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { CloudSpec } from '../cluster/cluster-spec.js';
import { type CloudProfile, cloudProfile } from '../control-plane/cloud/cloud-profile.js';
import type { InstanceTypeFacts } from '../control-plane/cloud/instance-registry.js';
import { cloudControllerManagerConstants as constants } from '../control-plane/cloud-controller-manager/constants.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import { type DistributionText, distributionOf } from './distribution-text.js';
import { durationUs } from './duration.js';
import { leaderElectionOf } from './elected-of.js';
import type { SpecProblem } from './scenario-problems.js';
import type { NodePoolText, ScenarioSpec } from './schema.js';
import type { CloudText, InstanceTypeText } from './schema-cloud.js';

/** The rows of the catalogue; a file that could not be read has none. */
export function instanceTypesOf(spec: ScenarioSpec): readonly InstanceTypeText[] {
  const types = spec.cloud?.instanceTypes ?? [];
  return typeof types === 'string' ? [] : types;
}

/** What a pool takes from the type of its instances. */
export function poolPartsOf({ cpu, memory, pods, zones }: InstanceTypeText): Partial<NodePoolText> {
  return { cpu, memory, pods: pods ?? 110, ...(zones !== undefined && { zones }) };
}

/** The cloud with what its provider says where the scenario does not; `hosts` by name. */
export function cloudOf(text: CloudText, hosts: readonly string[]): CloudSpec {
  const types = typeof text.instanceTypes === 'string' ? [] : (text.instanceTypes ?? []);
  const manager = text.controllerManager ?? {};
  return {
    profile: profileOf(text),
    instanceTypes: types.map(
      ({ name, pricePerHour, bootTime, available }): InstanceTypeFacts => ({
        name,
        pricePerHour,
        boot: bootTime === undefined ? undefined : distributionOf(bootTime, durationUs),
        available: available ?? Number.POSITIVE_INFINITY,
      }),
    ),
    controllerManager: {
      hosts: hosts.slice(0, manager.replicas ?? hosts.length),
      leaderElection: leaderElectionOf(manager.leaderElection),
      client: {
        qps: manager.kubeAPIQPS ?? constants.kubeApiQps,
        burst: manager.kubeAPIBurst ?? constants.kubeApiBurst,
      },
      settings: {
        nodeMonitorPeriodUs: timeOf(manager.nodeMonitorPeriod, constants.nodeMonitorPeriodUs),
        nodeStatusUpdateFrequencyUs: timeOf(
          manager.nodeStatusUpdateFrequency,
          constants.nodeStatusUpdateFrequencyUs,
        ),
        concurrentNodeSyncs: manager.concurrentNodeSyncs ?? constants.concurrentNodeSyncs,
        concurrentServiceSyncs: manager.concurrentServiceSyncs ?? constants.concurrentServiceSyncs,
        configuresCloudRoutes: manager.configureCloudRoutes ?? false,
        routeReconciliationPeriodUs: timeOf(
          manager.routeReconciliationPeriod,
          constants.routeReconciliationPeriodUs,
        ),
      },
    },
  };
}

function profileOf(text: CloudText): CloudProfile {
  const known = cloudProfile(text.provider);
  const { api = {} } = text;
  const times = (
    stated: DistributionText | undefined,
    other: DistributionSpec,
  ): DistributionSpec => (stated === undefined ? other : distributionOf(stated, durationUs));
  return {
    name: known.name,
    call: times(api.latency, known.call),
    create: times(text.createInstance, known.create),
    boot: times(text.instanceBoot, known.boot),
    nodeReady: times(text.nodeReady, known.nodeReady),
    loadBalancer: times(text.loadBalancer, known.loadBalancer),
    loadBalancerPerNodeUs: timeOf(text.loadBalancerPerNode, known.loadBalancerPerNodeUs),
    route: times(text.route, known.route),
    read: { qps: api.readQPS ?? known.read.qps, burst: api.readBurst ?? known.read.burst },
    write: { qps: api.writeQPS ?? known.write.qps, burst: api.writeBurst ?? known.write.burst },
    errorRate: api.errorRate ?? 0,
  };
}

/** A duration in µs, or what holds where none is stated. */
export function timeOf(text: string | undefined, otherUs: number): number {
  return text === undefined ? otherUs : durationUs(text);
}

/** Types that are there twice or not at all, sizes that are stated twice. */
export function cloudProblems(spec: ScenarioSpec, hosts: number): readonly SpecProblem[] {
  const types = instanceTypesOf(spec);
  const names = types.map(({ name }) => name);
  const problems: SpecProblem[] = [];
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    const steps = ['cloud', 'instanceTypes', index, 'name'];
    problems.push({ steps, message: `an instance type named "${name}" is there already` });
  }
  const replicas = spec.cloud?.controllerManager?.replicas ?? 1;
  if (replicas > hosts) {
    problems.push({
      steps: ['cloud', 'controllerManager', 'replicas'],
      message: `${replicas} replicas need ${replicas} hosts, and there are ${hosts}`,
      expected: `at most ${hosts}: raise controlPlane.hosts.count for more`,
      suggestion: `replicas: ${hosts}`,
    });
  }
  for (const [index, pool] of (spec.nodePools ?? []).entries()) {
    problems.push(...poolProblems(pool, ['nodePools', index], spec, names));
  }
  return problems;
}

function poolProblems(
  pool: NodePoolText,
  path: readonly (string | number)[],
  spec: ScenarioSpec,
  names: readonly string[],
): readonly SpecProblem[] {
  const { instanceType } = pool;
  if (instanceType === undefined) return [];
  const steps = [...path, 'instanceType'];
  if (spec.cloud === undefined) {
    const message = `"${instanceType}" is an instance of a cloud, and there is none`;
    return [{ steps, message, expected: 'spec.cloud with a catalogue of instanceTypes' }];
  }
  const type = instanceTypesOf(spec).find(({ name }) => name === instanceType);
  if (type === undefined) {
    // A catalogue that could not be read has been reported.
    if (typeof spec.cloud.instanceTypes === 'string') return [];
    const near = didYouMean(instanceType, names);
    const message = `the catalogue has no instance type "${instanceType}"`;
    return [{ steps, message, ...(near !== undefined && { suggestion: near }) }];
  }
  const problems: SpecProblem[] = [];
  const parts = poolPartsOf(type);
  for (const size of ['cpu', 'memory', 'pods'] as const) {
    if (String(pool[size]) === String(parts[size])) continue;
    const message = `${size} and instanceType both say how large a node is`;
    problems.push({ steps: [...path, size], message, expected: `what ${instanceType} has` });
  }
  if (pool.template !== undefined) {
    const message = 'template and instanceType both say what a node is';
    problems.push({ steps: [...path, 'template'], message });
  }
  for (const [index, zone] of (pool.zones ?? []).entries()) {
    if (type.zones?.includes(zone) !== false) continue;
    const message = `${instanceType} is not to be had in zone "${zone}"`;
    const expected = `one of ${type.zones.join(', ')}`;
    problems.push({ steps: [...path, 'zones', index], message, expected });
  }
  return problems;
}
