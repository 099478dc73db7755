// What a cluster is made of, as plain data: a scenario is loaded into this, the assembly reads only
// this. Every field is required here; the scenario loader fills defaults and remembers which.

import type { Cidr } from '../api/cidr.js';
import { extended } from '../api/extended.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import type { StorageClass } from '../api/persistent-volume.js';
import type { Pod } from '../api/pod.js';
import type { HeartbeatMode } from '../client/lazy-heartbeats.js';
import type { LeaderElectionTimes } from '../client/leader-elector.js';
import type { OptionalAdmissionPlugin } from '../control-plane/apiserver/admission/admission.js';
import type { ApiServerSettings } from '../control-plane/apiserver/apiserver.js';
import type { ClusterAutoscalerSettings } from '../control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import type { KarpenterSettings } from '../control-plane/autoscaling/karpenter/karpenter-settings.js';
import type { CloudProfile } from '../control-plane/cloud/cloud-profile.js';
import type { InstanceTypeFacts, NodeGroupSpec } from '../control-plane/cloud/instance-registry.js';
import type { CloudControllerManagerSettings } from '../control-plane/cloud-controller-manager/cloud-controller-options.js';
import type { NodeCidrSpec } from '../control-plane/controller-manager/node-ipam/node-ipam-controller.js';
import type { VolumeReach } from '../control-plane/csi/volume-topology.js';
import type { EtcdOptions } from '../control-plane/etcd/group.js';
import type { SchedulerConfiguration } from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import type { SchedulerFeatureGates } from '../control-plane/scheduler/feature-gates.js';
import type { TieBreakName } from '../control-plane/scheduler/framework/select-host.js';
import type { ProcessCosts } from '../kernel/cpu-host.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import type { DnsTrafficSpec } from '../network/cluster-dns/dns-traffic-spec.js';
import type { ProportionalParameters } from '../network/cluster-dns/proportional-autoscaler.js';
import type { BackendSpec } from '../network/flannel/backend.js';
import type { NetworkConfig } from '../network/flannel/subnet-config.js';
import type { KubeletConfiguration } from '../node/kubelet/kubelet-configuration.js';
import type { PodAutoscalingSpec } from './pod-autoscaling.js';

/** One machine of the control plane. */
export interface ControlPlaneHost {
  readonly name: string;
  /** Cores shared by all processes on the machine; may be fractional for a CPU limit. */
  readonly cores: number;
}

/** A disk as the time that making a write durable takes. */
export interface DiskSpec {
  readonly fsync: DistributionSpec;
  readonly bytesPerSecond: number;
}

/** A network path, one way. */
export interface LinkSpec {
  readonly delay: DistributionSpec;
  readonly bytesPerSecond: number;
}

export interface EtcdSpec {
  /** 1, 3 or 5. */
  readonly members: number;
  /** Names of hosts of the control plane, or of its own, one a member. */
  readonly hosts: readonly string[];
  /** Machines on which nothing else runs. */
  readonly ownHosts: readonly ControlPlaneHost[];
  readonly disk: DiskSpec;
  /** Of the WAL; undefined: the same. */
  readonly walDisk: DiskSpec | undefined;
  readonly options: EtcdOptions;
}

export const etcdServers = ['local', 'all'] as const;

export type EtcdServers = (typeof etcdServers)[number];

/** Rate limit of a client: `qps` tokens a second, `burst` saved up. */
export interface ClientLimit {
  readonly qps: number;
  readonly burst: number;
}

export interface ApiServerSpec extends ApiServerSettings {
  readonly hosts: readonly string[];
  /** Which members of etcd an apiserver connects to: the one on its host, or all. */
  readonly etcdServers: EtcdServers;
  readonly disabledAdmissionPlugins: readonly OptionalAdmissionPlugin[];
}

/** What an extender of the configuration does, which only its author knows. */
export interface ExtenderSpec {
  /** Time to the beginning of an answer, µs. */
  readonly latency: DistributionSpec;
  /** The plugin that stands for it; '' for one that lets all nodes pass. */
  readonly plugin: string;
}

/** The scheduler that every cluster has. */
export const defaultSchedulerProcess = 'kube-scheduler';

/** A component of which one replica leads. */
export interface ElectedSpec {
  /** Of the replicas; the first holds the lease when the run begins. */
  readonly hosts: readonly string[];
  readonly leaderElection: LeaderElectionTimes;
}

export interface SchedulerSpec extends ElectedSpec {
  /** Of the process: `kube-scheduler`, unless there are several. */
  readonly name: string;
  readonly configuration: SchedulerConfiguration;
  /** Where the configuration states one, the same. */
  readonly client: ClientLimit;
  readonly tieBreak: TieBreakName;
  readonly featureGates: SchedulerFeatureGates;
  /** One for each extender of the configuration, in its order. */
  readonly extenders: readonly ExtenderSpec[];
}

export interface ControllerManagerSpec extends ElectedSpec {
  /** Of each controller's own client. */
  readonly client: ClientLimit;
  /** Absent: nodes get no podCIDR from it. */
  readonly nodeCidrs?: NodeCidrSpec | undefined;
  /** Without a sign of life for longer a node is not Ready; absent: as by default. */
  readonly nodeMonitorGracePeriodUs?: number | undefined;
}

/**
 * Processes of recorded clusters. The last two are on a host of the control plane only there: the
 * agents of all nodes, and the client that loads and watches.
 */
export const recordedProcessNames = [
  'etcd',
  'kube-apiserver',
  'kube-scheduler',
  'kube-controller-manager',
  'node-agents',
  'recorder',
] as const;

export type RecordedProcessName = (typeof recordedProcessNames)[number];

/** Processes whose costs a machine profile may state. */
export const processNames = [
  'etcd',
  'kube-apiserver',
  'kube-scheduler',
  'kube-controller-manager',
  'cloud-controller-manager',
  'cluster-autoscaler',
  'karpenter',
  'node-agents',
  'recorder',
] as const;

export type ProcessName = (typeof processNames)[number];

export interface ControlPlaneSpec {
  readonly hosts: readonly ControlPlaneHost[];
  readonly etcd: EtcdSpec;
  readonly apiServer: ApiServerSpec;
  readonly scheduler: SchedulerSpec;
  /** Beside it, each with a queue, a cache and clients of its own. Names differ. */
  readonly additionalSchedulers: readonly SchedulerSpec[];
  readonly controllerManager: ControllerManagerSpec;
  /** Of those that cost more than the constants say. */
  readonly processes: Readonly<Partial<Record<ProcessName, ProcessCosts>>>;
}

export type RuntimeName = 'containerd' | 'cri-o' | 'docker' | 'rkt';

/** Nodes that are alike. */
export interface NodePoolSpec {
  readonly name: string;
  readonly count: number;
  /** Name of the i-th node (0-based) is `${namePrefix}${i}`, unless it has one of its own. */
  readonly namePrefix: string;
  /** Of the first nodes; absent: none has a name of its own. */
  readonly nodeNames?: readonly string[];
  /** Labels, taints, capacity and allocatable of each node, without a name. */
  readonly template: Node;
  /** Zones, dealt out in turn; may be empty. */
  readonly zones: readonly string[];
  /** L2 network of the nodes; '' for the one of pools that name none. */
  readonly segment: string;
  readonly runtime: RuntimeName;
  readonly cores: number;
  /** Images that are on every node from the start. */
  readonly images: readonly string[];
  readonly serializeImagePulls: boolean;
  readonly maxParallelImagePulls: number;
  /** Undefined: as in the cluster. */
  readonly kubeProxy: KubeProxySpec | undefined;
  /** Absent: what a kubelet is started with when nobody says anything. */
  readonly kubelet?: KubeletConfiguration;
  /** Manifests of pods that each kubelet runs from files; absent: none. */
  readonly staticPods?: readonly Pod[];
}

/** Network plugins that are modelled. */
export const cniTypes = ['generic', 'flannel', 'none'] as const;

/** Who keeps the subnets of flannel's hosts. */
export const subnetManagers = ['kube', 'etcd'] as const;

export interface FlannelSpec {
  readonly subnetManager: (typeof subnetManagers)[number];
  readonly config: NetworkConfig;
  readonly backend: BackendSpec;
  /** Subnets that belong to nodes by name. */
  readonly reservations: ReadonlyMap<string, Cidr>;
}

/** The network plugin: each node has its range from the start, gets it from flannel, or has none. */
export type CniSpec =
  | { readonly type: 'generic' }
  | { readonly type: 'none' }
  | { readonly type: 'flannel'; readonly flannel: FlannelSpec };

export interface NetworkSpec {
  readonly controlPlane: LinkSpec;
  /** Between a node and the control plane. */
  readonly node: LinkSpec;
  readonly registryBytesPerSecond: number;
  /** Compressed size of an image, keyed by image name; others draw from `imageBytes`. */
  readonly imageSizes: ReadonlyMap<string, number>;
  readonly imageBytes: DistributionSpec;
  readonly cni: CniSpec;
}

export interface KubeProxySpec {
  readonly mode: 'iptables' | 'ipvs' | 'nftables' | 'userspace';
  readonly minSyncPeriodUs: number;
  /** Counts the period from the end of a sync (1.35 on), or has a bucket of two starts. */
  readonly runner: 'completion' | 'tokenBucket';
  /** Every sync writes everything (up to 1.26). */
  readonly writesAll: boolean;
  /** Factor on the time of a sync; 1: the machines of the published figures. */
  readonly cpuFactor: number;
}

/** How the replicas of cluster DNS run: from the start and for ever, or in pods of a Deployment. */
export const dnsForms = ['processes', 'pods'] as const;

export interface ClusterDnsSpec {
  readonly runAs: (typeof dnsForms)[number];
  readonly replicas: number;
  readonly domain: string;
  /** NodeLocal DNSCache on every node; with `pods`. */
  readonly hasNodeLocal: boolean;
  /** CPU that a server may use. */
  readonly cores: number;
  /** For so long a replica keeps answers and denials, µs; 0: not at all. */
  readonly cacheUs: number;
  /** Search domains of the nodes. */
  readonly hostSearches: readonly string[];
  /** Scales the Deployment with the cluster; absent: nobody does. */
  readonly autoscaler: ProportionalParameters | undefined;
  /** Lookups by pods. */
  readonly traffic: readonly DnsTrafficSpec[];
}

/** What a CSI driver is asked for: its controller, then its part on a node. */
const csiOperations = [
  'provision',
  'delete',
  'attach',
  'detach',
  'stage',
  'unstage',
  'publish',
  'unpublish',
] as const;

/** How long each takes, µs. */
export type CsiLatencies = Readonly<Record<(typeof csiOperations)[number], DistributionSpec>>;

/** A CSI driver and the storage behind it. */
export interface CsiDriverSpec {
  /** `ebs.csi.aws.com`. */
  readonly name: string;
  /** False: volumes are mounted without being attached to the node first. */
  readonly attachRequired: boolean;
  /** Volumes that a node can have at once; undefined: as many as it likes. */
  readonly attachLimit: number | undefined;
  /** From where a volume can be used. */
  readonly reach: VolumeReach;
  readonly latencies: CsiLatencies;
}

/** Persistent storage of a cluster, and the StorageClasses that are there from the start. */
export interface StorageSpec {
  readonly drivers: readonly CsiDriverSpec[];
  readonly classes: readonly StorageClass[];
}

export interface CloudControllerManagerSpec extends ElectedSpec {
  /** Of each controller's own client. */
  readonly client: ClientLimit;
  readonly settings: CloudControllerManagerSettings;
}

/** The cloud in which the nodes are instances. */
export interface CloudSpec {
  readonly profile: CloudProfile;
  readonly instanceTypes: readonly InstanceTypeFacts[];
  readonly controllerManager: CloudControllerManagerSpec;
}

interface AnyAutoscalerSpec extends ElectedSpec {
  readonly client: ClientLimit;
  /** How far each of its groups may grow and shrink. */
  readonly groups: readonly NodeGroupSpec[];
  /** Of its own, beside those of the cluster. */
  readonly pools: readonly NodePoolSpec[];
}

export interface ClusterAutoscalerSpec extends AnyAutoscalerSpec {
  readonly kind: 'cluster-autoscaler';
  readonly settings: ClusterAutoscalerSettings;
}

export interface KarpenterSpec extends AnyAutoscalerSpec {
  readonly kind: 'karpenter';
  readonly settings: KarpenterSettings;
}

export type AutoscalerSpec = ClusterAutoscalerSpec | KarpenterSpec;

/**
 * How much of a cluster is simulated: all of it, or where pods are placed: kube-scheduler's
 * decisions, pod after pod, which take no time (placement-cluster.ts).
 */
export const clusterScopes = ['cluster', 'placement'] as const;

export type ClusterScope = (typeof clusterScopes)[number];

/** A whole cluster. */
export interface ClusterSpec {
  /** `cluster` when absent. */
  readonly scope?: ClusterScope;
  /** `eager` when absent. */
  readonly heartbeats?: HeartbeatMode;
  readonly kubernetesVersion: string;
  readonly controlPlane: ControlPlaneSpec;
  readonly nodePools: readonly NodePoolSpec[];
  readonly network: NetworkSpec;
  readonly kubeProxy: KubeProxySpec;
  readonly clusterDns: ClusterDnsSpec;
  /** Undefined: there are neither volumes nor claims, and nobody looks after them. */
  readonly storage: StorageSpec | undefined;
  /** Absent: nobody lets the machines, and there is no cloud-controller-manager. */
  readonly cloud?: CloudSpec | undefined;
  /** Only in a cloud. Absent: the nodes are as many as somebody makes. */
  readonly autoscaler?: AutoscalerSpec | undefined;
  /**
   * What is stored when the run begins, beside what every cluster has; Pods with a node run on it,
   * unless they have ended. Absent: nothing.
   */
  readonly initialObjects?: readonly KubernetesObject[];
  /** What containers do, where the manifest does not say: time from start to able to serve, µs. */
  readonly applicationStart: DistributionSpec;
  /** Absent where no HorizontalPodAutoscaler is. */
  readonly podAutoscaling?: PodAutoscalingSpec | undefined;
}

/**
 * The i-th node of a pool (0-based), with its name and the labels that follow from it: hostname,
 * and the zone, dealt out in turn. Constant but for the copy of the labels.
 */
export function nodeOfPool(pool: NodePoolSpec, index: number): Node {
  const { namePrefix, nodeNames = [], template, zones } = pool;
  const name = nodeNames[index] ?? `${namePrefix}${index}`;
  const zone = zones.length === 0 ? undefined : zones[index % zones.length];
  const labels = {
    'kubernetes.io/hostname': name,
    ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
    ...template.metadata.labels,
  };
  return { ...template, metadata: extended(template.metadata, { name, labels }) };
}

/** The node in that zone; '' leaves it where it is. */
export function inZone(node: Node, zone: string): Node {
  if (zone === '') return node;
  const labels = { ...node.metadata.labels, 'topology.kubernetes.io/zone': zone };
  return { ...node, metadata: { ...node.metadata, labels } };
}
