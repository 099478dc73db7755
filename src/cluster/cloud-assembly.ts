// The cloud of a cluster, wired to its machines and to the cloud-controller-manager. Every node is
// an instance: those that are there from the start have been initialised, later ones register with
// the taint that the cloud-controller-manager takes away.

import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Lease } from '../api/lease.js';
import type { Node } from '../api/node.js';
import type { Informer } from '../client/informer.js';
import { heldLease } from '../client/leader-elector.js';
import type { ClusterAutoscalerMonitor } from '../control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import type { KarpenterMonitor } from '../control-plane/autoscaling/karpenter/karpenter-settings.js';
import { Cloud } from '../control-plane/cloud/cloud.js';
import type { CloudMonitor } from '../control-plane/cloud/cloud-calls.js';
import type { MachinePlace, MachineRoom } from '../control-plane/cloud/instance-registry.js';
import {
  type CloudControllerManagerMonitor,
  cloudControllerManagerName,
} from '../control-plane/cloud-controller-manager/cloud-controller-options.js';
import { uninitializedTaint } from '../control-plane/cloud-provider.js';
import type { Simulation } from '../kernel/simulation.js';
import type { KubeletNode } from '../node/kubelet/node-agent.js';
import { AutoscalerProcess } from './autoscaler-process.js';
import { CloudControllerManagerProcess } from './cloud-controller-manager-process.js';
import type { CloudSpec, ClusterSpec, NodePoolSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import {
  ElectedProcesses,
  identityOf,
  type LeaderStatus,
  type ReplicaProcess,
} from './elected-process.js';
import type { InstanceOperation } from './node-operation.js';

/** Who measures the cloud and what works with it. */
export interface CloudListeners {
  readonly calls?: CloudMonitor | undefined;
  readonly controllers?: CloudControllerManagerMonitor | undefined;
  readonly autoscaler?: ClusterAutoscalerMonitor | undefined;
  readonly karpenter?: KarpenterMonitor | undefined;
}

/** What the cloud asks of the cluster. */
export interface CloudMachines {
  /** The next node of a pool, which is not there yet; of its zone or, where that is '', of any. */
  readonly next: (pool: NodePoolSpec, zone: string) => Node;
  /** A node joins. */
  readonly join: (pool: NodePoolSpec, node: Node, networkReadyUs: number) => void;
  /** The machine of a node is off, and may be switched on again. */
  readonly crash: (nodeName: string) => void;
  /** It is gone for good. */
  readonly remove: (nodeName: string) => void;
}

export class CloudAssembly {
  readonly cloud: Cloud;
  readonly #simulation: Simulation;
  readonly #spec: CloudSpec;
  readonly #listeners: CloudListeners;
  readonly #clusterSpec: ClusterSpec;
  readonly #controllers: ElectedProcesses<CloudControllerManagerProcess>[] = [];
  readonly #autoscalers: ElectedProcesses<AutoscalerProcess>[] = [];

  constructor(
    simulation: Simulation,
    clusterSpec: ClusterSpec,
    spec: CloudSpec,
    machines: CloudMachines,
    listeners: CloudListeners,
  ) {
    this.#simulation = simulation;
    this.#spec = spec;
    this.#clusterSpec = clusterSpec;
    const { nodePools, autoscaler } = clusterSpec;
    this.#listeners = listeners;
    const pools = new Map(
      [...nodePools, ...(autoscaler?.pools ?? [])].map((pool) => [pool.name, pool]),
    );
    const rooms = new Rooms(pools, machines);
    this.cloud = new Cloud(simulation, {
      profile: spec.profile,
      types: spec.instanceTypes,
      groups: autoscaler?.groups ?? [],
      rooms,
      monitor: listeners.calls,
    });
  }

  /** The leases that the first replicas have held since before the run. */
  get heldLeases(): readonly Lease[] {
    const { autoscaler } = this.#clusterSpec;
    const elected = [
      { name: cloudControllerManagerName, times: this.#spec.controllerManager.leaderElection },
      ...(autoscaler === undefined
        ? []
        : [{ name: autoscaler.kind, times: autoscaler.leaderElection }]),
    ];
    return elected.map(({ name, times }) => heldLease(name, identityOf(name, 0, 1), times));
  }

  /** The replicas of which one leads. */
  get leaders(): readonly LeaderStatus[] {
    return [...this.#controllers, ...this.#autoscalers].flatMap(({ leaders }) => leaders);
  }

  /** Those of the processes that lead when the run begins. */
  get informers(): readonly Informer<KubernetesObject>[] {
    return [
      ...this.#controllers.flatMap(({ first }) => first.manager.informers),
      ...this.#autoscalers.flatMap(({ first }) => first.informers),
    ];
  }

  /** Makes the processes; the API is there. */
  build(controlPlane: ControlPlane): void {
    const simulation = this.#simulation;
    const { cloud } = this;
    const spec = this.#spec.controllerManager;
    const monitor = this.#listeners.controllers;
    const name = cloudControllerManagerName;
    this.#controllers.push(
      new ElectedProcesses(simulation, {
        name,
        replicas: spec.hosts.map((host) => controlPlane.process(name, host)),
        times: spec.leaderElection,
        releasesLease: false,
        build: (host) =>
          new CloudControllerManagerProcess(
            simulation,
            { controlPlane, cloud, monitor },
            spec,
            host,
          ),
      }),
    );
    this.#buildAutoscaler(controlPlane);
  }

  #buildAutoscaler(controlPlane: ControlPlane): void {
    const simulation = this.#simulation;
    const clusterSpec = this.#clusterSpec;
    const { autoscaler } = clusterSpec;
    if (autoscaler === undefined) return;
    const parts = { controlPlane, cloud: this.cloud, listeners: this.#listeners };
    this.#autoscalers.push(
      new ElectedProcesses(simulation, {
        name: autoscaler.kind,
        replicas: autoscaler.hosts.map((host) => controlPlane.process(autoscaler.kind, host)),
        times: autoscaler.leaderElection,
        releasesLease: true,
        build: (host) => new AutoscalerProcess(simulation, parts, autoscaler, clusterSpec, host),
      }),
    );
  }

  /** The replicas of a component; undefined where there are none. */
  processes(
    component: 'cloud-controller-manager' | 'cluster-autoscaler' | 'karpenter',
  ): Pick<ElectedProcesses<ReplicaProcess>, 'restart'> | undefined {
    const all = component === cloudControllerManagerName ? this.#controllers : this.#autoscalers;
    return all[0];
  }

  start(): void {
    for (const each of [...this.#controllers, ...this.#autoscalers]) each.start();
  }

  /** What somebody does in the cloud's console. */
  operate({ op, nodes }: InstanceOperation): void {
    const { instances } = this.cloud;
    for (const name of nodes) {
      if (op === 'terminateInstances') instances.terminate(name);
      else instances.stop(name);
    }
  }

  /** A node whose instance is up, as its kubelet registers it or has registered it. */
  adopted(pool: NodePoolSpec, kubelet: KubeletNode): KubeletNode {
    const { node, isRegistered = false } = kubelet;
    const { id } = this.cloud.instances.adopt(pool.name, placeOf(node));
    const spec = isRegistered ? { ...node.spec, providerID: id } : withTaint(node).spec;
    return { ...kubelet, node: { ...node, spec } };
  }
}

/** The machines of the pools. */
class Rooms implements MachineRoom {
  readonly #pools: ReadonlyMap<string, NodePoolSpec>;
  readonly #machines: CloudMachines;
  /** Nodes that are to join, by name. */
  readonly #reserved = new Map<string, Node>();

  constructor(pools: ReadonlyMap<string, NodePoolSpec>, machines: CloudMachines) {
    this.#pools = pools;
    this.#machines = machines;
  }

  reserve(pool: string, zone: string): MachinePlace {
    const node = this.#machines.next(this.#pools.get(pool) as NodePoolSpec, zone);
    this.#reserved.set(node.metadata.name, node);
    return placeOf(node);
  }

  powerOn(
    { nodeName, pool }: Parameters<MachineRoom['powerOn']>[0],
    { labels, taints }: Parameters<MachineRoom['powerOn']>[1],
    readyUs: number,
  ): void {
    const node = withTaint(this.#reserved.get(nodeName) as Node);
    this.#reserved.delete(nodeName);
    const metadata = { ...node.metadata, labels: { ...node.metadata.labels, ...labels } };
    const spec = { ...node.spec, taints: [...(node.spec.taints ?? []), ...taints] };
    const joining = { ...node, metadata, spec };
    this.#machines.join(this.#pools.get(pool) as NodePoolSpec, joining, readyUs);
  }

  powerOff(nodeName: string): void {
    this.#machines.crash(nodeName);
  }

  discard(nodeName: string): void {
    this.#machines.remove(nodeName);
  }
}

function withTaint(node: Node): Node {
  const taints = [...(node.spec.taints ?? []), uninitializedTaint];
  return { ...node, spec: { ...node.spec, taints } };
}

function placeOf({ metadata }: Node): MachinePlace {
  const { name: nodeName, labels = {} } = metadata;
  return {
    nodeName,
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    region: labels['topology.kubernetes.io/region'] ?? '',
    instanceType: labels['node.kubernetes.io/instance-type'] ?? '',
  };
}
