// One request on its way: from the client's rate limiter over its connection to an apiserver and
// back.

import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiRequest, ApiResponse, ContentType } from './api-request.js';
import { type ApiServerPort, type Connection, Connector, isBroken } from './connection.js';
import { clientConstants } from './constants.js';
import { Slab } from './slab.js';

/** Called when the answer has been decoded; reads `call.response`. */
export type CallHandler = (call: ApiCall) => void;

/** What a client may send: `qps` requests a second, and `burst` at once after a rest. */
export interface ClientLimit {
  readonly qps: number;
  readonly burst: number;
}

/** Who sent a call, as the server and the transport see it. */
export interface Caller {
  /** `kube-controller-manager/replicaset-controller`. */
  readonly name: string;
  /** `system:kube-scheduler`. */
  readonly user: string;
  /** As authentication finds them: `system:nodes`, `system:authenticated`. */
  readonly groups: readonly string[];
  readonly connection: Connection;
  /** Requests a second that it may send, and so many at once; absent: not limited. */
  readonly limit?: ClientLimit | undefined;
  /** How its bodies are encoded; absent: as protobuf. */
  readonly contentType?: ContentType | undefined;
  /** Called by the transport when the answer arrived. */
  answered(call: ApiCall): void;
  /** Called by the transport when the rate limiter lets the call go. */
  granted(call: ApiCall): void;
}

/** Is told of requests as their clients see them. */
export interface RestClientMonitor {
  /** The rate limiter let the request go after that time. */
  throttled(call: ApiCall, waitUs: number): void;
  /** An attempt has ended, with an answer or without one. */
  answered(call: ApiCall, durationUs: number): void;
  /** The request will be sent again. */
  retried(call: ApiCall): void;
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
  /** Handed to the network, last attempt. */
  sentUs: SimTime = 0;
  /** Where the last attempt was sent. */
  server: ApiServerPort | undefined;
  /** Waits for Retry-After; a token is taken when that has passed. */
  isRetrying = false;
  /** Arrived at the server, last attempt. */
  receivedUs: SimTime = 0;
  /** With its answer the server asks the client to use another connection from now on. */
  isGoAway = false;
  /** How long the server kept it in a queue before serving it, last attempt. */
  queueWaitUs: SimTime = 0;
  /** How long admission webhooks have held it, last attempt. */
  webhookUs: SimTime = 0;
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

/** What a client has in the place of an answer when there is none. */
const NO_ANSWER = { code: 0, message: 'no answer from the server', bytes: 0 } as const;

/** The client's next request needs another connection, unless it has one already. */
function hangUp({ caller, server }: ApiCall): void {
  if (caller.connection.server === server) caller.connection.isClosed = true;
}

/** Carries all calls of one simulation. */
export class ApiTransport {
  readonly simulation: Simulation;
  /** Absent: nobody measures. */
  monitor: RestClientMonitor | undefined;
  readonly #calls = new Slab<ApiCall>();
  readonly #granted: EventKind;
  readonly #arrived: EventKind;
  readonly #answered: EventKind;
  readonly #decoded: EventKind;
  readonly #connector: Connector;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.#granted = simulation.defineEvent('client.TokenGranted', (id) => {
      const call = this.#calls.get(id);
      if (!this.#isLost(call)) call.caller.granted(call);
    });
    this.#arrived = simulation.defineEvent('client.RequestArrived', (id, _, now) => {
      const call = this.#calls.get(id);
      call.receivedUs = now;
      call.queueWaitUs = 0;
      call.webhookUs = 0;
      call.isGoAway = false;
      (call.server as ApiServerPort).receive(call);
    });
    this.#answered = simulation.defineEvent('client.ResponseArrived', (id) => {
      const call = this.#calls.get(id);
      if (this.#isLost(call)) return;
      if (call.isGoAway) hangUp(call);
      this.#end(call);
    });
    this.#decoded = simulation.defineEvent('client.ResponseDecoded', (id) => {
      const call = this.#calls.get(id);
      if (this.#isLost(call)) return;
      this.#calls.remove(id);
      call.onDone(call);
    });
    this.#connector = new Connector(simulation, {
      onOpen: (call) => this.#send(call),
      onRefused: (call) => {
        call.response = { ...NO_ANSWER, reason: 'ConnectionRefused' };
        this.#end(call);
      },
    });
  }

  /** Forgets a call whose client's process has ended. */
  #isLost({ id, caller, response }: ApiCall): boolean {
    if (caller.connection.isEnded !== true) return false;
    response?.watch?.close();
    this.#calls.remove(id);
    return true;
  }

  #end(call: ApiCall): void {
    this.monitor?.answered(call, this.simulation.now - call.sentUs);
    call.caller.answered(call);
  }

  /** Registers a new call. */
  open(call: ApiCall): void {
    call.id = this.#calls.add(call);
  }

  /** Lets the caller's `granted` run at `at`. */
  grantAt(call: ApiCall, at: SimTime): void {
    this.simulation.at(at, this.#granted, call.id);
  }

  /** Puts the request on the wire, now or when its client has a connection again. */
  transmit(call: ApiCall): void {
    call.attempts++;
    call.sentUs = this.simulation.now;
    const { connection } = call.caller;
    if (isBroken(connection)) this.#connector.open(call);
    else this.#send(call);
  }

  #send(call: ApiCall): void {
    if (this.#isLost(call)) return;
    const { connection } = call.caller;
    call.server = connection.server;
    const bytes = call.requestBytes + clientConstants.headerBytes;
    this.simulation.at(connection.up.send(this.simulation.now, bytes), this.#arrived, call.id);
  }

  /** Puts the answer on the wire now; called by the server. */
  respond(call: ApiCall, response: ApiResponse): void {
    call.response = response;
    const { down } = call.caller.connection;
    const { bytes, compressedBytes = bytes } = response;
    const arrival = down.send(this.simulation.now, compressedBytes + clientConstants.headerBytes);
    this.simulation.at(arrival, this.#answered, call.id);
  }

  /** The server has hung up: the client gets no answer. Reads are tried again a second later. */
  abort(call: ApiCall): void {
    hangUp(call);
    const { verb } = call.request;
    const isRead = verb === 'get' || verb === 'list';
    const retry = isRead ? { retryAfterSeconds: clientConstants.reconnectAfterSeconds } : {};
    call.response = { ...NO_ANSWER, reason: 'ConnectionLost', ...retry };
    const { down } = call.caller.connection;
    this.simulation.at(down.send(this.simulation.now, 0), this.#answered, call.id);
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
