/**
 * From a complete spec to the cluster that the assembly builds.
 */

import type {
  ClientLimit,
  ClusterSpec,
  ControlPlaneHost,
  ControlPlaneSpec,
  StorageSpec,
} from '../cluster/cluster-spec.js';
import type { Operation } from '../cluster/operation.js';
import type { NodeCidrSpec } from '../control-plane/controller-manager/node-ipam/node-ipam-controller.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import { admissionWebhooksOf } from './admission-webhooks.js';
import { autoscalerOf } from './autoscaler-of.js';
import { cloudOf } from './cloud-of.js';
import { type DistributionText, distributionOf } from './distribution-text.js';
import { clusterDnsOf } from './dns-of.js';
import { durationUs } from './duration.js';
import { leaderElectionOf } from './elected-of.js';
import { etcdOf, etcdServersOf } from './etcd-of.js';
import { kubeProxyOf } from './kube-proxy-of.js';
import { networkOf } from './network-of.js';
import { nodeCidrsOf } from './node-cidrs.js';
import { nodePoolOf } from './node-pools.js';
import { podAutoscalingOf } from './pod-autoscaling.js';
import { processCostsOf } from './process-costs.js';
import type { LoadedSchedulers } from './schedulers.js';
import type { ScenarioSpec } from './schema.js';

const durations = (text: DistributionText | undefined): DistributionSpec =>
  distributionOf(text ?? '0', durationUs);

type ControlPlaneText = NonNullable<ScenarioSpec['controlPlane']>;

/** The machines of the control plane by name. */
export function hostsOf(hosts: ControlPlaneText['hosts']): readonly ControlPlaneHost[] {
  if (Array.isArray(hosts)) return hosts;
  const { count = 1, cores = 4 } = hosts ?? {};
  return Array.from({ length: count }, (_, index) => ({ name: `control-plane-${index}`, cores }));
}

function limitOf(limit: ControlPlaneText['controllerManager']): ClientLimit {
  return { qps: limit?.kubeAPIQPS ?? 0, burst: limit?.kubeAPIBurst ?? 0 };
}

function graceOf(
  text: ControlPlaneText['controllerManager'],
): Pick<ControlPlaneSpec['controllerManager'], 'nodeMonitorGracePeriodUs'> {
  const grace = text?.nodeMonitorGracePeriod;
  return grace === undefined ? {} : { nodeMonitorGracePeriodUs: durationUs(grace) };
}

function controlPlaneOf(
  text: ControlPlaneText,
  [scheduler, ...additionalSchedulers]: LoadedSchedulers['schedulers'],
  nodeCidrs: NodeCidrSpec | undefined,
): ControlPlaneSpec {
  const hosts = hostsOf(text.hosts);
  const names = hosts.map(({ name }) => name);
  const etcd = etcdOf(text.etcd, names);
  const apiServerHosts = names.slice(0, text.apiServer?.replicas ?? names.length);
  return {
    hosts,
    etcd,
    apiServer: {
      hosts: apiServerHosts,
      etcdServers: text.apiServer?.etcdServers ?? etcdServersOf(etcd, apiServerHosts),
      maxRequestsInflight: text.apiServer?.maxRequestsInflight ?? 0,
      maxMutatingRequestsInflight: text.apiServer?.maxMutatingRequestsInflight ?? 0,
      enablePriorityAndFairness: text.apiServer?.enablePriorityAndFairness ?? true,
      requestTimeoutUs: durationUs(text.apiServer?.requestTimeout),
      goawayChance: text.apiServer?.goawayChance ?? 0,
      disabledAdmissionPlugins: text.apiServer?.disableAdmissionPlugins ?? [],
      webhooks: admissionWebhooksOf(text.apiServer?.admissionWebhooks),
    },
    scheduler,
    additionalSchedulers,
    controllerManager: {
      hosts: names.slice(0, text.controllerManager?.replicas ?? names.length),
      leaderElection: leaderElectionOf(text.controllerManager?.leaderElection),
      client: limitOf(text.controllerManager),
      ...(nodeCidrs && { nodeCidrs }),
      ...graceOf(text.controllerManager),
    },
    processes: processCostsOf(text.processes),
  };
}

/** The cluster of a spec whose defaults are filled in and whose values are checked. */
export function clusterOf(
  spec: ScenarioSpec,
  schedulers: LoadedSchedulers['schedulers'],
  operations: readonly Operation[],
  storage: StorageSpec | undefined,
): ClusterSpec {
  const podAutoscaling = podAutoscalingOf(spec, operations);
  const names = hostsOf(spec.controlPlane?.hosts).map(({ name }) => name);
  const pools = (spec.nodePools ?? []).map((pool) => nodePoolOf(pool, spec.kubeProxy));
  return {
    ...(spec.scope !== undefined && { scope: spec.scope }),
    ...(spec.heartbeats !== undefined && { heartbeats: spec.heartbeats }),
    kubernetesVersion: String(spec.kubernetesVersion),
    controlPlane: controlPlaneOf(spec.controlPlane ?? {}, schedulers, nodeCidrsOf(spec)),
    nodePools: pools,
    network: networkOf(spec.network ?? {}),
    kubeProxy: kubeProxyOf(spec.kubeProxy),
    clusterDns: clusterDnsOf(spec),
    storage,
    ...(spec.autoscaler !== undefined && {
      autoscaler: autoscalerOf(spec.autoscaler, spec, names, pools),
    }),
    ...(spec.cloud !== undefined && { cloud: cloudOf(spec.cloud, names) }),
    applicationStart: durations(spec.applicationStart),
    ...(podAutoscaling && { podAutoscaling }),
  };
}
