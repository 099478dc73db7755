// Which machines cannot reach each other: a partition lies between two groups of machines, and cuts
// the connections across it, in both directions: of clients to apiservers, between members of etcd,
// and new ones between pods.
// Left out: connections of apiservers to members of etcd on other machines; connections between
// pods that are open when the partition begins.
import type { ApiServerPort, Connection, Way } from '../client/connection.js';
import type { NetworkCuts } from '../client/network-cuts.js';

/** Names of machines on two sides; everything else reaches both. */
export interface Partition {
  readonly one: ReadonlySet<string>;
  readonly other: ReadonlySet<string>;
  /** What becomes of packets. */
  readonly way: Way;
}

/** etcd, as far as its network can be cut. */
export interface CuttableEtcd {
  /** The machine of each member. */
  readonly hosts: readonly string[];
  readonly connect: (one: number, other: number, isConnected: boolean) => void;
}

interface Located {
  readonly connection: Connection;
  /** The client's machine; '' where nobody can cut it off. */
  readonly at: string;
}

export class Partitions {
  readonly #cuts: () => NetworkCuts;
  readonly #serverAt: (server: ApiServerPort) => string;
  readonly #etcd: CuttableEtcd;
  readonly #serverHosts: readonly string[];
  #connections: Located[] = [];
  readonly #active = new Set<Partition>();
  /** Told just before a partition begins or ends. */
  beforeChange: () => void = () => {};
  /** Told of each machine that is about to be cut off from an apiserver. */
  beforeCut: (at: string) => void = () => {};

  /** `serverAt`: the machine of an apiserver; `serverHosts`: those of all. */
  constructor(
    cuts: () => NetworkCuts,
    serverAt: (server: ApiServerPort) => string,
    etcd: CuttableEtcd,
    serverHosts: readonly string[],
  ) {
    this.#cuts = cuts;
    this.#etcd = etcd;
    this.#serverHosts = serverHosts;
    this.#serverAt = serverAt;
  }

  /** Follows a connection of a client on a machine. */
  add(connection: Connection, at: string): void {
    this.#connections.push({ connection, at });
  }

  /** What becomes of packets between a machine and an apiserver now. O(partitions). */
  wayTo(at: string, server: ApiServerPort): Way {
    return this.between(at, this.#serverAt(server));
  }

  /** What becomes of packets between two machines now. O(partitions). */
  between(at: string, otherAt: string): Way {
    for (const partition of this.#active) {
      if (separates(partition, at, otherAt)) return partition.way;
    }
    return 'open';
  }

  /** Begins a partition. O(connections). */
  begin(partition: Partition): void {
    this.beforeChange();
    for (const at of [...partition.one, ...partition.other]) {
      if (this.#serverHosts.some((host) => separates(partition, at, host))) this.beforeCut(at);
    }
    this.#active.add(partition);
    this.#apply();
    this.#applyToEtcd(partition);
  }

  /** Ends it; what it alone has cut works again. O(connections). */
  end(partition: Partition): void {
    this.beforeChange();
    this.#active.delete(partition);
    this.#apply();
    this.#applyToEtcd(partition);
  }

  /** Members of etcd on two sides; what other partitions or faults have cut stays so. */
  #applyToEtcd(partition: Partition): void {
    const { hosts, connect } = this.#etcd;
    for (const [one, at] of hosts.entries()) {
      for (const [other, otherAt] of hosts.entries()) {
        if (other <= one || !separates(partition, at, otherAt)) continue;
        connect(one, other, this.between(at, otherAt) === 'open');
      }
    }
  }

  #apply(): void {
    const cuts = this.#cuts();
    this.#connections = this.#connections.filter(({ connection }) => connection.isEnded !== true);
    for (const { connection, at } of this.#connections) {
      const way = this.wayTo(at, connection.server);
      if (way === 'open') cuts.mend(connection);
      else if (way === 'dropped') cuts.cut(connection);
      else cuts.reset(connection);
    }
  }
}

/** Whether two machines are on different sides; one machine always reaches itself. */
function separates({ one, other }: Partition, at: string, otherAt: string): boolean {
  if (at === otherAt) return false;
  return (one.has(at) && other.has(otherAt)) || (other.has(at) && one.has(otherAt));
}
