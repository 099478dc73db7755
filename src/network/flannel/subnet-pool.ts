// Which subnets of the network are taken.
// Source: flannel pkg/subnet/etcd/local_manager.go allocateSubnet (reference: nodes-controllers
// §5.2).
import { addressCount, type Cidr } from '../../api/cidr.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import { flannelConstants } from './constants.js';
import { type NetworkConfig, subnetCount } from './subnet-config.js';

export class SubnetPool {
  readonly #config: NetworkConfig;
  readonly #size: number;
  readonly #isTaken: Uint8Array;
  /** No subnet before this place is free. */
  #firstFree = 0;

  constructor(config: NetworkConfig) {
    this.#config = config;
    this.#size = addressCount(config.subnetBits);
    this.#isTaken = new Uint8Array(subnetCount(config));
  }

  /**
   * One of the first hundred free subnets, not taken yet; undefined: there are none. O(subnets
   * from the first free one on) until a hundred are found.
   */
  pick(random: RandomStream): Cidr | undefined {
    const { candidateSubnets } = flannelConstants;
    const free: number[] = [];
    const taken = this.#isTaken;
    for (let place = this.#firstFree; place < taken.length; place++) {
      if (taken[place] === 1) continue;
      if (free.push(place) === candidateSubnets) break;
    }
    this.#firstFree = free[0] ?? taken.length;
    if (free.length === 0) return undefined;
    const place = free[random.below(free.length)] as number;
    const first = this.#config.subnetMin + place * this.#size;
    return { first, bits: this.#config.subnetBits };
  }

  /** Takes a subnet; false: somebody else has it, or it is not of this network. */
  take(subnet: Cidr): boolean {
    const place = this.#placeOf(subnet);
    if (this.#isTaken[place] !== 0) return false;
    this.#isTaken[place] = 1;
    return true;
  }

  free(subnet: Cidr): void {
    const place = this.#placeOf(subnet);
    this.#isTaken[place] = 0;
    this.#firstFree = Math.min(this.#firstFree, place);
  }

  #placeOf({ first }: Cidr): number {
    return (first - this.#config.subnetMin) / this.#size;
  }
}
