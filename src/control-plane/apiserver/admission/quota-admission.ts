// ResourceQuota admission: what is created in a namespace with quotas is counted before it is
// stored. Requests of one namespace are judged in batches: those that arrive while the use of a
// batch is being written wait for the next. The use is written by the server to itself, and when
// somebody else has written meanwhile, judged again on that.
// Left out: updates that raise the use, the time-out of 10 s, quotas that limit by default.
// Source: Kubernetes v1.36 apiserver pkg/admission/plugin/resourcequota/controller.go (reference:
// nodes-controllers 3.17).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import { quotaUsage } from '../../../api/quota-usage.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import type { ResourceQuota } from '../../../api/resource-quota.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../../client/api-request.js';
import { admissionConstants } from './constants.js';
import { charge, concerns, type QuotaState } from './quota-judgement.js';
import { forbidden, internalError, type Rejection } from './rejection.js';

/** Called when a request has been judged; without a rejection it may go on. */
export type Decided = (id: number, rejection: Rejection | undefined) => void;

interface Waiting {
  readonly id: number;
  readonly object: KubernetesObject;
}

/** Requests that are judged together. */
interface Batch {
  readonly namespace: string;
  /** Those that nobody has refused so far. */
  requests: readonly Waiting[];
  /** As last judged. */
  states: readonly QuotaState[];
  retriesLeft: number;
  writing: number;
  /** The first write that was refused. */
  refusal: ApiResponse | undefined;
}

export class QuotaAdmission {
  readonly #client: ApiClient;
  /** Of a namespace, as the cache has them. */
  readonly #cached: (namespace: string) => readonly ResourceQuota[];
  readonly #onDecided: Decided;
  readonly #waiting = new Map<string, Waiting[]>();
  /** Quotas as this server wrote them last, by key: the cache may be behind. */
  readonly #written = new Map<string, ResourceQuota>();

  constructor(
    client: ApiClient,
    cached: (namespace: string) => readonly ResourceQuota[],
    onDecided: Decided,
  ) {
    this.#client = client;
    this.#cached = cached;
    this.#onDecided = onDecided;
  }

  /** Whether a quota limits what the object uses. */
  concerns(object: KubernetesObject): boolean {
    const quotas = this.#cached(object.metadata.namespace ?? '');
    if (quotas.length === 0) return false;
    const usage = quotaUsage(object);
    return quotas.some((quota) => concerns(quota, usage, object));
  }

  /** Judges a creation, now or when the batch before it has been written. */
  check(id: number, object: KubernetesObject): void {
    const namespace = object.metadata.namespace ?? '';
    const waiting = this.#waiting.get(namespace);
    if (waiting !== undefined) {
      waiting.push({ id, object });
      return;
    }
    this.#waiting.set(namespace, []);
    this.#begin(namespace, [{ id, object }]);
  }

  #begin(namespace: string, requests: readonly Waiting[]): void {
    const { quotaWriteRetries: retriesLeft } = admissionConstants;
    const counters = { retriesLeft, writing: 0, refusal: undefined };
    this.#judge({ namespace, requests, states: [], ...counters });
  }

  #judge(batch: Batch): void {
    batch.states = this.#newest(batch.namespace).map((quota) => ({
      quota,
      used: quota.status?.used ?? {},
      isChanged: false,
    }));
    const passed: Waiting[] = [];
    const refused: (readonly [number, Rejection])[] = [];
    for (const waiting of batch.requests) {
      const { kind, metadata } = waiting.object;
      const why = charge(batch.states, waiting.object);
      if (why === '') passed.push(waiting);
      else {
        const resource = resourceKindNamed(kind)?.resource ?? '';
        refused.push([waiting.id, forbidden(resource, metadata.name, why)]);
      }
    }
    batch.requests = passed;
    for (const [id, rejection] of refused) this.#onDecided(id, rejection);
    const changed = batch.states.filter(({ isChanged }) => isChanged);
    if (changed.length === 0) return this.#end(batch, undefined);
    batch.writing = changed.length;
    batch.refusal = undefined;
    for (const state of changed) this.#write(batch, state);
  }

  /** By name. */
  #newest(namespace: string): readonly ResourceQuota[] {
    return this.#cached(namespace).map((cached) => {
      const written = this.#written.get(keyOf(cached));
      const isNewer = written !== undefined && revisionOf(written) > revisionOf(cached);
      return isNewer && written.metadata.uid === cached.metadata.uid ? written : cached;
    });
  }

  #write(batch: Batch, { quota, used }: QuotaState): void {
    const { name, namespace = '' } = quota.metadata;
    const body: ResourceQuota = { ...quota, status: { ...quota.status, used } };
    const at = { resource: 'resourcequotas', subresource: 'status', namespace, name } as const;
    this.#client.send({ verb: 'update', ...at, body }, this.#answered, batch);
  }

  readonly #answered = (call: ApiCall): void => {
    const batch = call.context as Batch;
    const response = call.response as ApiResponse;
    const quota = response.object as ResourceQuota | undefined;
    if (isSuccess(response) && quota !== undefined) this.#written.set(keyOf(quota), quota);
    else batch.refusal ??= response;
    if (--batch.writing > 0) return;
    if (batch.refusal === undefined) return this.#end(batch, undefined);
    const isConflict = batch.refusal.code === 409;
    if (isConflict && batch.retriesLeft-- > 0 && this.#hasNews(batch)) return this.#judge(batch);
    const { message } = batch.refusal;
    const conflict = { code: 409, reason: 'Conflict', message } as const;
    this.#end(batch, isConflict ? conflict : internalError(message));
  };

  /** Whether the cache has other quotas than those that could not be written. */
  #hasNews({ namespace, states }: Batch): boolean {
    const tried = new Set(states.map(({ quota }) => revisionOf(quota)));
    return this.#newest(namespace).some((quota) => !tried.has(revisionOf(quota)));
  }

  #end({ namespace, requests }: Batch, rejection: Rejection | undefined): void {
    const next = this.#waiting.get(namespace) ?? [];
    if (next.length === 0) this.#waiting.delete(namespace);
    else this.#waiting.set(namespace, []);
    for (const { id } of requests) this.#onDecided(id, rejection);
    if (next.length > 0) this.#begin(namespace, next);
  }
}

function revisionOf({ metadata }: ResourceQuota): number {
  return metadata.resourceVersion ?? 0;
}
