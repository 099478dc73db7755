// Assembly: a ClusterSpec becomes components that are wired to each other. The only place that
// knows all of them. When a run begins the cluster is up: nodes are registered and Ready, the
// caches of the control plane fill, and as soon as they have, the first operation begins.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import type { Pod } from '../api/pod.js';
import type { ApiTransport } from '../client/api-transport.js';
import type { Connection } from '../client/connection.js';
import type { ClusterObserver } from '../client/observer.js';
import type { ApiServer } from '../control-plane/apiserver/apiserver.js';
import type { Rental } from '../control-plane/cloud/instance-registry.js';
import type { ControllerManagerMonitor } from '../control-plane/controller-manager/sync-loop.js';
import type { CsiDriver } from '../control-plane/csi/csi-driver.js';
import type { Etcd } from '../control-plane/etcd/etcd.js';
import { assert } from '../kernel/assert.js';
import type { Simulation } from '../kernel/simulation.js';
import type { StationMeter } from '../kernel/stations.js';
import type { DnsMonitor } from '../network/cluster-dns/dns-traffic-spec.js';
import type { FlannelMonitor } from '../network/flannel/flannel-fleet.js';
import { ContainerRuntimes } from '../node/container-runtime/container-runtimes.js';
import { KubeProxyFleet } from '../node/kube-proxy/kube-proxy-fleet.js';
import type { ProxyMonitor } from '../node/kube-proxy/proxy-monitor.js';
import { ServiceFeed } from '../node/kube-proxy/service-feed.js';
import { KubeletFleet } from '../node/kubelet/kubelet-fleet.js';
import type { KubeletMonitor } from '../node/kubelet/kubelet-monitor.js';
import type { KubeletNode } from '../node/kubelet/node-agent.js';
import { NodeCpus } from '../node/node-cpus.js';
import { bootstrapObjects } from './bootstrap.js';
import type { ChangeListener } from './change-listener.js';
import { CloudAssembly, type CloudListeners } from './cloud-assembly.js';
import { ClusterNetwork } from './cluster-network.js';
import { ClusterNodes } from './cluster-nodes.js';
import { type ClusterSpec, inZone, type NodePoolSpec, nodeOfPool } from './cluster-spec.js';
import { ControlPlane } from './control-plane.js';
import type { ControllerManagerProcess } from './controller-manager-process.js';
import { DnsAssembly, type DnsSurroundings } from './dns-assembly.js';
import { Driver } from './driver.js';
import { electedControllers, electedSchedulers, heldLeases } from './elected-components.js';
import type { ElectedProcesses, LeaderStatus } from './elected-process.js';
import { etcdPerformer } from './etcd-operator.js';
import { faultStriker } from './fault-assembly.js';
import { adoptPods, initialState, withImages } from './initial-objects.js';
import {
  kubeletNode,
  kubeletOf,
  nodeLease,
  proxyNode,
  withMachine,
  zoneOf,
} from './node-objects.js';
import type { InstanceOperation } from './node-operation.js';
import type { Operation, RestartOperation } from './operation.js';
import { startMetricsApis } from './pod-autoscaling.js';
import type { SchedulerListeners, SchedulerProcess } from './scheduler-process.js';
import { ServerListenerGroup } from './server-listener-group.js';
import { csiControllers, nodeStorage, storageObjects } from './storage-assembly.js';
import { ClientTraffic } from './traffic/client-traffic.js';
import type { TrafficPlan } from './traffic/traffic-spec.js';

/** Who is told what. */
export interface ClusterListeners extends SchedulerListeners {
  readonly changes: ChangeListener;
  /** Who measures lookups of names. */
  readonly dns?: DnsMonitor | undefined;
  /** Who measures the network of the pods. */
  readonly flannel?: FlannelMonitor | undefined;
  /** Who measures the kube-proxies. */
  readonly kubeProxy?: ProxyMonitor | undefined;
  /** Who measures the controllers. */
  readonly controllers?: ControllerManagerMonitor | undefined;
  /** Who measures the kubelets. */
  readonly kubelets?: KubeletMonitor | undefined;
  /** Who measures the cloud and its controllers. */
  readonly cloud?: CloudListeners | undefined;
  /** The last operation has been performed. */
  readonly onOperationsDone: () => void;
}

/** A cluster in a simulation. `start` sets it going; then the simulation is run. */
export class Cluster {
  /** Machines, disks, queues and rate limiters, for reports. */
  readonly meters: readonly StationMeter[];
  /** Of the pods. */
  readonly network: ClusterNetwork;
  readonly #spec: ClusterSpec;
  readonly #simulation: Simulation;
  readonly #controlPlane: ControlPlane;
  readonly #controllers: ElectedProcesses<ControllerManagerProcess>;
  readonly #schedulers: readonly ElectedProcesses<SchedulerProcess>[];
  /** CPU that the nodes' containers and daemons share. */
  readonly nodeCpus: NodeCpus;
  readonly #kubelets: KubeletFleet;
  readonly #proxies: KubeProxyFleet;
  readonly #serviceFeed: ServiceFeed;
  readonly #dns: DnsAssembly;
  readonly #csiDrivers: readonly CsiDriver[];
  /** Undefined when nobody connects to any Service. */
  readonly traffic: ClientTraffic | undefined;
  /** Absent: the machines are nobody's affair. */
  readonly #cloud: CloudAssembly | undefined;
  readonly #driver: Driver;
  /** Nodes made so far, by the beginning of their names. */
  readonly #poolSizes = new Map<string, number>();
  readonly #nodes = new ClusterNodes();
  /** Those of the start that nothing has been done for yet. */
  readonly pendingPods: readonly Pod[];

  constructor(
    simulation: Simulation,
    spec: ClusterSpec,
    operations: readonly Operation[],
    listeners: ClusterListeners,
    traffic?: TrafficPlan,
  ) {
    const { observer, changes, controllers, onOperationsDone } = listeners;
    this.#simulation = simulation;
    this.#spec = spec;
    this.network = new ClusterNetwork({
      simulation,
      spec,
      onInstalled: (node) => this.#kubelets.networkInstalled(node),
      monitor: listeners.flannel,
    });
    if (traffic !== undefined && traffic.flows.length > 0) {
      this.traffic = new ClientTraffic(simulation, traffic);
    }
    this.#cloud = this.#newCloud(listeners.cloud);
    const pools = spec.nodePools.map((pool) => this.#newNodes(pool, pool.count, true));
    const initial = spec.initialObjects ?? [];
    const nodes = withImages(pools.flat(), initial);
    const objects = bootstrapObjects(simulation.random, [
      ...nodes.flatMap(({ name, node }): KubernetesObject[] => [node, nodeLease(name)]),
      ...heldLeases(spec.controlPlane),
      ...(spec.storage === undefined ? [] : storageObjects(spec.storage, this.#nodes.names)),
      ...(this.#cloud?.heldLeases ?? []),
      ...initial,
    ]);
    const state = initialState(objects, nodes, this.network.plugin);
    this.pendingPods = state.pending;
    this.#controlPlane = new ControlPlane(simulation, spec, state.objects, observer);
    this.#controllers = electedControllers(simulation, this.#controlPlane, spec, controllers);
    this.#schedulers = electedSchedulers(
      simulation,
      this.#controlPlane,
      spec.controlPlane,
      listeners,
    );
    this.#cloud?.build(this.#controlPlane);
    this.#dns = new DnsAssembly({
      simulation,
      transport: this.#controlPlane.transport,
      spec: spec.clusterDns,
      connect: (name, at) => this.#controlPlane.connect(name, 'node', at),
      observer,
      monitor: listeners.dns,
    });
    this.nodeCpus = new NodeCpus(simulation);
    this.#kubelets = this.#newKubelets(listeners, nodes);
    adoptPods(this.#kubelets, state);
    this.#csiDrivers = csiControllers(simulation, this.#controlPlane, observer, spec.storage);
    this.network.connect(this.#controlPlane);
    const { transport } = this.#controlPlane;
    this.#proxies = this.#newProxies(listeners, pools);
    const proxyConnection = this.#controlPlane.connect('kube-proxy', 'node');
    this.#serviceFeed = new ServiceFeed(transport, proxyConnection, this.#proxies);
    this.#dns.build();
    const driver = {
      simulation,
      transport,
      connection: this.#controlPlane.connect('kubectl', 'controlPlane'),
      changes,
      createNodes: (pool: string, count: number): void => this.#createNodes(pool, count),
      nodePools: spec.nodePools,
      connect: (client: string) => this.#controlPlane.connect(client, 'controlPlane'),
      restart: (operation: RestartOperation): void => this.#restart(operation),
      operateEtcd: etcdPerformer(simulation, this.etcd, operations),
      strike: this.#faultStriker(operations, observer),
      operateInstances: (operation: InstanceOperation): void => this.#cloud?.operate(operation),
    };
    const all = [...DnsAssembly.operationsOf(spec.clusterDns), ...operations];
    this.#driver = new Driver(driver, all, onOperationsDone);
    this.meters = this.#ownMeters();
  }

  /** Why nothing can be stored, for whoever asks at the end; undefined: it can. */
  get verdict(): string | undefined {
    return this.#controlPlane.etcd.verdict;
  }

  /** Everything that is stored now. O(objects). */
  get objects(): readonly KubernetesObject[] {
    return this.#controlPlane.etcd.snapshot().values;
  }

  /** For its metrics. */
  get etcd(): Etcd {
    return this.#controlPlane.etcd;
  }

  /** For their metrics. */
  get apiServers(): readonly ApiServer[] {
    return this.#controlPlane.apiServers;
  }

  /** The replicas of which one leads. */
  get leaders(): readonly LeaderStatus[] {
    const elected = [this.#controllers, ...this.#schedulers];
    return [...elected.flatMap(({ leaders }) => leaders), ...(this.#cloud?.leaders ?? [])];
  }

  /** The machines that a cloud has let, for what they cost. */
  get rentals(): readonly Rental[] {
    return this.#cloud?.cloud.instances.rentals ?? [];
  }

  /** What carries all requests. */
  get transport(): ApiTransport {
    return this.#controlPlane.transport;
  }

  /** Starts all components; the operations begin when the control plane's caches have filled. */
  start(): void {
    const informers = [
      ...this.#controllers.first.manager.informers,
      ...this.#schedulers.flatMap(({ first }) => first.informers),
      ...(this.#cloud?.informers ?? []),
    ];
    let waiting = informers.length;
    for (const informer of informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) this.#driver.start();
      });
    }
    this.#controllers.start();
    for (const scheduler of this.#schedulers) scheduler.start();
    this.traffic?.start(this.#proxies, this.#spec.network.node.delay, this.#wayBetween);
    this.#cloud?.start();
    this.#serviceFeed.start();
    this.#dns.start(this.#dnsSurroundings);
    for (const driver of this.#csiDrivers) driver.start();
    this.network.start();
    const { podAutoscaling } = this.#spec;
    if (podAutoscaling === undefined) return;
    startMetricsApis(this.#simulation, this.#controlPlane, podAutoscaling, (node, pod) =>
      this.#nodes.has(node) ? this.nodeCpus.givenTo(this.#nodes.indexOf(node), pod) : undefined,
    );
  }

  readonly #wayBetween: DnsSurroundings['wayBetween'] = (one, other) =>
    this.#controlPlane.partitions.between(one, other);

  /** What lookups of names need to know. */
  get #dnsSurroundings(): DnsSurroundings {
    return {
      proxies: this.#proxies,
      nodes: this.#nodes.places,
      link: this.#spec.network.node.delay,
      flannel: () => this.network.flannel,
      wayBetween: this.#wayBetween,
    };
  }

  /** The machine of a node is gone for good: its agents neither see nor say anything any more. */
  #removeNode(name: string): void {
    const { index } = this.#nodes.remove(name);
    this.#kubelets.crashNode(index);
    this.network.removeNode(index);
  }

  #ownMeters(): readonly StationMeter[] {
    const { queues, clients } = this.#controllers.first.manager;
    return [
      ...this.#controlPlane.meters,
      ...queues.map(({ meter }) => meter),
      ...clients.flatMap(({ bucket }) => (bucket === undefined ? [] : [bucket.meter])),
    ];
  }

  /** `pools`: the nodes of each pool, in the order of the spec. */
  #newProxies(
    { observer, kubeProxy: monitor }: ClusterListeners,
    pools: readonly (readonly KubeletNode[])[],
  ): KubeProxyFleet {
    const { nodePools, kubeProxy, network } = this.#spec;
    return new KubeProxyFleet({
      simulation: this.#simulation,
      nodes: nodePools.flatMap((pool, index) =>
        (pools[index] ?? []).map((node) => proxyNode(node, pool)),
      ),
      spec: kubeProxy,
      linkDelay: network.node.delay,
      cpus: this.nodeCpus,
      observer,
      monitor,
    });
  }

  #newKubelets(listeners: ClusterListeners, nodes: readonly KubeletNode[]): KubeletFleet {
    const { network, applicationStart } = this.#spec;
    const { transport } = this.#controlPlane;
    return new KubeletFleet({
      simulation: this.#simulation,
      transport,
      nodes,
      runtime: new ContainerRuntimes(this.#simulation, undefined, this.nodeCpus),
      cpus: this.nodeCpus,
      connectionFor: (index) => this.#connectNode('kubelet', this.#nodes.names[index] ?? ''),
      observer: listeners.observer,
      storage: nodeStorage(this.#spec.storage),
      network,
      applicationStart,
      networkPlugin: this.network.plugin,
      onNodeFailed: (node) => this.#proxies.stop(node),
      onKubeletUp: (node) => {
        if (this.#nodes.holds(node)) this.#proxies.restart(node);
      },
      servers: new ServerListenerGroup([this.traffic?.servers, this.#dns]),
      monitor: listeners.kubelets,
    });
  }

  #connectNode(agent: string, node: string): Connection {
    return this.#controlPlane.connect(`${agent}/${node}`, 'node', node);
  }

  #faultStriker(operations: readonly Operation[], observer: ClusterObserver) {
    const { partitions } = this.#controlPlane;
    partitions.beforeChange = () => this.traffic?.catchUp();
    const parts = { nodes: this.#nodes, kubelets: this.#kubelets, partitions, spec: this.#spec };
    const connectProxy = (node: string): Connection => this.#connectNode('kube-proxy', node);
    const agents = { ...parts, proxies: this.#serviceFeed, connectProxy };
    return faultStriker({ simulation: this.#simulation, observer, ...agents }, operations);
  }

  /** Of several schedulers the first is meant. */
  #restart({ component, signal, downUs, replica }: RestartOperation): void {
    if (component === 'kube-apiserver') {
      return this.#controlPlane.restartApiServer(replica ?? 0, signal, downUs);
    }
    const elected =
      component === 'kube-scheduler'
        ? this.#schedulers[0]
        : component === 'kube-controller-manager'
          ? this.#controllers
          : this.#cloud?.processes(component);
    elected?.restart(signal, downUs, replica);
  }

  #newCloud(listeners: CloudListeners = {}): CloudAssembly | undefined {
    const { cloud } = this.#spec;
    if (cloud === undefined) return undefined;
    const machines = {
      next: (pool: NodePoolSpec, zone: string): Node =>
        inZone(nodeOfPool(pool, this.#nextIndex(pool)), zone),
      join: (pool: NodePoolSpec, node: Node, networkReadyUs: number): void =>
        this.#join(pool, { ...this.#placed(pool, kubeletOf(pool, node, false)), networkReadyUs }),
      remove: (name: string): void => this.#removeNode(name),
      crash: (name: string): void => this.#kubelets.crashNode(this.#nodes.indexOf(name)),
    };
    return new CloudAssembly(this.#simulation, this.#spec, cloud, machines, listeners);
  }

  #newNodes(pool: NodePoolSpec, count: number, isRegistered: boolean): KubeletNode[] {
    return Array.from({ length: count }, () => {
      const made = this.#placed(pool, kubeletNode(pool, this.#nextIndex(pool), isRegistered));
      const node = isRegistered
        ? { ...made, node: this.network.prepared(made.node, pool.segment) }
        : made;
      return this.#cloud?.adopted(pool, node) ?? node;
    });
  }

  #nextIndex({ namePrefix }: NodePoolSpec): number {
    const index = this.#poolSizes.get(namePrefix) ?? 0;
    this.#poolSizes.set(namePrefix, index + 1);
    return index;
  }

  /** The node with its machine and its place among all nodes. */
  #placed(pool: NodePoolSpec, node: KubeletNode): KubeletNode {
    this.#nodes.add(node, pool.name);
    const { count } = this.#nodes;
    const { kubernetesVersion } = this.#spec;
    const placed = withMachine(node, count, kubernetesVersion, this.#simulation.random);
    this.traffic?.addNode({ name: placed.name, pool: pool.name, zone: zoneOf(placed.node) });
    return placed;
  }

  #createNodes(poolName: string, count: number): void {
    const pool = this.#spec.nodePools.find(({ name }) => name === poolName);
    assert(pool !== undefined, `there is no node pool "${poolName}"`);
    for (const node of this.#newNodes(pool, count, false)) this.#join(pool, node);
  }

  #join(pool: NodePoolSpec, node: KubeletNode): void {
    this.#kubelets.addNode(node);
    this.network.addNode({ name: node.name, segment: pool.segment });
    this.#proxies.addNode(proxyNode(node, pool));
  }
}
