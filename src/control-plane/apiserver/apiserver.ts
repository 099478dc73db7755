// One kube-apiserver: every request passes the handler chain on the CPU of its host, is admitted by
// API Priority and Fairness, or by the two limits that hold without it, is served by the storage
// layer, and answered; whatever takes too long is given up.
// The order of the chain is kept where it matters: authentication and audit before flow control,
// authorization, reading and admission of the body within its seats.
// Source: Kubernetes v1.36 apiserver server/config.go DefaultBuildHandlerChain (reference:
// controlplane B1, B2).
import { encodedBytes } from '../../api/encoded-size.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/flow-control.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { DefinitionOwner } from '../../api/resource-kinds.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { ApiServerPort } from '../../client/connection.js';
import type { EtcdPort } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { OptionalAdmissionPlugin } from './admission/admission.js';
import { AdmissionStatistics } from './admission/admission-statistics.js';
import type { WebhookSpec } from './admission/webhook.js';
import type { AggregatedApis } from './aggregated-apis.js';
import { status } from './answers.js';
import { apiserverConstants } from './constants.js';
import { chainCpuUs, encodeCpuUs, encodedAnswer, handlerCpuUs } from './costs.js';
import { DeadlineList } from './deadline-list.js';
import { FlowController } from './flow-control/flow-controller.js';
import { FlowStatusWriter } from './flow-control/flow-status-writer.js';
import { ObjectCounts } from './flow-control/object-counts.js';
import { type Principal, Principals } from './flow-control/principal.js';
import { WatchCounts } from './flow-control/watch-counts.js';
import { WorkEstimator } from './flow-control/work-estimator.js';
import { type InFlightGauge, InFlightStatistics } from './in-flight-statistics.js';
import { loopbackClient } from './loopback.js';
import { MaxInFlight } from './max-in-flight.js';
import type { IdentityGenerator } from './registry.js';
import {
  AUTHENTICATING,
  EXECUTING,
  GONE,
  QUEUED,
  REFUSED,
  RequestTable,
  STREAMING,
} from './request-table.js';
import { ResourceStorage } from './resource-storage.js';
import { storageKey } from './storage-key.js';

/** What an apiserver is started with, as its flags. */
export interface ApiServerSettings {
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  /** False: --enable-priority-and-fairness=false. */
  readonly enablePriorityAndFairness: boolean;
  readonly requestTimeoutUs: number;
  /** Of an answer that it asks the client to go to another server; 0 to 0.02. */
  readonly goawayChance: number;
  readonly disabledAdmissionPlugins?: readonly OptionalAdmissionPlugin[] | undefined;
  /** That admission calls, mutating and validating ones. */
  readonly webhooks?: readonly WebhookSpec[] | undefined;
  /** --etcd-compaction-interval; absent: nothing is compacted. */
  readonly etcdCompactionIntervalUs?: number | undefined;
  /** Whose custom resources are defined. */
  readonly definitionsOf?: readonly DefinitionOwner[] | undefined;
}

export interface ApiServerOptions {
  readonly name: string;
  readonly host: CpuHost;
  readonly etcd: EtcdPort;
  readonly transport: ApiTransport;
  readonly observer: ClusterObserver;
  readonly identities: IdentityGenerator;
  readonly settings: ApiServerSettings;
  /** Absent: no API is aggregated. */
  readonly aggregatedApis?: AggregatedApis | undefined;
}

export class ApiServer implements ApiServerPort {
  readonly name: string;
  /** Starts of the process before this one. */
  incarnation = 0;
  readonly inFlight: InFlightStatistics;
  readonly admission: AdmissionStatistics = new AdmissionStatistics();
  /** Absent without API Priority and Fairness. */
  readonly flows: FlowController | undefined;
  readonly #simulation: Simulation;
  readonly #options: ApiServerOptions;
  readonly #requests = new RequestTable();
  readonly #principals = new Principals();
  readonly #objects = new ObjectCounts();
  readonly #watches = new WatchCounts();
  readonly #maxInFlight: MaxInFlight;
  readonly #deadlines: DeadlineList;
  readonly #writeDeadlines: DeadlineList;
  readonly storage: ResourceStorage;
  readonly #flowStatus: FlowStatusWriter;
  readonly #goaway: RandomStream;
  readonly #shaken: EventKind;
  readonly #cacheFillTimedOut: EventKind;
  readonly #authenticated: EventKind;
  readonly #handled: EventKind;
  readonly #encoded: EventKind;
  #isServing = true;
  #onAccepted: (handshake: number) => void = () => {};

  constructor(simulation: Simulation, options: ApiServerOptions) {
    this.#simulation = simulation;
    this.#options = options;
    const { name, settings } = options;
    this.name = name;
    this.#goaway = simulation.random.stream(`${name}/goaway`);
    this.#shaken = simulation.defineEvent(`${name}.HandshakeDone`, (handshake) =>
      this.#onAccepted(handshake),
    );
    this.#cacheFillTimedOut = simulation.defineEvent(`${name}.CacheFillTimedOut`, (incarnation) =>
      this.#becomeReady(incarnation),
    );
    this.#authenticated = simulation.defineEvent(`${name}.RequestAuthenticated`, (id) =>
      this.#admit(id),
    );
    this.#handled = simulation.defineEvent(`${name}.RequestHandled`, (id) => {
      if (this.#requests.resume(id)) this.storage.handle(id);
    });
    this.#encoded = simulation.defineEvent(`${name}.ResponseEncoded`, (id) => this.#answer(id));
    const expire = (id: number): void => this.#expire(id);
    const { requestTimeoutUs } = settings;
    const deadlines = (event: string, limitUs: number): DeadlineList =>
      new DeadlineList(simulation, `${name}.${event}`, limitUs, expire);
    this.#deadlines = deadlines('RequestTimedOut', requestTimeoutUs);
    this.#writeDeadlines = deadlines('WriteTimedOut', apiserverConstants.writeTimeoutUs);
    const { maxRequestsInflight, maxMutatingRequestsInflight } = settings;
    this.#maxInFlight = new MaxInFlight(maxRequestsInflight, maxMutatingRequestsInflight);
    this.inFlight = new InFlightStatistics(simulation.now);
    const loopback = loopbackClient(options.transport, name, this);
    this.storage = this.#newStorage(loopback);
    this.#flowStatus = new FlowStatusWriter(loopback);
    this.flows = settings.enablePriorityAndFairness ? this.#newFlows() : undefined;
    this.#configureFlows();
  }

  #newStorage(loopback: ApiClient): ResourceStorage {
    const { name, host, etcd, identities, observer, settings } = this.#options;
    return new ResourceStorage(this.#simulation, {
      name,
      host,
      etcd,
      identities,
      requests: this.#requests,
      observer,
      admission: {
        disabledPlugins: settings.disabledAdmissionPlugins ?? [],
        webhooks: settings.webhooks ?? [],
        statistics: this.admission,
        loopback,
      },
      etcdCompactionIntervalUs: settings.etcdCompactionIntervalUs,
      definitionsOf: settings.definitionsOf ?? [],
      aggregatedApis: this.#options.aggregatedApis,
      onReply: (id, response, workUs) => this.#reply(id, response, workUs),
      onLoaded: (resource, objects) => {
        const bytes = objects.reduce((sum, object) => sum + encodedBytes(object), 0);
        this.#objects.load(resource, objects.length, bytes);
      },
      onChange: (resource, event) => this.#objects.changed(this.#simulation.now, resource, event),
      onCached: (resource) => {
        if (FLOW_RESOURCES.has(resource)) this.#configureFlows();
      },
      onWatch: (request, change) => this.#watches.count(request, change),
      onWatchInitialized: (id) => this.#watchInitialized(id),
    });
  }

  #newFlows(): FlowController {
    const { name, settings, observer } = this.#options;
    return new FlowController(this.#simulation, {
      name,
      seats: settings.maxRequestsInflight + settings.maxMutatingRequestsInflight,
      requestTimeoutUs: settings.requestTimeoutUs,
      principals: this.#principals,
      estimator: new WorkEstimator(this.#objects, this.#watches),
      onExecute: (id) => this.#execute(id),
      onTimedOut: (id, retryAfterSeconds) => {
        const { request } = this.#requests.call(id);
        this.#waitingGauge(request).add(this.#simulation.now, -1);
        this.#refuse(id, retryAfterSeconds);
      },
      onSeats: (level) => observer.seatsTaken(level),
    });
  }

  /** Takes over the FlowSchemas and levels that the caches hold. */
  #configureFlows(): void {
    const { flows } = this;
    if (flows === undefined) return;
    const all = <T extends KubernetesObject>(resource: string): T[] =>
      [...this.storage.objectsOf(resource).values()] as T[];
    const levels = all<PriorityLevelConfiguration>('prioritylevelconfigurations');
    const schemas = all<FlowSchema>('flowschemas');
    flows.configure(levels, schemas);
    const { now } = this.#simulation;
    this.inFlight.setLimits(now, flows.totalSeats, flows.totalQueueCapacity);
    this.#flowStatus.write(now, levels, schemas);
  }

  /** Objects of a resource at the last look, which is once a minute. */
  objectCount(now: SimTime, resource: string): number {
    return this.#objects.countOf(now, resource) ?? 0;
  }

  /** False: no connection is accepted. */
  get isServing(): boolean {
    return this.#isServing;
  }

  accept(handshake: number, accepted: (handshake: number) => void): void {
    this.#onAccepted = accepted;
    const { handshakeCpuUs, garbageCollectionFactor } = apiserverConstants;
    this.#options.host.run(handshakeCpuUs * garbageCollectionFactor, this.#shaken, handshake);
  }

  /**
   * Ends the process: connections break, watches end. Requests under way are lost with SIGKILL;
   * with SIGTERM they are still served, only nothing new is.
   */
  stop(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#isServing = false;
    this.incarnation++;
    const lists = new Set(this.storage.stop());
    for (const id of this.#requests.waitedFor) {
      if (signal === 'SIGTERM' && !lists.has(id)) continue;
      const call = this.#requests.call(id);
      this.#abandon(id);
      this.#options.transport.abort(call);
    }
    for (const id of lists) this.#requests.resume(id);
    this.#principals.forgetAll();
  }

  /** Starts the process again: it serves when its caches are filled, or have had their time. */
  start(): void {
    const { cacheFillTimeoutUs } = apiserverConstants;
    this.storage.fill(() => this.#becomeReady(this.incarnation));
    this.#simulation.after(cacheFillTimeoutUs, this.#cacheFillTimedOut, this.incarnation);
  }

  /** `incarnation`: of the process that waits for its caches. */
  #becomeReady(incarnation: number): void {
    if (this.#isServing || incarnation !== this.incarnation) return;
    this.#configureFlows();
    this.#isServing = true;
  }

  receive(call: ApiCall): void {
    if (!this.#isServing) return this.#options.transport.abort(call);
    const { request } = call;
    const sender = this.#principals.of(call.caller);
    const name = request.name || request.body?.metadata.name || '';
    const key = storageKey(request.resource, request.namespace, name);
    const id = this.#requests.add(call, sender, key);
    const { now } = this.#simulation;
    if (request.verb !== 'watch') this.#deadlines.add(id, now);
    const cpuUs = chainCpuUs(call, this.#isNewToken(sender));
    this.#options.host.run(cpuUs, this.#authenticated, id);
  }

  /** Whether a service account's token has to be looked at, which is then remembered. */
  #isNewToken(sender: Principal): boolean {
    if (!sender.isServiceAccount) return false;
    const { now } = this.#simulation;
    if (now < sender.tokenTrustedUntilUs) return false;
    sender.tokenTrustedUntilUs = now + apiserverConstants.tokenTrustUs;
    return true;
  }

  #admit(id: number): void {
    if (!this.#requests.resume(id)) return;
    const { request } = this.#requests.call(id);
    const sender = this.#requests.sender(id);
    if (this.flows !== undefined) {
      const retryAfterSeconds = this.flows.arrive(id, sender, request);
      if (retryAfterSeconds > 0) this.#refuse(id, retryAfterSeconds);
      else if (this.#requests.phase(id) === AUTHENTICATING) this.#wait(id, request);
      return;
    }
    const isWatch = request.verb === 'watch';
    const retryAfterSeconds = isWatch ? 0 : this.#maxInFlight.arrive(isWrite(request), sender);
    if (retryAfterSeconds > 0) this.#refuse(id, retryAfterSeconds);
    else this.#execute(id);
  }

  #wait(id: number, request: ApiRequest): void {
    this.#requests.setPhase(id, QUEUED);
    this.#waitingGauge(request).add(this.#simulation.now, 1);
  }

  #execute(id: number): void {
    const call = this.#requests.call(id);
    const { now } = this.#simulation;
    if (this.#requests.phase(id) === QUEUED) this.#waitingGauge(call.request).add(now, -1);
    this.#requests.setPhase(id, EXECUTING);
    this.#executingGauge(call.request).add(now, 1);
    call.queueWaitUs = this.flows?.waitedUs(id) ?? 0;
    if (isWrite(call.request)) this.#writeDeadlines.add(id, now);
    this.#options.host.run(handlerCpuUs(call), this.#handled, id);
  }

  #refuse(id: number, retryAfterSeconds: number): void {
    this.#requests.setPhase(id, REFUSED);
    this.#reply(id, {
      ...status(429, 'TooManyRequests', 'too many requests, please try again later'),
      retryAfterSeconds,
    });
  }

  /** `workUs`: CPU time that went into the answer beside its encoding. */
  #reply(id: number, plain: ApiResponse, workUs = 0): void {
    const { contentType } = this.#requests.call(id).caller;
    const response = encodedAnswer(plain, contentType);
    this.#requests.setResponse(id, response);
    this.#options.host.run(encodeCpuUs(response, contentType) + workUs, this.#encoded, id);
  }

  #answer(id: number): void {
    if (!this.#requests.resume(id)) return;
    const call = this.#requests.call(id);
    const response = this.#requests.response(id);
    if (this.storage.isInitializing(id)) this.#requests.setPhase(id, STREAMING);
    else {
      this.#settle(id, call.request);
      this.#requests.remove(id);
    }
    this.#respond(call, response);
  }

  /** A watch holds its seats until it has sent what it begins with. */
  #watchInitialized(id: number): void {
    if (this.#requests.phase(id) !== STREAMING) return;
    this.#requests.setPhase(id, EXECUTING);
    this.#settle(id, this.#requests.call(id).request);
    this.#requests.remove(id);
  }

  /** Gives back what the request holds. */
  #settle(id: number, request: ApiRequest): void {
    this.#deadlines.remove(id);
    this.#writeDeadlines.remove(id);
    if (this.#requests.phase(id) !== EXECUTING) return;
    this.#executingGauge(request).add(this.#simulation.now, -1);
    if (this.flows !== undefined) this.flows.finish(id, request.verb === 'watch');
    else if (request.verb !== 'watch') this.#maxInFlight.finish(isWrite(request));
  }

  #executingGauge(request: ApiRequest): InFlightGauge {
    return isWrite(request) ? this.inFlight.executingWrites : this.inFlight.executingReads;
  }

  #waitingGauge(request: ApiRequest): InFlightGauge {
    return isWrite(request) ? this.inFlight.waitingWrites : this.inFlight.waitingReads;
  }

  #respond(call: ApiCall, response: ApiResponse): void {
    const latencyUs = this.#simulation.now - call.receivedUs;
    call.response = response;
    this.#options.observer.requestServed(call, response.code, latencyUs);
    const { goawayChance } = this.#options.settings;
    if (goawayChance > 0) call.isGoAway = this.#goaway.uniform() < goawayChance;
    this.#options.transport.respond(call, response);
  }

  /** The request took too long. What is still under way of it is for nothing. */
  #expire(id: number): void {
    const call = this.#requests.call(id);
    const message = 'Timeout: request did not complete within the allotted timeout';
    this.#abandon(id);
    this.#respond(call, status(504, 'Timeout', message));
  }

  #abandon(id: number): void {
    const { request } = this.#requests.call(id);
    const isQueued = this.#requests.phase(id) === QUEUED;
    this.#settle(id, request);
    if (isQueued) {
      this.flows?.cancel(id);
      this.#waitingGauge(request).add(this.#simulation.now, -1);
      this.#requests.remove(id);
    } else if (!this.storage.abandon(id)) this.#requests.setPhase(id, GONE);
  }
}

const FLOW_RESOURCES: ReadonlySet<string> = new Set(['flowschemas', 'prioritylevelconfigurations']);

function isWrite({ verb }: ApiRequest): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}
