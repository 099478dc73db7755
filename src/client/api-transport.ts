// The way of every request: from the client's rate limiter over its connection to an apiserver, and
// back with the answer.
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall, RestClientMonitor } from './api-call.js';
import type { ApiResponse } from './api-request.js';
import { type ApiServerPort, Connector, isBroken } from './connection.js';
import { clientConstants } from './constants.js';
import type { LazyHeartbeats } from './lazy-heartbeats.js';
import { type LossReason, NetworkCuts } from './network-cuts.js';
import { Slab } from './slab.js';

/** What a client has in the place of an answer when there is none. */
const NO_ANSWER = { code: 0, message: 'no answer from the server', bytes: 0 } as const;

/** The client's next request needs another connection, unless it has one already. */
function hangUp({ caller, server }: ApiCall): void {
  if (caller.connection.server === server) caller.connection.isClosed = true;
}

/** What a client has when its connection has ended: reads are tried again a second later. */
function connectionLost({ request: { verb } }: ApiCall): ApiResponse {
  const isRead = verb === 'get' || verb === 'list';
  const retry = isRead ? { retryAfterSeconds: clientConstants.reconnectAfterSeconds } : {};
  return { ...NO_ANSWER, reason: 'ConnectionLost', ...retry };
}

/** Carries all calls of one simulation. */
export class ApiTransport {
  readonly simulation: Simulation;
  /** Absent: nobody measures. */
  monitor: RestClientMonitor | undefined;
  /** Shared by the senders of heartbeats that may rest; absent: all heartbeats are sent. */
  readonly heartbeats: LazyHeartbeats | undefined;
  readonly #calls = new Slab<ApiCall>();
  #callers = 0;
  readonly #granted: EventKind;
  readonly #arrived: EventKind;
  readonly #answered: EventKind;
  readonly #decoded: EventKind;
  readonly #connector: Connector;
  #cuts: NetworkCuts | undefined;

  constructor(simulation: Simulation, heartbeats?: LazyHeartbeats) {
    this.simulation = simulation;
    this.heartbeats = heartbeats;
    this.#granted = simulation.defineEvent('client.TokenGranted', (id) => {
      const call = this.#calls.get(id);
      if (!this.#isLost(call)) call.caller.granted(call);
    });
    this.#arrived = simulation.defineEvent('client.RequestArrived', (id, _, now) => {
      const call = this.#calls.get(id);
      call.stage = 'served';
      if (call.loss !== undefined) return this.#fail(call, call.loss);
      call.receivedUs = now;
      call.queueWaitUs = 0;
      call.webhookUs = 0;
      call.isGoAway = false;
      (call.server as ApiServerPort).receive(call);
    });
    this.#answered = simulation.defineEvent('client.ResponseArrived', (id) => {
      const call = this.#calls.get(id);
      if (this.#isLost(call)) return;
      call.stage = 'idle';
      call.caller.connection.lastReadUs = this.simulation.now;
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
        call.stage = 'idle';
        this.#end(call);
      },
      onDropped: (connection, handshake) => this.cuts.loseDial(connection, handshake),
    });
  }

  /** The number of the next sender. */
  newCallerNumber(): number {
    return this.#callers++;
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
    call.stage = 'waiting';
    const { connection } = call.caller;
    if (!isBroken(connection)) return this.#send(call);
    this.#connector.open(call);
    if (connection.cut !== undefined) this.cuts.limit(call);
  }

  #send(call: ApiCall): void {
    if (this.#isLost(call)) return;
    const { connection } = call.caller;
    call.server = connection.server;
    if (connection.cut !== undefined) return this.cuts.holdRequest(call, connection.cut);
    call.stage = 'sent';
    const bytes = call.requestBytes + clientConstants.headerBytes;
    this.simulation.at(connection.up.send(this.simulation.now, bytes), this.#arrived, call.id);
  }

  /** Puts the answer on the wire now; called by the server. */
  respond(call: ApiCall, response: ApiResponse): void {
    if (call.isAbandoned) {
      response.watch?.close();
      return;
    }
    const { down, cut } = call.caller.connection;
    if (cut !== undefined) return this.cuts.holdAnswer(call, response, cut);
    call.stage = 'answered';
    call.response = response;
    const { bytes, compressedBytes = bytes } = response;
    const arrival = down.send(this.simulation.now, compressedBytes + clientConstants.headerBytes);
    this.simulation.at(arrival, this.#answered, call.id);
  }

  #end(call: ApiCall): void {
    this.monitor?.answered(call, this.simulation.now - call.sentUs);
    call.caller.answered(call);
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

  /** The server has hung up: the client gets no answer. */
  abort(call: ApiCall): void {
    if (call.isAbandoned) return;
    hangUp(call);
    const response = connectionLost(call);
    const { down, cut } = call.caller.connection;
    if (cut !== undefined) return this.cuts.holdAnswer(call, response, cut);
    call.stage = 'answered';
    call.response = response;
    this.simulation.at(down.send(this.simulation.now, 0), this.#answered, call.id);
  }

  /** The client takes a request as not answered; what is on the wire right now gets there before. */
  #fail(call: ApiCall, reason: LossReason): void {
    if (call.stage === 'answered') return;
    if (call.stage === 'sent') {
      call.loss = reason;
      return;
    }
    const { waiting } = call.caller.connection;
    if (waiting?.includes(call) === true) waiting.splice(waiting.indexOf(call), 1);
    const next = call.successor();
    call.isAbandoned = true;
    this.#calls.replace(call.id, next);
    const isLost = reason === 'ConnectionLost';
    next.response = isLost ? connectionLost(call) : { ...NO_ANSWER, reason };
    this.#end(next);
  }

  /** Forgets a call whose client's process has ended. */
  #isLost({ id, caller, response }: ApiCall): boolean {
    if (caller.connection.isEnded !== true) return false;
    response?.watch?.close();
    this.#calls.remove(id);
    return true;
  }

  /** What cuts connections, made when the first is. */
  get cuts(): NetworkCuts {
    this.#cuts ??= new NetworkCuts(this.simulation, {
      pendingOn: (connection) =>
        this.#calls.items.filter(
          ({ stage, caller }) => stage !== 'idle' && caller.connection === connection,
        ),
      resend: (call) => this.#send(call),
      redeliver: (call, response) => this.respond(call, response),
      fail: (call, reason) => this.#fail(call, reason),
      redial: (handshake) => this.#connector.redial(handshake),
      abandonDial: (handshake) => this.#connector.abandon(handshake),
    });
    return this.#cuts;
  }
}
