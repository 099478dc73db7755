/**
 * The spec of a scenario that says nothing, in the scenario's own notation. Values that Kubernetes
 * has are Kubernetes' defaults (v1.36); those of the machine and the network are in constants.ts.
 */

import { formatBytes } from '../api/quantity.js';
import { defaultLeaderElection } from '../client/leader-elector.js';
import { instanceTypesOf, poolPartsOf } from './cloud-of.js';
import { scenarioDefaults } from './constants.js';
import { formatDuration } from './duration.js';
import { defaultMinSyncPeriod } from './kube-proxy-of.js';
import { mergeTrees } from './layers.js';
import type { ScenarioSpec } from './schema.js';
import { isTree, type Tree } from './yaml-tree.js';

const { leaseDurationUs, renewDeadlineUs, retryPeriodUs } = defaultLeaderElection;
const leaderElection: Tree = {
  leaseDuration: formatDuration(leaseDurationUs),
  renewDeadline: formatDuration(renewDeadlineUs),
  retryPeriod: formatDuration(retryPeriodUs),
};

const link = (delayUs: number): Tree => ({
  delay: formatDuration(delayUs),
  bytesPerSecond: String(scenarioDefaults.linkBytesPerSecond),
});

/** Defaults that depend on nothing. */
export const fixedDefaults: Tree = {
  seed: '1',
  horizon: '1h',
  kubernetesVersion: '1.36',
  controlPlane: {
    hosts: { count: 1, cores: 4 },
    etcd: {
      disk: 'nvme',
      quotaBackendBytes: '2Gi',
      heartbeatInterval: '100ms',
      electionTimeout: '1s',
      watchProgressNotifyInterval: '10m',
    },
    apiServer: {
      maxRequestsInflight: 400,
      maxMutatingRequestsInflight: 200,
      enablePriorityAndFairness: true,
      requestTimeout: '1m',
      goawayChance: 0,
    },
    scheduler: { kubeAPIQPS: 50, kubeAPIBurst: 100, tieBreak: 'heap', leaderElection },
    controllerManager: { kubeAPIQPS: 20, kubeAPIBurst: 30, leaderElection },
  },
  network: {
    controlPlane: link(scenarioDefaults.controlPlaneDelayUs),
    node: link(scenarioDefaults.nodeDelayUs),
    registry: { bytesPerSecond: String(scenarioDefaults.registryBytesPerSecond) },
    imageSizes: {},
    defaultImageSize: {
      p50: formatBytes(scenarioDefaults.imageP50Bytes),
      p99: formatBytes(scenarioDefaults.imageP99Bytes),
    },
  },
  kubeProxy: { mode: 'iptables' },
  clusterDns: {
    runAs: 'processes',
    replicas: 2,
    domain: 'cluster.local',
    nodeLocal: false,
    cpu: '1',
    cacheTTL: '30s',
    hostSearch: [],
  },
  applicationStart: {
    p50: formatDuration(scenarioDefaults.applicationStartP50Us),
    p99: formatDuration(scenarioDefaults.applicationStartP99Us),
  },
  workload: { operations: [] },
  thresholds: {},
  outputs: { sampleInterval: '1s' },
};

/** What a node of a generated cluster is when nothing is said: 4 CPU, 16 GiB, 110 pods. */
export const defaultNode = { cpu: '4', memory: '16Gi', pods: 110 } as const;

const poolDefaults: Tree = {
  zones: ['zone-a'],
  region: 'region-1',
  labels: {},
  taints: [],
  runtime: 'containerd',
  images: [],
  serializeImagePulls: true,
};

/** How many hosts a `hosts` entry stands for. */
function hostCount(hosts: unknown): number {
  if (Array.isArray(hosts)) return hosts.length;
  const count = isTree(hosts) ? hosts['count'] : undefined;
  return typeof count === 'number' ? count : 1;
}

/** Defaults that follow from what the scenario does say. */
function derivedDefaults(spec: ScenarioSpec): Tree {
  const hosts = hostCount(spec.controlPlane?.hosts);
  const own = spec.controlPlane?.etcd?.hosts;
  const etcdHosts = own === undefined ? hosts : hostCount(own);
  return {
    // Whoever states only a horizon wants to see all of it.
    until: spec.horizon === undefined ? 'converged' : 'horizon',
    controlPlane: {
      etcd: { members: Math.min(5, etcdHosts % 2 === 0 ? etcdHosts - 1 : etcdHosts) },
      apiServer: { replicas: hosts },
    },
    kubeProxy: { minSyncPeriod: defaultMinSyncPeriod(spec.kubeProxy ?? {}) },
  };
}

/** The spec with every default filled in, except for the node pools when there are none. */
export function withDefaults(spec: ScenarioSpec): ScenarioSpec {
  const base = mergeTrees(fixedDefaults, derivedDefaults(spec));
  const merged = mergeTrees(base, spec) as ScenarioSpec;
  if (merged.nodePools === undefined) return merged;
  const nodePools = merged.nodePools.map((pool) => {
    const type = instanceTypesOf(merged).find(({ name }) => name === pool.instanceType);
    const own = type === undefined ? defaultNode : poolPartsOf(type);
    const size = pool.template === undefined ? own : {};
    return mergeTrees({ ...size, ...poolDefaults, ...size }, pool) as typeof pool;
  });
  return { ...merged, nodePools };
}
