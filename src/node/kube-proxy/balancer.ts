// Which endpoint of a Service a new connection meets, and what its first packet costs: at random in
// iptables and nftables, in turn in ipvs and userspace, the last one again with session affinity.
// Later packets follow the first.
// Source: Kubernetes v1.36 pkg/proxy (reference: nodes-controllers §2.7, §2.8).
import type { Endpoint } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import { kubeProxyConstants as cost } from './constants.js';
import type { ProxyMode } from './sync-cost.js';

/** Where a client went last. */
interface Affinity {
  address: string;
  usedUs: SimTime;
}

/** The balancing of one Service on all nodes, by index. */
export class Balancer {
  readonly #random: RandomStream;
  /** Of the endpoint whose turn is next, by node. */
  readonly #turns: number[] = [];
  /** By node and client. */
  readonly #affinities = new Map<string, Affinity>();

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** One of `used`, which is not empty. O(endpoints) with session affinity, else O(1). */
  pick(
    mode: ProxyMode,
    node: number,
    service: Service,
    used: readonly Endpoint[],
    client: string,
    now: SimTime,
  ): Endpoint {
    if (service.spec.sessionAffinity !== 'ClientIP') return this.#next(mode, node, used);
    const key = `${node} ${client}`;
    const timeoutUs = affinityTimeoutUs(service);
    const known = this.#affinities.get(key);
    const isFresh = known !== undefined && now - known.usedUs <= timeoutUs;
    const last = isFresh ? used.find(({ addresses }) => addresses[0] === known.address) : undefined;
    const endpoint = last ?? this.#next(mode, node, used);
    this.#affinities.set(key, { address: endpoint.addresses[0] ?? '', usedUs: now });
    return endpoint;
  }

  #next(mode: ProxyMode, node: number, used: readonly Endpoint[]): Endpoint {
    if (mode === 'iptables' || mode === 'nftables') {
      return used[this.#random.below(used.length)] as Endpoint;
    }
    const turn = (this.#turns[node] ?? 0) % used.length;
    this.#turns[node] = turn + 1;
    return used[turn] as Endpoint;
  }
}

function affinityTimeoutUs({ spec }: Service): number {
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  return (seconds ?? cost.sessionAffinitySeconds) * 1_000_000;
}

const constantTime: Distribution = distribution({
  kind: 'logNormal',
  p50: cost.mapLookupP50Us,
  p99: cost.mapLookupP99Us,
});

const userspaceTime: Distribution = distribution({
  kind: 'uniform',
  low: cost.userspaceConnectLowUs,
  high: cost.userspaceConnectHighUs,
});

/**
 * What the rules cost the first packet of a connection, µs: where they are searched one by one, the
 * more services there are; the position of a service among them is anyone's guess.
 */
export function firstPacketUs(
  mode: ProxyMode,
  servicePorts: number,
  endpoints: number,
  random: RandomStream,
): number {
  if (mode === 'userspace') return userspaceTime.sample(random);
  if (mode !== 'iptables') return constantTime.sample(random);
  const rules = random.uniform() * servicePorts + (endpoints + 1) / 2;
  return Math.round(cost.firstPacketUs + (rules * cost.ruleMatchNanoseconds) / 1_000);
}
