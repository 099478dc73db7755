// The load balancers of a cloud: one a Service, with an address that it keeps, and the nodes that
// it sends to. Left out: how long new nodes take to pass its health checks.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { CloudAnswer, CloudCallback, CloudLoadBalancers } from '../cloud-provider.js';
import type { CloudCalls } from './cloud-calls.js';
import type { CloudProfile } from './cloud-profile.js';

interface LoadBalancer {
  readonly address: string;
  nodes: ReadonlySet<string>;
}

export class LoadBalancers implements CloudLoadBalancers {
  readonly #calls: CloudCalls;
  readonly #profile: CloudProfile;
  readonly #latency: Distribution;
  readonly #balancers = new Map<string, LoadBalancer>();
  /** Addresses given so far: of 203.0.113.0/24 and the networks after it. */
  #addresses = 0;

  constructor(calls: CloudCalls, profile: CloudProfile) {
    this.#calls = calls;
    this.#profile = profile;
    this.#latency = distribution(profile.loadBalancer);
  }

  ensure<C>(key: string, nodes: readonly string[], onDone: CloudCallback<C>, context: C): void {
    const known = this.#balancers.get(key);
    const added = nodes.filter((name) => known?.nodes.has(name) !== true).length;
    this.#calls.send({
      operation: known === undefined ? 'EnsureLoadBalancer' : 'UpdateLoadBalancer',
      entity: key,
      isWrite: true,
      ...(known === undefined && { latency: this.#latency }),
      extraUs: added * this.#profile.loadBalancerPerNodeUs,
      perform: () => this.#set(key, nodes),
      onDone,
      context,
    });
  }

  delete<C>(key: string, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'EnsureLoadBalancerDeleted',
      entity: key,
      isWrite: true,
      perform: () => {
        this.#balancers.delete(key);
        return {};
      },
      onDone,
      context,
    });
  }

  /** Nodes that the balancer of a Service sends to; undefined without one. */
  nodesOf(key: string): ReadonlySet<string> | undefined {
    return this.#balancers.get(key)?.nodes;
  }

  #set(key: string, nodes: readonly string[]): CloudAnswer {
    const known = this.#balancers.get(key);
    const balancer = known ?? { address: this.#nextAddress(), nodes: new Set<string>() };
    balancer.nodes = new Set(nodes);
    this.#balancers.set(key, balancer);
    return { address: balancer.address };
  }

  #nextAddress(): string {
    const ordinal = ++this.#addresses;
    return `203.0.${113 + Math.floor(ordinal / 254)}.${(ordinal % 254) + 1}`;
  }
}
