// API groups that an apiserver does not serve itself: it sends such a request on to the server that
// has registered for the resource, and its answer back.
// Left out: the aggregator's availability checks and discovery.
// Source: Kubernetes v1.36 kube-aggregator pkg/apiserver/handler_proxy.go.
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { Link } from '../../kernel/stations.js';
import { apiserverConstants } from './constants.js';

/** A server of aggregated APIs. */
export interface AggregatedServer {
  /** The ways from an apiserver to it and back. */
  readonly up: Link;
  readonly down: Link;
  /** The answer to a request that has arrived, and the time that it takes to make it, µs. */
  answer(request: ApiRequest): { readonly response: ApiResponse; readonly takesUs: number };
}

/** A request that has been sent on, then with its answer. */
interface Forwarded {
  readonly request: ApiRequest;
  readonly server: AggregatedServer;
  /** Fired with `id` and the ticket when the answer is back. */
  readonly answered: EventKind;
  readonly id: number;
  response: ApiResponse | undefined;
}

/** The aggregated APIs of a cluster. */
export class AggregatedApis {
  readonly #simulation: Simulation;
  readonly #servers = new Map<string, AggregatedServer>();
  readonly #forwarded = new Slab<Forwarded>();
  readonly #arrived: EventKind;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#arrived = simulation.defineEvent('kube-aggregator.RequestArrived', (ticket) =>
      this.#answer(ticket),
    );
  }

  /** From now on the server is asked for the resource, `pods.metrics.k8s.io`. */
  register(resource: string, server: AggregatedServer): void {
    this.#servers.set(resource, server);
  }

  /** Whether somebody has registered for what the request is about. */
  serves({ resource }: ApiRequest): boolean {
    return this.#servers.has(resource);
  }

  /** Sends a request on; `answered` is fired with `id` and a ticket for the answer. */
  forward(request: ApiRequest, answered: EventKind, id: number): void {
    const server = this.#servers.get(request.resource) as AggregatedServer;
    const ticket = this.#forwarded.add({ request, server, answered, id, response: undefined });
    const arrival = server.up.send(this.#simulation.now, apiserverConstants.statusBytes);
    this.#simulation.at(arrival, this.#arrived, ticket);
  }

  /** The answer of a ticket, once. */
  take(ticket: number): ApiResponse {
    return this.#forwarded.remove(ticket).response as ApiResponse;
  }

  #answer(ticket: number): void {
    const forwarded = this.#forwarded.get(ticket);
    const { server, request, answered, id } = forwarded;
    const { response, takesUs } = server.answer(request);
    forwarded.response = response;
    const arrival = server.down.send(this.#simulation.now + takesUs, response.bytes);
    this.#simulation.at(arrival, answered, id, ticket);
  }
}
