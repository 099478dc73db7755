// What a cloud can be asked for, as the components of the control plane see it: instances, groups
// of instances, load balancers, routes. Every answer comes later, and may be a refusal.
// Source: Kubernetes v1.36 staging cloud-provider cloud.go; kubernetes/autoscaler
// cluster-autoscaler cloudprovider/cloud_provider.go (reference: nodes-controllers 4).
import type { Taint } from '../api/node.js';
import type { Labels } from '../api/object-meta.js';
import type { SimTime } from '../kernel/time.js';

/** Why a call had no effect. `Throttling`: too many calls; try again later. */
export type CloudFault = 'Throttling' | 'InternalError' | 'NotFound' | 'InsufficientCapacity';

/** `pending`: it boots; `stopped`: it is there, and off. */
export type InstanceState = 'pending' | 'running' | 'stopped' | 'terminated';

/** A machine that the cloud lets. */
export interface CloudInstance {
  /** Also of its node, as `spec.providerID` has it. */
  readonly id: string;
  readonly nodeName: string;
  /** The node pool whose machines are like it. */
  readonly pool: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly region: string;
  readonly state: InstanceState;
  /** When it was asked for; before the run 0. */
  readonly requestedUs: SimTime;
}

/** One instance to be launched. */
export interface LaunchRequest {
  readonly pool: string;
  /** '' for any. */
  readonly zone: string;
  /** What its kubelet registers the node with, besides what the pool says. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** What was launched with it is not launched again; absent: a new one in any case. */
  readonly token?: string;
}

/** A set of instances that are alike, of a size that is asked for. */
export interface NodeGroup {
  readonly name: string;
  readonly targetSize: number;
  readonly minSize: number;
  readonly maxSize: number;
  /** Those that were launched and not asked to go, in order of launch. */
  readonly instances: readonly CloudInstance[];
  /** Launches that failed for want of machines since the group was last resized. */
  readonly failedLaunches: number;
}

/** A way that the network of the cloud knows: pods of a node by their range. */
export interface CloudRoute {
  readonly nodeName: string;
  readonly podCidr: string;
}

/** How a call ended. */
export interface CloudAnswer {
  /** Undefined: as it was asked for. */
  readonly fault?: CloudFault;
  readonly instance?: CloudInstance;
  /** Of a load balancer. */
  readonly address?: string;
  readonly routes?: readonly CloudRoute[];
}

/** Told the answer and whatever the asker handed in. */
export type CloudCallback<C> = (answer: CloudAnswer, context: C) => void;

export interface CloudInstances {
  /** The instance of a node. */
  describe<C>(nodeName: string, onDone: CloudCallback<C>, context: C): void;
  /** Launches one; the answer comes when it is on its way, long before it is up. */
  create<C>(request: LaunchRequest, onDone: CloudCallback<C>, context: C): void;
  /** Ends the instance of a node, or of an id; its group, if it has one, becomes smaller. */
  delete<C>(machineName: string, onDone: CloudCallback<C>, context: C): void;
  /** Asks for a greater size; the answer comes when the cloud has noted it. */
  increaseGroup<C>(name: string, by: number, onDone: CloudCallback<C>, context: C): void;
  /** As an autoscaler's cache of the groups has them: without a call. */
  readonly groups: readonly NodeGroup[];
}

export interface CloudLoadBalancers {
  /** Makes one, or makes it point at these nodes. */
  ensure<C>(key: string, nodes: readonly string[], onDone: CloudCallback<C>, context: C): void;
  delete<C>(key: string, onDone: CloudCallback<C>, context: C): void;
}

export interface CloudRoutes {
  list<C>(onDone: CloudCallback<C>, context: C): void;
  create<C>(route: CloudRoute, onDone: CloudCallback<C>, context: C): void;
  delete<C>(route: CloudRoute, onDone: CloudCallback<C>, context: C): void;
}

/** A cloud, as its API offers it. */
export interface CloudProvider {
  readonly name: string;
  readonly instances: CloudInstances;
  readonly loadBalancers: CloudLoadBalancers;
  readonly routes: CloudRoutes;
}

/** A node with this taint waits for the cloud-controller-manager. */
export const uninitializedTaint: Taint = {
  key: 'node.cloudprovider.kubernetes.io/uninitialized',
  value: 'true',
  effect: 'NoSchedule',
};

/** A node that a cluster autoscaler is about to remove. */
export const toBeDeletedTaint = 'ToBeDeletedByClusterAutoscaler';
