// Addresses of pods: every node gives out the addresses of its own subnet, the next free one after
// the last given, as the host-local plugin does. The first address of a subnet is the bridge's.
// Source: CNI host-local IPAM (reference: nodes-controllers §5.1).
import { addressCount, addressOf, cidrOf, formatAddress, formatCidr } from '../../api/cidr.js';
import { assert } from '../../kernel/assert.js';

/** The network plugin of the nodes (CNI), as their kubelets and runtimes meet it. */
export interface NetworkPlugin {
  /** Whether it is installed on a node; until then the node is not Ready. */
  isInstalled(node: number): boolean;
  /** The range of a node's pods, `10.244.7.0/24`; undefined: it has none yet. */
  podCidr(node: number): string | undefined;
  /** Why no pod is given an address where there is no range, as the plugin says it. */
  readonly noRangeMessage: string;
}

/** What a kubelet says of a node without a plugin. */
export const networkNotReady: string =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady ' +
  'message:Network plugin returns error: cni plugin not initialized';

/** A plugin that is on every node from the start, with a range that never changes. */
export function staticNetwork(podCidrFor: (node: number) => string): NetworkPlugin {
  return { isInstalled: () => true, podCidr: podCidrFor, noRangeMessage: '' };
}

/**
 * The `index`-th subnet of `maskBits` in a cluster's range: `10.244.0.0/16`, 1, 24 ->
 * `10.244.1.0/24`.
 */
export function nodePodCidr(clusterCidr: string, index: number, maskBits: number): string {
  const first = cidrOf(clusterCidr).first + index * addressCount(maskBits);
  return formatCidr({ first, bits: maskBits });
}

interface Subnet {
  readonly first: number;
  readonly size: number;
  /** Offsets in use, by offset. */
  readonly isUsed: Uint8Array;
  last: number;
}

/** The subnets of all nodes by index. */
export class PodNetwork {
  readonly #plugin: NetworkPlugin;
  readonly #subnets: Subnet[] = [];

  constructor(plugin: NetworkPlugin) {
    this.#plugin = plugin;
  }

  /** Whether pods with addresses of their own can be started on a node. */
  isInstalled(node: number): boolean {
    return this.#plugin.isInstalled(node);
  }

  /**
   * Gives out an address; undefined when the node has none left, or none at all. O(1) while its
   * subnet is not nearly full.
   */
  assign(node: number): string | undefined {
    const subnet = this.#subnetOf(node);
    if (subnet === undefined) return undefined;
    const { size, isUsed } = subnet;
    for (let tried = 0; tried < size; tried++) {
      subnet.last = subnet.last + 1 < size - 1 ? subnet.last + 1 : 2; // 0 network, 1 bridge
      if (subnet.last < size - 1 && isUsed[subnet.last] === 0) {
        isUsed[subnet.last] = 1;
        return formatAddress(subnet.first + subnet.last);
      }
    }
    return undefined;
  }

  /** Why `assign` gave none, in the words of the plugin. */
  faultOf(node: number): string {
    const subnet = this.#subnetOf(node);
    if (subnet === undefined) return this.#plugin.noRangeMessage;
    const { first, size } = subnet;
    const range = `${formatAddress(first + 1)}-${formatAddress(first + size - 2)}`;
    return `failed to allocate for range 0: no IP addresses available in range set: ${range}`;
  }

  /** Takes an address back. */
  release(node: number, address: string): void {
    const subnet = this.#subnetOf(node) as Subnet;
    const offset = addressOf(address) - subnet.first;
    assert(subnet.isUsed[offset] === 1, `${address} is not in use`);
    subnet.isUsed[offset] = 0;
  }

  #subnetOf(node: number): Subnet | undefined {
    const known = this.#subnets[node];
    if (known !== undefined) return known;
    const range = this.#plugin.podCidr(node);
    if (range === undefined) return undefined;
    const { first, bits } = cidrOf(range);
    const size = addressCount(bits);
    const subnet = { first, size, isUsed: new Uint8Array(size), last: 1 };
    this.#subnets[node] = subnet;
    return subnet;
  }
}
