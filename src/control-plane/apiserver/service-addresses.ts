// The cluster IPs of Services: one of the upper part of 10.96.0.0/12 for each that asks for none of
// its own. Where the search begins depends on seed and name alone, so that the order of creation
// does not matter. Left out: node ports, a second IP family, the IPAddress objects in which
// Kubernetes keeps its allocations, the refusal of an address that another Service has.
// Source: Kubernetes v1.36 pkg/registry/core/service/ipallocator, kubeadm's serviceSubnet.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { objectKey } from '../../api/object-meta.js';
import type { Service } from '../../api/service.js';
import type { RandomRoot } from '../../kernel/random-stream.js';

/** 10.96.0.0. */
const FIRST = 0x0a60_0000;
/** Addresses of a /12, without its first and last one. */
const COUNT = 1_048_574;
/** Addresses below these are left to Services that ask for one. */
const RESERVED = 256;

/** Gives cluster IPs. One a cluster, whatever the number of apiservers. */
export class ServiceAddresses {
  readonly #random: RandomRoot;
  /** Numbers of addresses in use, and of which Service. */
  readonly #taken = new Set<number>();
  readonly #ofService = new Map<string, number>();

  constructor(random: RandomRoot) {
    this.#random = random;
  }

  /** The object as it is stored: a Service that needs an address and has none gets one. */
  fill<O extends KubernetesObject>(object: O): O {
    if (object.kind !== 'Service') return object;
    const { spec } = object as Service;
    if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return object;
    const key = objectKey(object);
    // A name that is there already keeps its address: this creation will be refused.
    const known = this.#ofService.get(key);
    const clusterIP = spec.clusterIP || addressOf(known ?? this.#next(key));
    const number = numberOf(clusterIP);
    if (number !== undefined && known === undefined) {
      this.#taken.add(number);
      this.#ofService.set(key, number);
    }
    return { ...object, spec: { ...spec, clusterIP, clusterIPs: spec.clusterIPs ?? [clusterIP] } };
  }

  /** Gives back the address of a Service, by `namespace/name`. */
  release(key: string): void {
    const number = this.#ofService.get(key);
    if (number === undefined) return;
    this.#ofService.delete(key);
    this.#taken.delete(number);
  }

  /** Nearly always O(1): the range is much larger than any number of Services. */
  #next(key: string): number {
    const room = COUNT - RESERVED;
    let number = this.#random.stream(`apiserver/cluster-ip/${key}`).below(room);
    while (this.#taken.has(number + RESERVED)) number = (number + 1) % room;
    return number + RESERVED;
  }
}

function addressOf(number: number): string {
  const address = FIRST + 1 + number;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Undefined for an address outside the range. */
function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4) return undefined;
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const number = value - FIRST - 1;
  return number >= 0 && number < COUNT ? number : undefined;
}
