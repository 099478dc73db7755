// Addresses of pods: every node gives out the addresses of its own subnet, the next free one after
// the last given, as the host-local plugin does. The first address of a subnet is the bridge's.
// Source: CNI host-local IPAM (reference: nodes-controllers §5.1).
import { assert } from '../../kernel/assert.js';

/**
 * The `index`-th subnet of `maskBits` in a cluster's range: `10.244.0.0/16`, 1, 24 ->
 * `10.244.1.0/24`.
 */
export function nodePodCidr(clusterCidr: string, index: number, maskBits: number): string {
  const [base = 0] = parseCidr(clusterCidr);
  return `${formatAddress(base + index * sizeOf(maskBits))}/${maskBits}`;
}

/** Number of addresses in a network whose mask has so many bits. */
function sizeOf(maskBits: number): number {
  let size = 1;
  for (let bit = maskBits; bit < 32; bit++) size *= 2;
  return size;
}

/** First address and number of mask bits of `10.244.0.0/24`. */
function parseCidr(cidr: string): readonly [number, number] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  assert(match !== null, `"${cidr}" is no IPv4 network like 10.244.0.0/24`);
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  return [((a * 256 + b) * 256 + c) * 256 + d, bits];
}

function formatAddress(address: number): string {
  const [a, b, c, d] = [16_777_216, 65_536, 256, 1].map((unit) => Math.floor(address / unit) % 256);
  return `${a}.${b}.${c}.${d}`;
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
  readonly #cidrOf: (node: number) => string;
  readonly #subnets: Subnet[] = [];

  constructor(cidrOf: (node: number) => string) {
    this.#cidrOf = cidrOf;
  }

  /**
   * Gives out an address; undefined when the subnet has none left. O(1) while it is not nearly
   * full.
   */
  assign(node: number): string | undefined {
    const subnet = this.#subnetOf(node);
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

  /** Takes an address back. */
  release(node: number, address: string): void {
    const subnet = this.#subnetOf(node);
    const [value = 0] = parseCidr(`${address}/32`);
    assert(subnet.isUsed[value - subnet.first] === 1, `${address} is not in use`);
    subnet.isUsed[value - subnet.first] = 0;
  }

  #subnetOf(node: number): Subnet {
    let subnet = this.#subnets[node];
    if (subnet === undefined) {
      const [first = 0, maskBits = 32] = parseCidr(this.#cidrOf(node));
      const size = sizeOf(maskBits);
      subnet = { first, size, isUsed: new Uint8Array(size), last: 1 };
      this.#subnets[node] = subnet;
    }
    return subnet;
  }
}
