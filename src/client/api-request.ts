// Requests and answers of the Kubernetes API as they cross the wire. A PATCH carries its effect as
// a pure function from the stored object to the new one, together with the size of its body.
// Refusals are answers with a code and a reason, never exceptions. Source: Kubernetes v1.36 API
// conventions.
import { joined } from '../api/joined.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { LabelMatcher } from '../api/label-selector.js';
import type { MetricValue, PodMetrics } from '../api/pod-metrics.js';
import type { WatchStream } from './watch.js';

export { objectKey as keyOf } from '../api/object-meta.js';

/** `application/vnd.kubernetes.protobuf`, as the built-in components ask for, or JSON as kubectl. */
export type ContentType = 'protobuf' | 'json';

export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection';

/** What becomes of the dependents of an object that is deleted. */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

/**
 * What a client asks. `namespace` is '' for cluster-scoped kinds, `name` '' where there is none.
 */
export interface ApiRequest {
  readonly verb: Verb;
  /** Plural, `pods`. */
  readonly resource: string;
  readonly subresource?:
    | 'status'
    | 'binding'
    | 'scale'
    | 'eviction'
    | 'token'
    | 'finalize'
    | 'resize';
  readonly namespace: string;
  readonly name: string;
  /**
   * The object of a create or an update; an update with a resourceVersion is refused when stale.
   */
  readonly body?: KubernetesObject;
  readonly patch?: PatchBody;
  /** Of a request for a token: the name of the pod that it is for. */
  readonly boundPod?: string;
  /** 0: any cached state will do; absent: the newest. Of a watch: events after this revision. */
  readonly resourceVersion?: number;
  /** Of a list: that very state, or one that is not older; absent: Exact with a limit. */
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  /** Of a list: the most objects in one answer; absent or 0: all. */
  readonly limit?: number;
  /** Of a list: from where an earlier answer broke off, as that answer says. */
  readonly continue?: string;
  /**
   * Of a watch: everything there is comes first, as additions, then a bookmark that ends them
   * (watch.ts); the state is the newest without a resourceVersion, else not older than that.
   */
  readonly sendInitialEvents?: boolean;
  /** Of a watch: the server may say from time to time how far it is. */
  readonly allowWatchBookmarks?: boolean;
  /** Of a watch: after this time the server ends it. */
  readonly timeoutSeconds?: number;
  readonly fieldSelector?: FieldEquality;
  /** Of a list of the resource metrics API. */
  readonly labelSelector?: LabelMatcher;
  /** Of a delete, also of a collection. */
  readonly gracePeriodSeconds?: number;
  /** Of a delete, also of a collection; absent: as the object's finalizers say, else Background. */
  readonly propagationPolicy?: PropagationPolicy;
  /** Of a delete: refused when the stored object has another uid. */
  readonly uidPrecondition?: string;
  /** Of a delete: refused when the stored object has another resourceVersion. */
  readonly resourceVersionPrecondition?: number;
  /** Of a watch: who is woken. */
  readonly watcher?: WatcherAddress;
  /** Of a list or watch: the number of alike clients that this one request stands for. */
  readonly fleetMembers?: number;
}

/** The effect of a PATCH; `apply` is pure and may be called again after a conflict. */
export interface PatchBody {
  readonly bytes: number;
  /** Returns the same object when nothing changes; undefined when the patch does not apply. */
  readonly apply: (current: KubernetesObject) => KubernetesObject | undefined;
}

/** `spec.nodeName=node-17`. */
export interface FieldEquality {
  readonly field: 'spec.nodeName' | 'metadata.name';
  readonly value: string;
}

/** Fired at the time at which the first unread event of a watch has arrived. */
export interface WatcherAddress {
  readonly kind: number;
  readonly target: number;
}

/**
 * The answer; code 0 when there was none, as the server had hung up. `object`: the stored object;
 * `items` and `revision`: of a list; `watch`: of a watch.
 */
export interface ApiResponse {
  readonly code: number;
  /**
   * `Conflict`, `NotFound`, `AlreadyExists`, `TooManyRequests`, …; '' on success; without an answer
   * `ConnectionLost` or `ConnectionRefused`.
   */
  readonly reason: string;
  readonly message: string;
  /** Of the body as the client decodes it. */
  readonly bytes: number;
  /** Of the body on the wire, where it was compressed. */
  readonly compressedBytes?: number;
  readonly object?: KubernetesObject;
  readonly items?: readonly KubernetesObject[];
  readonly revision?: number;
  /** Of a list that broke off: what to send for the rest. */
  readonly continue?: string;
  /** Of such a list: how many are left, if that is known. */
  readonly remainingItemCount?: number;
  readonly watch?: WatchStream;
  /** Of a list of the resource metrics API. */
  readonly podMetrics?: readonly PodMetrics[];
  /** Of the custom and the external metrics API. */
  readonly metricValue?: MetricValue;
  readonly retryAfterSeconds?: number;
}

/** True for 2xx. */
export function isSuccess({ code }: ApiResponse): boolean {
  return code >= 200 && code < 300;
}

/** True when the request had its effect, or its object is gone, so that nothing is left to do. */
export function isSuccessOrGone(response: ApiResponse): boolean {
  return isSuccess(response) || response.code === 404;
}

/**
 * True when a watch was refused for a reason that will pass: the reflector tries it again from
 * where it was instead of listing everything.
 * Source: Kubernetes v1.36 client-go tools/cache/reflector.go isWatchErrorRetriable.
 */
export function isWorthAnotherWatch({ code, reason }: ApiResponse): boolean {
  return code === 429 || reason === 'ConnectionRefused';
}

/**
 * True when the server has not got as far as the revision that the request named.
 * Source: Kubernetes v1.36 apimachinery api/errors IsTooLargeResourceVersion.
 */
export function isTooLargeResourceVersion({ code, message }: ApiResponse): boolean {
  return code === 504 && message.includes('Too large resource version');
}

/** The key under which caches and queues know an object: `namespace/name`, or `name`. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : joined(namespace, name);
}
