// Who connects: the running pods that a selector picks, the nodes of pools, or the outside, whose
// load balancer sends each connection to any node that answers.
import { compileLabelSelector, type LabelMatcher } from '../../api/label-selector.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { PodServersTable } from './pod-servers-table.js';
import type { TrafficSource } from './traffic-spec.js';

/** A client: on which node its packets meet rules, and by which address rules know it. */
export interface TrafficClient {
  readonly node: number;
  readonly address: string;
}

/** The nodes with their pools, by index. */
export interface ClientNodes {
  readonly names: readonly string[];
  readonly pools: readonly string[];
}

export class TrafficClients {
  readonly #source: TrafficSource;
  readonly #servers: PodServersTable;
  readonly #nodes: ClientNodes;
  readonly #matches: LabelMatcher;
  #list: readonly TrafficClient[] = [];
  #seenVersion = -1;
  #seenNodes = -1;
  /** Nodes through which the outside comes; undefined: through all. */
  #through: readonly TrafficClient[] | undefined;

  constructor(source: TrafficSource, servers: PodServersTable, nodes: ClientNodes) {
    this.#source = source;
    this.#servers = servers;
    this.#nodes = nodes;
    this.#matches = compileLabelSelector(source.kind === 'pods' ? source.selector : {});
  }

  /** Those that are there now. O(1) while nothing starts or stops. */
  get list(): readonly TrafficClient[] {
    const { version } = this.#servers;
    const { length } = this.#nodes.names;
    if (version === this.#seenVersion && length === this.#seenNodes) return this.#list;
    this.#seenVersion = version;
    this.#seenNodes = length;
    this.#list = this.#source.kind === 'pods' ? this.#pods() : this.#onNodes();
    return this.#list;
  }

  /**
   * The load balancer of the outside gives its connections to these nodes, to all where there are
   * none. O(nodes)
   */
  comeThrough(isHealthy: (node: number) => boolean): void {
    if (this.#source.kind !== 'external') return;
    const healthy = this.list.filter(({ node }) => isHealthy(node));
    this.#through = healthy.length > 0 ? healthy : undefined;
  }

  /** Any one of them; of the outside, any client through any node. */
  any(random: RandomStream): TrafficClient | undefined {
    const list = this.#through ?? this.list;
    if (list.length === 0) return undefined;
    const client = list[random.below(list.length)] as TrafficClient;
    if (this.#source.kind !== 'external') return client;
    return { ...client, address: `external/${random.below(this.#source.clients)}` };
  }

  #pods(): readonly TrafficClient[] {
    const { namespace } = this.#source as Extract<TrafficSource, { readonly kind: 'pods' }>;
    return this.#servers.running
      .filter(({ pod }) => pod.metadata.namespace === namespace)
      .filter(({ pod }) => this.#matches(pod.metadata.labels))
      .map(({ node, address }) => ({ node, address }));
  }

  #onNodes(): readonly TrafficClient[] {
    const wanted = this.#source.kind === 'nodes' ? this.#source.pools : [];
    return this.#nodes.names.flatMap((name, node) => {
      const isWanted = wanted.length === 0 || wanted.includes(this.#nodes.pools[node] ?? '');
      return isWanted && !this.#servers.isSilent(node) ? [{ node, address: name }] : [];
    });
  }
}
