// One change of one object that a client makes: its first request, and what it sends after each
// answer.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import type { ApiRequest, ApiResponse } from '../client/api-request.js';
import { mergePatch } from './merge-patch.js';
import type { ObjectReference } from './operation.js';

/** A request and what follows its answer; without `next` the answer is the end. */
export interface StepRequest {
  readonly request: ApiRequest;
  /** The next request, why the client gives up, or undefined: it is done. */
  readonly next?:
    | ((response: ApiResponse) => StepRequest | { refusal: string } | undefined)
    | undefined;
}

/** What one object of an operation asks for. */
export interface Step extends StepRequest {
  readonly verb: string;
  readonly target: ObjectReference;
}

type Address = Pick<ApiRequest, 'resource' | 'namespace' | 'name'>;

/** Identity of an object, for messages and changes. */
export function referenceOf({ kind, metadata }: KubernetesObject): ObjectReference {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Where the API serves an object. */
export function addressOf({ kind, namespace, name }: ObjectReference): Address {
  const found = resourceKindNamed(kind);
  return {
    resource: found?.resource ?? kind,
    namespace: found?.namespaced === false ? '' : namespace,
    name,
  };
}

/** The request that creates an object. */
export function createRequest(object: KubernetesObject): ApiRequest {
  return { verb: 'create', ...addressOf(referenceOf(object)), body: object };
}

/** The request that changes an object by a merge patch. */
export function patchRequest(
  target: ObjectReference,
  patch: Readonly<Record<string, unknown>>,
): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject =>
    mergePatch(current, patch) as KubernetesObject;
  const bytes = JSON.stringify(patch).length;
  return { verb: 'patch', ...addressOf(target), patch: { bytes, apply } };
}
