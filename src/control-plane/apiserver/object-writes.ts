// Writes, optimistic in etcd: a new state is made of what the watch cache has, the store compares,
// and what it has instead is where the next try begins. The cache may lag: a refusal or "nothing
// changes" is only given on the newest state.
// Source: Kubernetes v1.36 apiserver registry/generic/registry/store.go, storage/etcd3/store.go
// (reference: controlplane B8).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type ApiRequest, objectKey } from '../../client/api-request.js';
import type { EtcdResult, EtcdTransaction } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { AdmissionControl, type AdmissionSettings } from './admission/admission-control.js';
import { alreadyExists, notFound, ok, status, storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import type { EtcdOperation } from './etcd-latencies.js';
import { Evictions } from './evictions.js';
import { deleteOutcome, type Outcome, updateOutcome } from './outcomes.js';
import type { IdentityGenerator } from './registry.js';
import type { StorageContext } from './storage-context.js';
import { noteEventKey, storageKey } from './storage-key.js';
import { statusOf, withParts } from './stored-parts.js';

export interface ObjectWriteOptions {
  readonly identities: IdentityGenerator;
  readonly admission: AdmissionSettings;
  readonly host: CpuHost;
}

export class ObjectWrites {
  readonly #context: StorageContext;
  readonly #identities: IdentityGenerator;
  readonly #admission: AdmissionControl;
  readonly #evictions: Evictions;
  readonly #stored: EventKind;
  readonly #found: EventKind;
  /** Requests whose object is to be removed once it has been written. */
  readonly #removedNext = new Set<number>();
  /** Writes of Events that wait for a lease. */
  readonly #leaseless = new Map<number, EtcdTransaction>();
  /** Names that creations have tried in vain. */
  readonly #namesTried = new Map<number, number>();

  constructor(context: StorageContext, options: ObjectWriteOptions) {
    const { simulation, name, etcd, requests, leases, reply } = context;
    const { identities, admission, host } = options;
    this.#context = context;
    this.#identities = identities;
    this.#admission = new AdmissionControl(simulation, {
      ...admission,
      name,
      host,
      requests,
      objectsOf: (resource) => context.cacheOf(resource).objects.byKey,
      onAdmitted: (id, { current, outcome }) => this.#carryOut(id, current, outcome),
      onRejected: (id, { code, reason, message }) => reply(id, status(code, reason, message)),
    });
    this.#evictions = new Evictions(context, (id, pod) => this.#change(id, pod, false));
    this.#stored = simulation.defineEvent(`${name}.TransactionAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterWrite(id, result);
      else this.#forget(id);
    });
    this.#found = simulation.defineEvent(`${name}.RangeAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterRead(id, result);
      else this.#forget(id);
    });
    leases.giveTo({
      onLease: (id, leaseId) => {
        const { key, expectedRevision, value, bytes } = this.#leaseless.get(id) as EtcdTransaction;
        this.#leaseless.delete(id);
        const write = { key, expectedRevision, value, bytes, leaseId };
        if (requests.resume(id)) etcd.propose(write, this.#stored, id);
      },
      onFailure: (id, error) => {
        this.#leaseless.delete(id);
        if (requests.resume(id)) reply(id, storageFailure(error));
      },
    });
  }

  /** Carries a write out. */
  handle(id: number): void {
    const { requests, cacheOf } = this.#context;
    const { verb, resource, subresource, namespace, name } = requests.call(id).request;
    if (verb === 'create' && subresource === undefined) return this.#create(id);
    const cached = cacheOf(resource).objects.byKey.get(objectKey(namespace, name));
    if (cached === undefined) this.read(id);
    else this.#start(id, cached, false);
  }

  #create(id: number): void {
    const { requests, simulation, reply } = this.#context;
    const { request } = requests.call(id);
    const { resource, body, namespace } = request;
    if (body === undefined) return reply(id, status(400, 'BadRequest', 'a create needs a body'));
    const metadata = this.#identities.fill(body.metadata, namespace, resource, simulation.now);
    const object = this.#identities.addresses.fill(withParts(body, metadata, statusOf(body)));
    const admitted = this.#admission.complete(object);
    if ('code' in admitted) {
      return reply(id, status(admitted.code, admitted.reason, admitted.message));
    }
    const key = storageKey(resource, metadata.namespace, metadata.name);
    if (admitted.kind === 'Event') noteEventKey(admitted.metadata, key);
    requests.setKey(id, key);
    const outcome = { kind: 'write', object: admitted } as const;
    this.#admission.admit(id, request, { current: undefined, outcome });
  }

  /** An eviction asks for leave first. */
  #start(id: number, current: KubernetesObject, isNewest: boolean): void {
    const { subresource } = this.#context.requests.call(id).request;
    if (subresource === 'eviction') this.#evictions.begin(id, current);
    else this.#change(id, current, isNewest);
  }

  /** Update, patch, binding or delete of what is stored. */
  #change(id: number, current: KubernetesObject, isNewest: boolean): void {
    const { request } = this.#context.requests.call(id);
    const { now } = this.#context.simulation;
    const outcome = isDelete(request)
      ? deleteOutcome(current, request, now)
      : updateOutcome(current, request, now);
    const isWrite = outcome.kind !== 'unchanged' && outcome.kind !== 'refuse';
    if (isWrite) this.#admission.admit(id, request, { current, outcome });
    else if (isNewest) this.#carryOut(id, current, outcome);
    else this.read(id);
  }

  #carryOut(id: number, current: KubernetesObject | undefined, outcome: Outcome): void {
    const key = this.#context.requests.key(id);
    const revision = current?.metadata.resourceVersion ?? 0;
    switch (outcome.kind) {
      case 'unchanged':
        return this.#replyWith(id, current);
      case 'refuse':
        return this.#context.reply(id, status(outcome.code, outcome.reason, outcome.message));
      case 'remove':
        return this.#propose(key, revision, undefined, id);
      case 'writeAndRemove':
        this.#removedNext.add(id);
        return this.#propose(key, revision, outcome.object, id);
      case 'write':
        return this.#propose(key, revision, outcome.object, id);
    }
  }

  #propose(
    key: string,
    expectedRevision: number,
    value: KubernetesObject | undefined,
    id: number,
  ): void {
    const { latencies, etcd, leases } = this.#context;
    const bytes = value === undefined ? 0 : encodedBytes(value);
    latencies.asked(id);
    const isLeased = value?.kind === 'Event';
    const leaseId = isLeased ? leases.take() : 0;
    const write = { key, expectedRevision, value, bytes, leaseId };
    if (!isLeased || leaseId !== 0) return etcd.propose(write, this.#stored, id);
    this.#leaseless.set(id, write);
    leases.await(id);
  }

  /** A failed comparison returned what is stored: try again on that, as GuaranteedUpdate does. */
  #afterWrite(id: number, { succeeded, current, error }: EtcdResult): void {
    const { requests, latencies, reply } = this.#context;
    const { request } = requests.call(id);
    const isRemovedNext = this.#removedNext.delete(id);
    const operation = operationOf(request);
    latencies.answered(id, request.resource, operation);
    if (error !== undefined) {
      this.#forget(id);
      return reply(id, storageFailure(error));
    }
    if (succeeded && isRemovedNext && current !== undefined) {
      const revision = current.metadata.resourceVersion ?? 0;
      return this.#propose(requests.key(id), revision, undefined, id);
    }
    if (!succeeded && operation === 'create') {
      return this.#afterCollision(id, current?.metadata.name ?? '');
    }
    if (!succeeded && current !== undefined) return this.#change(id, current, true);
    this.#forget(id);
    if (succeeded && operation === 'delete' && request.resource === 'services') {
      this.#identities.addresses.release(objectKey(request.namespace, request.name));
    }
    const isBinding = request.subresource === 'binding';
    if (succeeded && isBinding) return reply(id, status(201, '', ''));
    this.#replyWith(id, current, operation === 'create' ? 201 : 200);
  }

  /** Replies with an object, or that there is none. */
  #replyWith(id: number, object: KubernetesObject | undefined, code = 200): void {
    const { requests, reply } = this.#context;
    const { resource, name, subresource } = requests.call(id).request;
    if (object === undefined) reply(id, notFound(resource, name));
    else if (subresource === 'eviction') reply(id, status(201, '', ''));
    else reply(id, ok(code, object));
  }

  /** A generated name that is taken is followed by another one, a few times. */
  #afterCollision(id: number, taken: string): void {
    const { requests, reply } = this.#context;
    const { resource, body } = requests.call(id).request;
    const tried = (this.#namesTried.get(id) ?? 0) + 1;
    const isGenerated = (body?.metadata.name ?? '') === '';
    this.#namesTried.delete(id);
    if (!isGenerated || tried >= apiserverConstants.nameGenerationAttempts) {
      return reply(id, alreadyExists(resource, taken));
    }
    this.#namesTried.set(id, tried);
    this.#create(id);
  }

  /** Reads the object of a request in etcd, and goes on with it. */
  read(id: number): void {
    const { latencies, etcd, requests } = this.#context;
    latencies.asked(id);
    etcd.read(requests.key(id), this.#found, id);
  }

  #afterRead(id: number, { current, error }: EtcdResult): void {
    const { requests, latencies, reply } = this.#context;
    const { verb, resource } = requests.call(id).request;
    latencies.answered(id, resource, 'get');
    if (error !== undefined) return reply(id, storageFailure(error));
    if (current === undefined || verb === 'get') return this.#replyWith(id, current);
    this.#start(id, current, true);
  }

  #forget(id: number): void {
    this.#removedNext.delete(id);
    this.#namesTried.delete(id);
    this.#evictions.forget(id);
  }
}

function isDelete({ verb, subresource }: ApiRequest): boolean {
  return verb === 'delete' || subresource === 'eviction';
}

/** What a request's write is to etcd: a delete may begin with an update. */
function operationOf(request: ApiRequest): EtcdOperation {
  if (isDelete(request)) return 'delete';
  return request.verb === 'create' && request.subresource === undefined ? 'create' : 'update';
}
