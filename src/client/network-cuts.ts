// Connections through which nothing gets any more. What is sent into one is lost, and sent again by
// TCP at growing intervals, so that it arrives some time after the network is whole. A client that
// reads nothing for long pings the server, and gives the connection up when no answer comes: its
// requests fail, its watches end, and the next request dials anew, which takes as long as the
// network stays cut. Single requests fail before that where their client limits their time.
// Left out: that the server's side lives on for a while; the limits of the kernel's send buffer.
// Source: golang.org/x/net/http2 (ReadIdleTimeout, PingTimeout as Kubernetes v1.36
// apimachinery/pkg/util/net sets them), net.Dialer in client-go; RFC 6298.
import type { EventHandle } from '../kernel/event-queue.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall } from './api-call.js';
import type { ApiResponse } from './api-request.js';
import { type Connection, isBroken } from './connection.js';
import { clientConstants } from './constants.js';
import { Slab } from './slab.js';

/** Why a client has no answer: it hung up, its time was over, it could not connect in time. */
export type LossReason = 'ConnectionLost' | 'Timeout' | 'ConnectionTimeout';

/** What the transport does for it. */
export interface CutHandlers {
  /** Requests on the way, or with the server, or waiting for the connection. O(requests). */
  readonly pendingOn: (connection: Connection) => readonly ApiCall[];
  readonly resend: (call: ApiCall) => void;
  readonly redeliver: (call: ApiCall, response: ApiResponse) => void;
  /** The client takes a request as unanswered. */
  readonly fail: (call: ApiCall, reason: LossReason) => void;
  /** The handshake goes on. */
  readonly redial: (handshake: number) => void;
  /** Nobody waits for the handshake any more; returns who did. */
  readonly abandonDial: (handshake: number) => readonly ApiCall[];
}

/** No event is planned. */
const NONE: EventHandle = -1;

/** A connection that is cut, with what was lost on it. */
export interface Cut {
  readonly id: number;
  readonly connection: Connection;
  /** Being opened: its handshake is what was lost. */
  readonly handshake: number | undefined;
  readonly requests: ApiCall[];
  readonly answers: { readonly call: ApiCall; readonly response: ApiResponse }[];
  /** When the first packet was lost. */
  lostUs: SimTime | undefined;
  /** The client gives up. */
  expiry: EventHandle;
  /** What was lost is sent again; planned when the network is whole. */
  resumption: EventHandle;
}

interface Limited {
  readonly call: ApiCall;
  readonly attempt: number;
}

export class NetworkCuts {
  readonly #simulation: Simulation;
  readonly #handlers: CutHandlers;
  readonly #cuts = new Slab<Cut>();
  readonly #limited = new Slab<Limited>();
  readonly #expired: EventKind;
  readonly #resumed: EventKind;
  readonly #timedOut: EventKind;

  constructor(simulation: Simulation, handlers: CutHandlers) {
    this.#simulation = simulation;
    this.#handlers = handlers;
    this.#expired = simulation.defineEvent('client.ConnectionGivenUp', (id) => {
      const cut = this.#cuts.get(id);
      cut.expiry = NONE;
      this.#giveUp(cut);
    });
    this.#resumed = simulation.defineEvent('client.PacketsRetransmitted', (id) => {
      const cut = this.#cuts.get(id);
      cut.resumption = NONE;
      this.#resume(cut);
    });
    this.#timedOut = simulation.defineEvent('client.RequestTimedOut', (id) => {
      const { call, attempt } = this.#limited.remove(id);
      const isWaiting = call.stage !== 'idle' && !call.isAbandoned && call.attempts === attempt;
      if (isWaiting) handlers.fail(call, 'Timeout');
    });
  }

  /** Nothing gets through an open connection from now on. O(requests under way). */
  cut(connection: Connection): void {
    const { cut } = connection;
    if (cut !== undefined) return this.#cancel(cut, 'resumption');
    if (connection.isEnded === true || isBroken(connection)) return;
    this.#begin(connection, undefined, this.#pingFailsUs(connection));
    for (const watch of connection.watches ?? []) watch.hold(true);
    for (const call of this.#handlers.pendingOn(connection)) this.limit(call);
  }

  /** The first packet of a handshake is lost: the client tries until its time is over. */
  loseDial(connection: Connection, handshake: number): void {
    const { now } = this.#simulation;
    const cut = this.#begin(connection, handshake, now + clientConstants.dialTimeoutUs);
    cut.lostUs = now;
    for (const call of connection.waiting ?? []) this.limit(call);
  }

  /** The network is whole: what was lost arrives with the next attempt of TCP. */
  mend({ cut }: Connection): void {
    if (cut === undefined || cut.resumption !== NONE) return;
    const { now } = this.#simulation;
    const at = cut.lostUs === undefined ? now : retransmittedUs(cut, cut.lostUs, now);
    cut.resumption = this.#simulation.at(at, this.#resumed, cut.id);
  }

  /** The client finds the connection reset: by a firewall, or because it closes it itself. */
  reset(connection: Connection): void {
    if (connection.isEnded === true || isBroken(connection)) return;
    if (connection.cut === undefined) this.#lose(connection);
    else this.#giveUp(connection.cut);
  }

  holdRequest(call: ApiCall, cut: Cut): void {
    cut.lostUs ??= this.#simulation.now;
    call.stage = 'held';
    cut.requests.push(call);
    this.limit(call);
  }

  holdAnswer(call: ApiCall, response: ApiResponse, cut: Cut): void {
    cut.lostUs ??= this.#simulation.now;
    call.stage = 'held';
    cut.answers.push({ call, response });
  }

  /** Ends a request in time, where its client limits that. */
  limit(call: ApiCall): void {
    const { timeoutUs } = call.caller;
    if (timeoutUs === undefined) return;
    const id = this.#limited.add({ call, attempt: call.attempts });
    const at = Math.max(this.#simulation.now, call.sentUs + timeoutUs);
    this.#simulation.at(at, this.#timedOut, id);
  }

  #begin(connection: Connection, handshake: number | undefined, expiresUs: SimTime): Cut {
    const cut = {
      id: -1,
      connection,
      handshake,
      requests: [],
      answers: [],
      lostUs: undefined,
      expiry: NONE,
      resumption: NONE,
    };
    cut.id = this.#cuts.add(cut);
    cut.expiry = this.#simulation.at(expiresUs, this.#expired, cut.id);
    connection.cut = cut;
    return cut;
  }

  /** Pings follow each other while they are answered and nothing else is read. */
  #pingFailsUs({ lastReadUs = 0 }: Connection): SimTime {
    const { now } = this.#simulation;
    const { pingAfterIdleUs, pingTimeoutUs } = clientConstants;
    const idleUs = (now - lastReadUs) % pingAfterIdleUs;
    return now - idleUs + pingAfterIdleUs + pingTimeoutUs;
  }

  #giveUp(cut: Cut): void {
    const { connection, handshake } = cut;
    this.#end(cut);
    if (handshake !== undefined) {
      const calls = this.#handlers.abandonDial(handshake);
      if (connection.isEnded === true) return;
      for (const call of calls) this.#handlers.fail(call, 'ConnectionTimeout');
    } else if (connection.isEnded !== true) this.#lose(connection);
  }

  #lose(connection: Connection): void {
    connection.isClosed = true;
    const calls = this.#handlers.pendingOn(connection);
    for (const watch of [...(connection.watches ?? [])]) watch.lose();
    for (const call of calls) this.#handlers.fail(call, 'ConnectionLost');
  }

  #resume(cut: Cut): void {
    const { connection, handshake, requests, answers } = cut;
    this.#end(cut);
    if (handshake !== undefined) return this.#handlers.redial(handshake);
    if (connection.isEnded === true) return;
    for (const watch of [...(connection.watches ?? [])]) watch.hold(false);
    for (const call of requests) if (!call.isAbandoned) this.#handlers.resend(call);
    for (const { call, response } of answers) this.#handlers.redeliver(call, response);
  }

  #end(cut: Cut): void {
    this.#cancel(cut, 'expiry');
    this.#cancel(cut, 'resumption');
    cut.connection.cut = undefined;
    this.#cuts.remove(cut.id);
  }

  #cancel(cut: Cut, timer: 'expiry' | 'resumption'): void {
    if (cut[timer] !== NONE) this.#simulation.cancel(cut[timer]);
    cut[timer] = NONE;
  }
}

/** When TCP sends again for the first time from `now` on what it has sent at `lostUs`. */
function retransmittedUs({ handshake }: Cut, lostUs: SimTime, now: SimTime): SimTime {
  const { synRetryUs, retransmitMinUs, retransmitMaxUs } = clientConstants;
  let waitUs: number = handshake === undefined ? retransmitMinUs : synRetryUs;
  let at = lostUs + waitUs;
  while (at < now) {
    waitUs = Math.min(2 * waitUs, retransmitMaxUs);
    at += waitUs;
  }
  return at;
}
