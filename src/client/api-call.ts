// One request on its way: from the client's rate limiter over the link to an apiserver and back.

import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost, Link } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiRequest, ApiResponse } from './api-request.js';
import { clientConstants } from './constants.js';
import { Slab } from './slab.js';

/** Called when the answer has been decoded; reads `call.response`. */
export type CallHandler = (call: ApiCall) => void;

/** Who sent a call, as the server and the transport see it. */
export interface Caller {
  /** `system:kube-scheduler`. */
  readonly user: string;
  /** As authentication finds them: `system:nodes`, `system:authenticated`. */
  readonly groups: readonly string[];
  readonly connection: Connection;
  /** Called by the transport when the answer arrived. */
  answered(call: ApiCall): void;
  /** Called by the transport when the rate limiter lets the call go. */
  granted(call: ApiCall): void;
}

/** One HTTP/2 connection: its two directions and the apiserver at the other end. */
export interface Connection {
  readonly up: Link;
  readonly down: Link;
  server: ApiServerPort;
}

/** What an apiserver offers to the network. */
export interface ApiServerPort {
  /** The request has arrived; the server later calls `transport.respond`. */
  receive(call: ApiCall): void;
}

/** A request with its bookkeeping. `context` is the sender's own. */
export class ApiCall {
  id = -1;
  readonly caller: Caller;
  readonly request: ApiRequest;
  readonly onDone: CallHandler;
  readonly context: unknown;
  /** Handed to the client. */
  readonly createdUs: SimTime;
  /** Bytes of the request on the wire. */
  readonly requestBytes: number;
  attempts = 0;
  /** Waits for Retry-After; a token is taken when that has passed. */
  isRetrying = false;
  /** Arrived at the server, last attempt. */
  receivedUs: SimTime = 0;
  response: ApiResponse | undefined;

  constructor(
    caller: Caller,
    request: ApiRequest,
    requestBytes: number,
    createdUs: SimTime,
    onDone: CallHandler,
    context: unknown,
  ) {
    this.caller = caller;
    this.request = request;
    this.requestBytes = requestBytes;
    this.createdUs = createdUs;
    this.onDone = onDone;
    this.context = context;
  }
}

/** Carries all calls of one simulation. */
export class ApiTransport {
  readonly simulation: Simulation;
  readonly #calls = new Slab<ApiCall>();
  readonly #granted: EventKind;
  readonly #arrived: EventKind;
  readonly #answered: EventKind;
  readonly #decoded: EventKind;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.#granted = simulation.defineEvent('client.TokenGranted', (id) => {
      const call = this.#calls.get(id);
      call.caller.granted(call);
    });
    this.#arrived = simulation.defineEvent('client.RequestArrived', (id, _, now) => {
      const call = this.#calls.get(id);
      call.receivedUs = now;
      call.caller.connection.server.receive(call);
    });
    this.#answered = simulation.defineEvent('client.ResponseArrived', (id) => {
      const call = this.#calls.get(id);
      call.caller.answered(call);
    });
    this.#decoded = simulation.defineEvent('client.ResponseDecoded', (id) => {
      const call = this.#calls.remove(id);
      call.onDone(call);
    });
  }

  /** Registers a new call. */
  open(call: ApiCall): void {
    call.id = this.#calls.add(call);
  }

  /** Lets the caller's `granted` run at `at`. */
  grantAt(call: ApiCall, at: SimTime): void {
    this.simulation.at(at, this.#granted, call.id);
  }

  /** Puts the request on the wire now. */
  transmit(call: ApiCall): void {
    call.attempts++;
    const { up } = call.caller.connection;
    const arrival = up.send(this.simulation.now, call.requestBytes + clientConstants.headerBytes);
    this.simulation.at(arrival, this.#arrived, call.id);
  }

  /** Puts the answer on the wire now; called by the server. */
  respond(call: ApiCall, response: ApiResponse): void {
    call.response = response;
    const { down } = call.caller.connection;
    const arrival = down.send(this.simulation.now, response.bytes + clientConstants.headerBytes);
    this.simulation.at(arrival, this.#answered, call.id);
  }

  /** Ends the call after `cpuUs` of work on `host` (at once where the host is not modelled). */
  finish(call: ApiCall, host: CpuHost | undefined, cpuUs: number): void {
    if (host === undefined) this.simulation.fire(this.#decoded, call.id, 0);
    else host.run(cpuUs, this.#decoded, call.id);
  }

  /** Calls that are under way. */
  get pending(): number {
    return this.#calls.size;
  }
}
