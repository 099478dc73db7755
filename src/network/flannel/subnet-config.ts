// The range of flannel's network and how it is cut into the subnets of the hosts.
// Source: flannel pkg/subnet/config.go, Documentation/configuration.md (reference:
// nodes-controllers §5.1).
import { addressCount, type Cidr, formatCidr, isWithin, parseCidr } from '../../api/cidr.js';
import { flannelConstants } from './constants.js';

/** What net-conf.json says, in its words. */
export interface NetworkText {
  readonly network: string;
  readonly subnetLen?: number | undefined;
  readonly subnetMin?: string | undefined;
  readonly subnetMax?: string | undefined;
}

/** A network with the range of subnets that hosts may have. Addresses as numbers. */
export interface NetworkConfig {
  readonly network: Cidr;
  readonly subnetBits: number;
  /** First addresses of the first and the last subnet. */
  readonly subnetMin: number;
  readonly subnetMax: number;
}

/** What is wrong with a field of the text. */
export interface NetworkFault {
  readonly field: keyof NetworkText;
  readonly message: string;
}

/** Bits of the mask of a host's subnet where nothing is said. */
export function defaultSubnetBits(networkBits: number): number {
  return networkBits <= 22 ? flannelConstants.subnetBits : networkBits + 2;
}

/** Hosts that the network has subnets for. */
export function subnetCount({ subnetBits, subnetMin, subnetMax }: NetworkConfig): number {
  return (subnetMax - subnetMin) / addressCount(subnetBits) + 1;
}

/** Reads a network as flanneld does; faults in the order of the fields. */
export function networkConfig(text: NetworkText): NetworkConfig | readonly NetworkFault[] {
  const network = parseCidr(text.network);
  if (network === undefined) {
    return [{ field: 'network', message: `"${text.network}" is no network like 10.244.0.0/16` }];
  }
  const { subnetLen, subnetMin, subnetMax } = text;
  const { smallestNetworkBits } = flannelConstants;
  if (subnetLen === undefined && network.bits > smallestNetworkBits) {
    const message = `the network is too small: /${smallestNetworkBits} is the smallest`;
    return [{ field: 'network', message }];
  }
  const bits = subnetLen ?? defaultSubnetBits(network.bits);
  if (bits < network.bits + 2 || bits > 30) {
    const message = `a /${network.bits} network takes subnets of /${network.bits + 2} to /30`;
    return [{ field: 'subnetLen', message }];
  }
  const size = addressCount(bits);
  const end = network.first + addressCount(network.bits);
  const [min, max] = [subnetMin, subnetMax].map((each) =>
    each === undefined ? undefined : parseCidr(`${each}/${bits}`),
  );
  const faults = [
    ...boundaryFault('subnetMin', subnetMin, min, network, bits),
    ...boundaryFault('subnetMax', subnetMax, max, network, bits),
  ];
  if (faults.length > 0) return faults;
  // The first subnet is left out: its network address is that of the whole network.
  const from = min?.first ?? network.first + size;
  const to = max?.first ?? end - size;
  if (from > to) return [{ field: 'subnetMax', message: 'subnetMax comes before subnetMin' }];
  return { network, subnetBits: bits, subnetMin: from, subnetMax: to };
}

function boundaryFault(
  field: 'subnetMin' | 'subnetMax',
  text: string | undefined,
  subnet: Cidr | undefined,
  network: Cidr,
  bits: number,
): readonly NetworkFault[] {
  if (text === undefined || (subnet !== undefined && isWithin(subnet, network))) return [];
  const where = `the first address of a /${bits} within ${formatCidr(network)}`;
  return [{ field, message: `${text} is not ${where}` }];
}
