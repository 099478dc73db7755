// A client-go clientset: one FIFO token bucket for all its requests, retries of 429 and 5xx answers
// that carry Retry-After. Left out: throttling per verb, URL backoff (off by default upstream).
// Source: Kubernetes v1.36 client-go rest/request.go, rest/with_retry.go.
import { encodedBytes } from '../api/encoded-size.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { CpuHost } from '../kernel/stations.js';
import { TokenBucket } from '../kernel/stations.js';
import { ApiCall, type Caller, type CallHandler, type ClientLimit } from './api-call.js';
import type { ApiRequest, ContentType } from './api-request.js';
import type { ApiTransport } from './api-transport.js';
import type { Connection } from './connection.js';
import { clientConstants } from './constants.js';
import type { LazyHeartbeats } from './lazy-heartbeats.js';
import { groupsOf } from './user-groups.js';

export interface ApiClientOptions {
  /** Name of the bucket in reports: `kube-controller-manager/replicaset-controller`. */
  readonly name: string;
  readonly user: string;
  /** Besides those that follow from the user's name. */
  readonly groups?: readonly string[];
  readonly connection: Connection;
  /** Absent: not limited, as the kubelet's heartbeat client. */
  readonly limit?: ClientLimit;
  /** Absent: protobuf. */
  readonly contentType?: ContentType;
  /** Of each request, from sending to the answer; absent: none. */
  readonly timeoutUs?: number | undefined;
  /** The machine that encodes and decodes; absent where its CPU is not modelled. */
  readonly host?: CpuHost;
}

/** Sends requests of one component. */
export class ApiClient implements Caller {
  readonly name: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly connection: Connection;
  readonly limit: ClientLimit | undefined;
  readonly number: number;
  readonly contentType: ContentType | undefined;
  readonly timeoutUs: number | undefined;
  readonly bucket: TokenBucket | undefined;
  readonly #transport: ApiTransport;
  readonly #host: CpuHost | undefined;

  constructor(transport: ApiTransport, options: ApiClientOptions) {
    this.#transport = transport;
    this.name = options.name;
    this.user = options.user;
    this.groups = groupsOf(options.user, options.groups);
    this.connection = options.connection;
    this.number = transport.newCallerNumber();
    this.contentType = options.contentType;
    this.timeoutUs = options.timeoutUs;
    this.#host = options.host;
    const { limit } = options;
    this.limit = limit;
    this.bucket = limit && new TokenBucket(`${options.name}/client`, limit.qps, limit.burst);
  }

  /** Shared by the senders of heartbeats that may rest; undefined: all heartbeats are sent. */
  get heartbeats(): LazyHeartbeats | undefined {
    return this.#transport.heartbeats;
  }

  /** Sends; `onDone` gets the call with its response. Order of sending is order of granting. */
  send(request: ApiRequest, onDone: CallHandler, context?: unknown): void {
    const bytes = request.patch?.bytes ?? this.#bodyBytes(request.body);
    const { now } = this.#transport.simulation;
    const call = new ApiCall(this, request, bytes, now, onDone, context);
    this.#transport.open(call);
    this.#limit(call);
  }

  #bodyBytes(body: KubernetesObject | undefined): number {
    if (body === undefined) return 0;
    const bytes = encodedBytes(body);
    if (this.contentType !== 'json') return bytes;
    return Math.round(bytes * clientConstants.jsonBytesPerProtobufByte);
  }

  /** Has the next request open another connection, where nothing gets through this one. */
  closeConnection(): void {
    if (this.connection.cut !== undefined) this.#transport.cuts.reset(this.connection);
  }

  granted(call: ApiCall): void {
    if (call.isRetrying) {
      call.isRetrying = false;
      this.#limit(call); // every attempt takes a token
    } else {
      this.#transport.transmit(call);
    }
  }

  answered(call: ApiCall): void {
    const response = call.response as NonNullable<ApiCall['response']>;
    const { retryAfterSeconds } = response;
    if (retryAfterSeconds !== undefined && call.attempts <= clientConstants.maxRetries) {
      const { now } = this.#transport.simulation;
      call.isRetrying = true;
      this.#transport.monitor?.retried(call);
      this.#transport.grantAt(call, now + retryAfterSeconds * 1_000_000);
      return;
    }
    const { decodeNanosecondsPerByte, jsonDecodeNanosecondsPerByte } = clientConstants;
    const isJson = this.contentType === 'json';
    const perByte = isJson ? jsonDecodeNanosecondsPerByte : decodeNanosecondsPerByte;
    const decodeUs = (response.bytes * perByte) / 1000;
    this.#transport.finish(call, this.#host, clientConstants.requestCpuUs + decodeUs);
  }

  #limit(call: ApiCall): void {
    const { now } = this.#transport.simulation;
    const { bucket } = this;
    // Watches are not limited.
    const isLimited = bucket !== undefined && call.request.verb !== 'watch';
    const grant = isLimited ? bucket.take(now) : now;
    if (isLimited) this.#transport.monitor?.throttled(call, grant - now);
    if (grant > now) this.#transport.grantAt(call, grant);
    else this.#transport.transmit(call);
  }
}
