// The network of the pods as the cluster has it: no plugin, one that gives each node a range from
// the start, or flannel.

import { addressCount, cidrOf, formatCidr } from '../api/cidr.js';
import { extended } from '../api/extended.js';
import type { Node } from '../api/node.js';
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { Simulation } from '../kernel/simulation.js';
import { EtcdSubnetManager } from '../network/flannel/etcd-subnet-manager.js';
import { FlannelFleet, type FlannelMonitor } from '../network/flannel/flannel-fleet.js';
import { KubeSubnetManager, withFlannel } from '../network/flannel/kube-subnet-manager.js';
import type {
  FlannelHost,
  LeaseListener,
  SubnetManager,
} from '../network/flannel/subnet-manager.js';
import {
  type NetworkPlugin,
  networkNotReady,
  nodePodCidr,
  staticNetwork,
} from '../node/kubelet/pod-network.js';
import type { ClusterSpec, FlannelSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';

/** The range of pod addresses of a plugin that nothing is said of: room for 16,384 nodes. */
const genericCidr = '10.0.0.0/10';
const genericNodeBits = 24;

const subnetFileMissing =
  'plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: ' +
  'open /run/flannel/subnet.env: no such file or directory';

export interface ClusterNetworkOptions {
  readonly simulation: Simulation;
  readonly spec: ClusterSpec;
  /** The network plugin has come to a node. */
  readonly onInstalled: (node: number) => void;
  readonly monitor: FlannelMonitor | undefined;
}

/** A node as the network knows it. */
interface NetworkNode {
  readonly name: string;
  readonly segment: string;
}

export class ClusterNetwork {
  readonly plugin: NetworkPlugin;
  readonly #options: ClusterNetworkOptions;
  readonly #linkDelay: Distribution;
  /** Of nodes that are up when the run begins. */
  readonly #nodes: NetworkNode[] = [];
  readonly #podCidrs: string[] = [];
  /** Given by the controller manager before the run begins. */
  #ranges = 0;
  #flannel: FlannelFleet | undefined;

  constructor(options: ClusterNetworkOptions) {
    const { cni, node } = options.spec.network;
    this.#options = options;
    this.#linkDelay = distribution(node.delay);
    this.plugin = this.#pluginOf(cni.type);
  }

  #pluginOf(type: ClusterSpec['network']['cni']['type']): NetworkPlugin {
    if (type === 'generic') {
      return staticNetwork((node) => nodePodCidr(genericCidr, node, genericNodeBits));
    }
    return {
      isInstalled: (node) => this.#flannel?.isInstalled(node) === true,
      podCidr: (node) => this.#flannel?.podCidr(node),
      noRangeMessage: subnetFileMissing,
    };
  }

  /** The fleet of flannel, when that is the plugin and the control plane is there. */
  get flannel(): FlannelFleet | undefined {
    return this.#flannel;
  }

  /** A node that is up when the run begins, as the network has left it; in order of the nodes. */
  prepared(node: Node, segment: string): Node {
    const { cni } = this.#options.spec.network;
    if (cni.type === 'generic') return this.#withRange(node);
    this.#nodes.push({ name: node.metadata.name, segment });
    if (cni.type === 'none') return withoutNetwork(this.#withRange(node));
    const { subnetManager, config, backend } = cni.flannel;
    if (subnetManager === 'etcd') return this.#withRange(node);
    const index = this.#podCidrs.length;
    const { network, subnetBits: bits } = config;
    const first = network.first + index * addressCount(bits);
    const isLeft = first < network.first + addressCount(network.bits);
    const podCIDR = node.spec.podCIDR ?? (isLeft ? formatCidr({ first, bits }) : undefined);
    this.#podCidrs.push(podCIDR ?? '');
    if (podCIDR === undefined) return node;
    const spec = extended(node.spec, { podCIDR, podCIDRs: [podCIDR] });
    return withFlannel({ ...node, spec }, backend.type, 0);
  }

  /** The node with the next range that the controller manager has for nodes, if it has any. */
  #withRange(node: Node): Node {
    const { nodeCidrs } = this.#options.spec.controlPlane.controllerManager;
    if (nodeCidrs === undefined || node.spec.podCIDR !== undefined) return node;
    const cluster = cidrOf(nodeCidrs.clusterCidr);
    const first = cluster.first + this.#ranges * addressCount(nodeCidrs.maskBits);
    if (first >= cluster.first + addressCount(cluster.bits)) return node;
    this.#ranges++;
    const podCIDR = formatCidr({ first, bits: nodeCidrs.maskBits });
    return { ...node, spec: extended(node.spec, { podCIDR, podCIDRs: [podCIDR] }) };
  }

  /** Makes what needs the control plane. */
  connect(controlPlane: ControlPlane): void {
    const { simulation, spec, onInstalled, monitor } = this.#options;
    const { cni } = spec.network;
    if (cni.type !== 'flannel') return;
    const { backend } = cni.flannel;
    this.#flannel = new FlannelFleet({
      simulation,
      backend,
      managerFor: (hosts, listener) => this.#manager(cni.flannel, controlPlane, hosts, listener),
      onInstalled,
      monitor,
    });
    this.#flannel.adopt(this.#nodes.map((node) => this.#hostOf(node)));
  }

  start(): void {
    this.#flannel?.start();
  }

  /** A node that has just been made; in order of the nodes. */
  addNode(node: NetworkNode): void {
    this.#flannel?.addHost(this.#hostOf(node));
  }

  /** The machine of a node is gone for good. */
  removeNode(index: number): void {
    this.#flannel?.removeHost(index);
  }

  #hostOf({ name, segment }: NetworkNode): FlannelHost {
    const stream = this.#options.simulation.random.stream(`flannel/${name}/link`);
    return { name, segment, delayUs: this.#linkDelay.sample(stream) };
  }

  #manager(
    { subnetManager, config, backend, reservations }: FlannelSpec,
    controlPlane: ControlPlane,
    hosts: readonly FlannelHost[],
    listener: LeaseListener,
  ): SubnetManager {
    const { simulation } = this.#options;
    if (subnetManager === 'etcd') {
      const etcd = controlPlane.connectToEtcd('flanneld');
      return new EtcdSubnetManager({ simulation, config, etcd, hosts, reservations, listener });
    }
    return new KubeSubnetManager({
      transport: controlPlane.transport,
      backend: backend.type,
      hosts,
      podCidrOf: (host) => this.#podCidrs[host],
      connect: (name) => controlPlane.connect(name, 'node'),
      listener,
    });
  }
}

/** A node on which no plugin was ever installed. */
function withoutNetwork(node: Node): Node {
  const conditions = (node.status?.conditions ?? []).map((condition) =>
    condition.type === 'Ready'
      ? {
          ...condition,
          status: 'False' as const,
          reason: 'KubeletNotReady',
          message: networkNotReady,
        }
      : condition,
  );
  return { ...node, status: { ...node.status, conditions } };
}
