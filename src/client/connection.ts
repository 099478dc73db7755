// One client's HTTP/2 connection: two directions and the apiserver at the other end. A client keeps
// it until the server hangs up or asks it to go away; then the next request opens a new one, which
// the load balancer in front of the servers may deal to another server.
// Left out: more than one connection for more than 100 requests at a time.
// Source: Kubernetes v1.36 client-go transport (reference: controlplane B12); RFC 8446 for the
// number of round trips.
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { Link } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall } from './api-call.js';
import { clientConstants } from './constants.js';
import type { Cut } from './network-cuts.js';
import { Slab } from './slab.js';
import type { WatchStream } from './watch.js';

/** What an apiserver offers to the network. */
export interface ApiServerPort {
  readonly name?: string;
  /** Another after each start of the process: connections from before are broken. */
  readonly incarnation?: number;
  /** The request has arrived; the server later calls `transport.respond` or `transport.abort`. */
  receive(call: ApiCall): void;
  /** A client wants to connect; the server later calls `accepted`. Absent: it is at once. */
  accept?(handshake: number, accepted: (handshake: number) => void): void;
}

/** Deals connections to servers. */
export interface LoadBalancer {
  /** The server that the next connection leads to; undefined while there is none. */
  pick(): ApiServerPort | undefined;
}

/** Packets arrive, are dropped without a word, or are turned away. */
export type Way = 'open' | 'dropped' | 'refused';

export interface Connection {
  readonly up: Link;
  readonly down: Link;
  /** At the other end. */
  server: ApiServerPort;
  /** Absent: the server is always the same. */
  readonly balancer?: LoadBalancer;
  /** Of the server that it was opened to. */
  incarnation?: number | undefined;
  /** Another has to be opened before the next request. */
  isClosed?: boolean;
  /** Requests that wait for it to be open. */
  waiting?: ApiCall[] | undefined;
  /** Watches that are open on it. */
  watches?: WatchStream[] | undefined;
  /** Nothing gets through at the moment. */
  cut?: Cut | undefined;
  /** When the client last read an answer from it. */
  lastReadUs?: SimTime;
  /** What becomes of packets to a server now; absent: they arrive. */
  readonly wayTo?: ((server: ApiServerPort) => Way) | undefined;
  /** The client's process has ended: answers are lost, and nothing is sent any more. */
  isEnded?: boolean;
}

/** Ends a connection with the process that had it: its watches end too. */
export function endConnection(connection: Connection): void {
  connection.isEnded = true;
  for (const watch of [...(connection.watches ?? [])]) watch.close();
}

export interface ConnectorHandlers {
  /** The connection is open: the request may be sent. */
  readonly onOpen: (call: ApiCall) => void;
  /** No server answers. */
  readonly onRefused: (call: ApiCall) => void;
  /** Nothing is heard of the server. */
  readonly onDropped: (connection: Connection, handshake: number) => void;
}

/** Opens connections of all clients of one simulation. */
export class Connector {
  readonly #simulation: Simulation;
  readonly #handlers: ConnectorHandlers;
  readonly #handshakes = new Slab<Connection>();
  readonly #requested: EventKind;
  readonly #opened: EventKind;
  readonly #refused: EventKind;

  constructor(simulation: Simulation, handlers: ConnectorHandlers) {
    this.#simulation = simulation;
    this.#handlers = handlers;
    this.#requested = simulation.defineEvent('client.ConnectionRequested', (id) =>
      this.#request(id),
    );
    this.#opened = simulation.defineEvent('client.ConnectionOpened', (id) => {
      const connection = this.#handshakes.remove(id);
      for (const call of takeWaiting(connection)) handlers.onOpen(call);
    });
    this.#refused = simulation.defineEvent('client.ConnectionRefused', (id) =>
      this.#refuse(this.#handshakes.remove(id)),
    );
  }

  /** Keeps a request until its connection, which is closed, is open again. */
  open(call: ApiCall): void {
    const { connection } = call.caller;
    if (connection.waiting !== undefined) {
      connection.waiting.push(call);
      return;
    }
    connection.waiting = [call];
    const { up, down } = connection;
    const { now } = this.#simulation;
    const { connectBytes } = clientConstants;
    const synAckUs = down.send(up.send(now, connectBytes), connectBytes);
    const id = this.#handshakes.add(connection);
    this.#simulation.at(up.send(synAckUs, connectBytes), this.#requested, id);
  }

  /** The client's first words were lost, and are said again. */
  redial(id: number): void {
    this.#request(id);
  }

  /** The client has given up; returns who waited. */
  abandon(id: number): readonly ApiCall[] {
    return takeWaiting(this.#handshakes.remove(id));
  }

  /** The client's first words of the handshake have reached the balancer. */
  #request(id: number): void {
    const connection = this.#handshakes.get(id);
    const { balancer } = connection;
    const server = balancer === undefined ? connection.server : balancer.pick();
    const way = server === undefined ? 'refused' : (connection.wayTo?.(server) ?? 'open');
    if (server === undefined || way === 'refused') {
      const { now } = this.#simulation;
      this.#simulation.at(connection.down.send(now, 0), this.#refused, id);
      return;
    }
    connection.server = server;
    if (way === 'dropped') return this.#handlers.onDropped(connection, id);
    if (server.accept === undefined) this.#accepted(id);
    else server.accept(id, this.#accepted);
  }

  readonly #accepted = (id: number): void => {
    const connection = this.#handshakes.get(id);
    connection.isClosed = false;
    connection.incarnation = connection.server.incarnation;
    const { now } = this.#simulation;
    const arrival = connection.down.send(now, clientConstants.certificateBytes);
    this.#simulation.at(arrival, this.#opened, id);
  };

  #refuse(connection: Connection): void {
    for (const call of takeWaiting(connection)) this.#handlers.onRefused(call);
  }
}

/** Whether the client has to connect anew. */
export function isBroken({ isClosed, incarnation = 0, server }: Connection): boolean {
  return isClosed === true || incarnation !== (server.incarnation ?? 0);
}

function takeWaiting(connection: Connection): readonly ApiCall[] {
  const { waiting = [] } = connection;
  connection.waiting = undefined;
  return waiting;
}
