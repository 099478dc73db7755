// One request with its bookkeeping, and who sends it. How it travels is in `api-transport.ts`.
import type { SimTime } from '../kernel/time.js';
import type { ApiRequest, ApiResponse, ContentType } from './api-request.js';
import type { ApiServerPort, Connection } from './connection.js';
import type { LossReason } from './network-cuts.js';
import { attributesOf } from './request-attributes.js';

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
  /** Its place among all senders of the transport, from 0; absent: it has none. */
  readonly number?: number;
  /** How its bodies are encoded; absent: as protobuf. */
  readonly contentType?: ContentType | undefined;
  /** From sending to the answer, at most; absent: not limited. Looked at on cut connections only. */
  readonly timeoutUs?: number | undefined;
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

/**
 * Of an attempt: with the client, waiting for a connection, on its way to the server, there, on its
 * way back; held: lost on either way, and not yet sent again.
 */
export type CallStage = 'idle' | 'waiting' | 'sent' | 'served' | 'answered' | 'held';

/** A request with its bookkeeping. `context` is the sender's own. */
export class ApiCall {
  id = -1;
  readonly caller: Caller;
  readonly request: ApiRequest;
  readonly onDone: CallHandler;
  readonly context: unknown;
  /** Verb, resource and subresource as a number; -1 for a resource that nobody serves. */
  readonly attributes: number;
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
  /** Where the last attempt is. */
  stage: CallStage = 'idle';
  /** What the client takes it for as soon as it has arrived. */
  loss: LossReason | undefined;
  /** The client has given the attempt up, and goes on with its successor. */
  isAbandoned = false;

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
    this.attributes = attributesOf(request);
    this.requestBytes = requestBytes;
    this.createdUs = createdUs;
    this.onDone = onDone;
    this.context = context;
  }

  /** The same request without the attempt under way, which is left to the server. */
  successor(): ApiCall {
    const { caller, request, requestBytes, createdUs, onDone, context } = this;
    const next = new ApiCall(caller, request, requestBytes, createdUs, onDone, context);
    next.id = this.id;
    next.attempts = this.attempts;
    next.sentUs = this.sentUs;
    next.server = this.server;
    return next;
  }
}
