// The TCP load balancer in front of the apiservers: it deals connections in turn to the servers
// that accept them, and knows nothing of requests.
// Left out: the time that its health checks need to notice that a server has gone or come back.
// Source: kubeadm, Options for Software Load Balancing (HAProxy, mode tcp, balance roundrobin, with
// redispatch) (reference: controlplane B12).
import type { ApiServerPort, LoadBalancer } from '../client/connection.js';

/** A server that may be down. */
export interface BalancedServer extends ApiServerPort {
  readonly isServing: boolean;
}

export class RoundRobin implements LoadBalancer {
  readonly #servers: readonly BalancedServer[];
  #next = 0;

  constructor(servers: readonly BalancedServer[]) {
    this.#servers = servers;
  }

  pick(): BalancedServer | undefined {
    for (let tried = 0; tried < this.#servers.length; tried++) {
      const server = this.#servers[this.#next++ % this.#servers.length] as BalancedServer;
      if (server.isServing) return server;
    }
    return undefined;
  }
}
