// One kube-apiserver: handler chain on the CPU of its host, in-flight limits, storage in etcd with
// optimistic concurrency, reads from etcd or from the watch cache, watches. The cache may lag: it
// answers only who asks for any state, and decides about a write only what the store will check.
// Left out in this version: API Priority and Fairness (the limits are those without it), webhooks,
// paging, the wait of a consistent list for etcd's progress notification (docs/MODEL.md).
// Source: Kubernetes v1.36 apiserver (reference: controlplane B).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { PriorityClass } from '../../api/priority-class.js';
import { resourceKinds } from '../../api/resource-kinds.js';
import type { ApiCall, ApiServerPort, ApiTransport } from '../../client/api-call.js';
import { type ApiResponse, objectKey } from '../../client/api-request.js';
import type { EtcdPort, EtcdResult } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { Admission, type OptionalAdmissionPlugin } from './admission.js';
import { alreadyExists, notFound, ok, status } from './answers.js';
import { apiserverConstants } from './constants.js';
import { encodeCpuUs, handlerCpuUs } from './costs.js';
import { deleteOutcome, type Outcome, updateOutcome } from './outcomes.js';
import type { IdentityGenerator } from './registry.js';
import { ServerWatch } from './server-watch.js';
import { WatchCache } from './watch-cache.js';

export interface ApiServerOptions {
  readonly name: string;
  readonly host: CpuHost;
  readonly etcd: EtcdPort;
  readonly transport: ApiTransport;
  readonly observer: ClusterObserver;
  readonly identities: IdentityGenerator;
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly disabledAdmissionPlugins?: readonly OptionalAdmissionPlugin[];
}

/** A request that is being handled. */
interface Handling {
  readonly call: ApiCall;
  /** `pods/default/web-1`: key in the store. */
  key: string;
  /** What is being written is to be removed next. */
  isRemovedNext: boolean;
  response: ApiResponse | undefined;
}

/**
 * A list that waits until its cache has everything up to the store's revision when it was asked.
 */
interface WaitingList {
  readonly id: number;
  readonly cache: WatchCache;
  readonly revision: number;
}

/** Resources that are read from etcd each time. */
const UNCACHED = new Set(['events']);

export class ApiServer implements ApiServerPort {
  readonly #simulation: Simulation;
  readonly #options: ApiServerOptions;
  readonly #caches = new Map<string, WatchCache>();
  readonly #handlings = new Slab<Handling>();
  readonly #handled: EventKind;
  readonly #stored: EventKind;
  readonly #found: EventKind;
  readonly #encoded: EventKind;
  readonly #admission: Admission;
  #waitingLists: WaitingList[] = [];
  #seenRevision: number;
  #readInflight = 0;
  #writeInflight = 0;

  constructor(simulation: Simulation, options: ApiServerOptions) {
    this.#simulation = simulation;
    this.#options = options;
    const { name, etcd, host } = options;
    this.#handled = simulation.defineEvent(`${name}.RequestHandled`, (id) => this.#dispatch(id));
    this.#stored = simulation.defineEvent(`${name}.TransactionAnswered`, (id, ticket) =>
      this.#afterWrite(id, etcd.result(ticket)),
    );
    this.#found = simulation.defineEvent(`${name}.RangeAnswered`, (id, ticket) =>
      this.#afterRead(id, etcd.result(ticket)),
    );
    this.#encoded = simulation.defineEvent(`${name}.ResponseEncoded`, (id) => this.#answer(id));
    const { disabledAdmissionPlugins } = options;
    this.#admission = new Admission((name) => this.#priorityClass(name), disabledAdmissionPlugins);
    const { revision, values } = etcd.snapshot();
    this.#seenRevision = revision;
    for (const { resource, kind } of resourceKinds) {
      const cache = new WatchCache(simulation, `${name}/${resource}`, host, () =>
        this.#answerLists(),
      );
      if (!UNCACHED.has(resource))
        cache.load(
          values.filter((value) => value.kind === kind),
          revision,
        );
      this.#caches.set(resource, cache);
    }
    const changed = simulation.defineEvent(`${name}.StoreChangesArrived`, (_, upTo) =>
      this.#ingest(upTo),
    );
    etcd.watch(changed, 0);
  }

  receive(call: ApiCall): void {
    const { request } = call;
    const isWatch = request.verb === 'watch';
    const isWrite = !isWatch && request.verb !== 'get' && request.verb !== 'list';
    if (!isWatch && !this.#takeSeat(isWrite)) return this.#refuseOverflow(call);
    const name = request.name || request.body?.metadata.name || '';
    const key = `${request.resource}/${objectKey(request.namespace, name)}`;
    const id = this.#handlings.add({ call, key, isRemovedNext: false, response: undefined });
    this.#options.host.run(handlerCpuUs(call), this.#handled, id);
  }

  #takeSeat(isWrite: boolean): boolean {
    const { maxRequestsInflight, maxMutatingRequestsInflight } = this.#options;
    if (isWrite)
      return this.#writeInflight < maxMutatingRequestsInflight && ++this.#writeInflight > 0;
    return this.#readInflight < maxRequestsInflight && ++this.#readInflight > 0;
  }

  #refuseOverflow(call: ApiCall): void {
    const response = {
      ...status(429, 'TooManyRequests', 'too many requests, please try again later'),
      retryAfterSeconds: apiserverConstants.overflowRetryAfterSeconds,
    };
    this.#options.observer.requestServed(call, 429, 0);
    this.#options.transport.respond(call, response);
  }

  #dispatch(id: number): void {
    const { call, key } = this.#handlings.get(id);
    const { verb, resource, subresource, resourceVersion } = call.request;
    const cache = this.#caches.get(resource);
    if (cache === undefined)
      return this.#reply(
        id,
        status(404, 'NotFound', 'the server could not find the requested resource'),
      );
    switch (verb) {
      case 'list':
        if (resourceVersion === undefined) this.#options.etcd.read(key, this.#found, id);
        else this.#replyList(id, cache);
        return;
      case 'watch':
        return this.#openWatch(id, cache);
      case 'get':
        if (resourceVersion === 0 && !UNCACHED.has(resource)) this.#replyWith(id, this.#cached(id));
        else this.#options.etcd.read(key, this.#found, id);
        return;
      case 'create':
        if (subresource !== 'binding') return this.#create(id);
    }
    const cached = this.#cached(id);
    if (cached === undefined) this.#options.etcd.read(key, this.#found, id);
    else this.#change(id, cached, false);
  }

  #cached(id: number): KubernetesObject | undefined {
    const { resource, namespace, name } = this.#handlings.get(id).call.request;
    if (UNCACHED.has(resource)) return undefined;
    return this.#caches.get(resource)?.objects.get(objectKey(namespace, name));
  }

  #create(id: number): void {
    const { call } = this.#handlings.get(id);
    const { resource, body } = call.request;
    if (body === undefined) {
      return this.#reply(id, status(400, 'BadRequest', 'a create needs a body'));
    }
    const { namespace } = call.request;
    const { now } = this.#simulation;
    const given = namespace === '' ? body.metadata : { namespace, ...body.metadata };
    const metadata = this.#options.identities.fill(given, resource, now);
    const admitted = this.#admission.admit({ ...body, metadata } as KubernetesObject);
    if ('code' in admitted) {
      return this.#reply(id, status(admitted.code, admitted.reason, admitted.message));
    }
    const handling = this.#handlings.get(id);
    handling.key = `${resource}/${objectKey(metadata.namespace, metadata.name)}`;
    this.#propose(handling.key, 0, admitted, id);
  }

  #priorityClass(name: string): PriorityClass | undefined {
    const classes = this.#caches.get('priorityclasses')?.objects ?? new Map();
    if (name !== '') return classes.get(name) as PriorityClass | undefined;
    let found: PriorityClass | undefined;
    for (const each of classes.values() as Iterable<PriorityClass>) {
      if (each.globalDefault === true && each.value < (found?.value ?? Number.POSITIVE_INFINITY))
        found = each;
    }
    return found;
  }

  /**
   * Update, patch, binding or delete of what is stored. What the cache says is enough for a write,
   * since the store compares; a refusal or "nothing changes" is only given on the newest state.
   */
  #change(id: number, current: KubernetesObject, isNewest: boolean): void {
    const { call, key } = this.#handlings.get(id);
    const { request } = call;
    const { now } = this.#simulation;
    const outcome =
      request.verb === 'delete'
        ? deleteOutcome(current, request, now)
        : updateOutcome(current, request, now);
    const isWrite = outcome.kind !== 'unchanged' && outcome.kind !== 'refuse';
    if (isWrite || isNewest) this.#carryOut(id, current, outcome);
    else this.#options.etcd.read(key, this.#found, id);
  }

  #carryOut(id: number, current: KubernetesObject, outcome: Outcome): void {
    const revision = current.metadata.resourceVersion ?? 0;
    switch (outcome.kind) {
      case 'unchanged':
        return this.#replyWith(id, current);
      case 'refuse':
        return this.#reply(id, status(outcome.code, outcome.reason, outcome.message));
      case 'remove':
        return this.#propose(this.#handlings.get(id).key, revision, undefined, id);
      case 'writeAndRemove':
        this.#handlings.get(id).isRemovedNext = true;
        return this.#propose(this.#handlings.get(id).key, revision, outcome.object, id);
      case 'write':
        return this.#propose(this.#handlings.get(id).key, revision, outcome.object, id);
    }
  }

  #propose(
    key: string,
    expectedRevision: number,
    value: KubernetesObject | undefined,
    id: number,
  ): void {
    const bytes = value === undefined ? 0 : encodedBytes(value);
    this.#options.etcd.propose({ key, expectedRevision, value, bytes }, this.#stored, id);
  }

  /** A failed comparison returned what is stored: try again on that, as GuaranteedUpdate does. */
  #afterWrite(id: number, { succeeded, current }: EtcdResult): void {
    const handling = this.#handlings.get(id);
    const { verb, resource, subresource } = handling.call.request;
    const isRemovedNext = succeeded && handling.isRemovedNext;
    handling.isRemovedNext = false;
    if (isRemovedNext && current !== undefined) {
      const revision = current.metadata.resourceVersion ?? 0;
      return this.#propose(handling.key, revision, undefined, id);
    }
    const isBinding = subresource === 'binding';
    const isCreate = verb === 'create' && !isBinding;
    if (succeeded && isBinding) return this.#reply(id, status(201, '', ''));
    if (succeeded) return this.#replyWith(id, current, isCreate ? 201 : 200);
    if (isCreate) return this.#reply(id, alreadyExists(resource, current?.metadata.name ?? ''));
    if (current === undefined) return this.#replyWith(id, undefined);
    this.#change(id, current, true);
  }

  #afterRead(id: number, { revision, current }: EtcdResult): void {
    const { verb, resource } = this.#handlings.get(id).call.request;
    if (verb === 'list') {
      const cache = this.#caches.get(resource) as WatchCache;
      this.#waitingLists.push({ id, cache, revision });
      return this.#answerLists();
    }
    if (current === undefined || verb === 'get') return this.#replyWith(id, current);
    this.#change(id, current, true);
  }

  /** Answers the lists whose caches have caught up with the store. */
  #answerLists(): void {
    if (this.#waitingLists.length === 0) return;
    const isFresh = ({ cache, revision }: WaitingList): boolean =>
      this.#seenRevision >= revision && cache.isCaughtUp(revision);
    const fresh = this.#waitingLists.filter(isFresh);
    if (fresh.length === 0) return;
    this.#waitingLists = this.#waitingLists.filter((each) => !fresh.includes(each));
    for (const { id, cache } of fresh) this.#replyList(id, cache);
  }

  /** Replies with an object, or that there is none. */
  #replyWith(id: number, object: KubernetesObject | undefined, code = 200): void {
    if (object !== undefined) return this.#reply(id, ok(code, object));
    const { resource, name } = this.#handlings.get(id).call.request;
    this.#reply(id, notFound(resource, name));
  }

  #replyList(id: number, cache: WatchCache): void {
    const { fieldSelector } = this.#handlings.get(id).call.request;
    const items = cache.list(fieldSelector);
    const bytes = items.reduce((sum, item) => sum + encodedBytes(item), 0);
    this.#reply(id, { code: 200, reason: '', message: '', bytes, items, revision: cache.revision });
  }

  #openWatch(id: number, cache: WatchCache): void {
    const { call } = this.#handlings.get(id);
    const { watcher, fieldSelector, fleetMembers = 1 } = call.request;
    if (watcher === undefined)
      return this.#reply(id, status(400, 'BadRequest', 'a watch needs a watcher'));
    const revision = call.request.resourceVersion ?? 0;
    const watch = new ServerWatch(this.#simulation, {
      address: watcher,
      selector: fieldSelector,
      afterRevision: revision,
      link: call.caller.connection.down,
      members: fleetMembers,
      onClose: (closed) => cache.removeWatcher(closed),
    });
    if (!cache.addWatcher(watch, revision)) {
      const message = `too old resource version: ${revision} (${cache.revision})`;
      return this.#reply(id, status(410, 'Expired', message));
    }
    this.#reply(id, { code: 200, reason: '', message: '', bytes: 0, watch });
  }

  #ingest(upTo: number): void {
    for (let revision = this.#seenRevision + 1; revision <= upTo; revision++) {
      const event = this.#options.etcd.change(revision);
      const resource = resourceOf(event.object);
      if (!UNCACHED.has(resource)) this.#caches.get(resource)?.ingest(event);
    }
    this.#seenRevision = Math.max(this.#seenRevision, upTo);
    this.#answerLists();
  }

  #reply(id: number, response: ApiResponse): void {
    const handling = this.#handlings.get(id);
    handling.response = response;
    this.#options.host.run(encodeCpuUs(response), this.#encoded, id);
  }

  #answer(id: number): void {
    const { call, response } = this.#handlings.remove(id);
    const { verb } = call.request;
    if (verb === 'get' || verb === 'list') this.#readInflight--;
    else if (verb !== 'watch') this.#writeInflight--;
    const { code } = response as ApiResponse;
    this.#options.observer.requestServed(call, code, this.#simulation.now - call.receivedUs);
    this.#options.transport.respond(call, response as ApiResponse);
  }
}

const resourceByKind: ReadonlyMap<string, string> = new Map(
  resourceKinds.map(({ kind, resource }) => [kind, resource]),
);

function resourceOf(object: KubernetesObject): string {
  return resourceByKind.get(object.kind) ?? '';
}
