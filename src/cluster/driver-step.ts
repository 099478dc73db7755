// One change of one object that a client makes: its first request, and what it sends after each
// answer.
import { encodedBytes } from '../api/encoded-size.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  type PropagationPolicy,
} from '../client/api-request.js';
import { applyJsonPatch, type JsonPatchOperation } from './json-patch.js';
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

/** How an object is changed: a mapping is a merge patch, a list a JSON patch. */
export type ObjectPatch = Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];

function isJsonPatch(patch: ObjectPatch): patch is readonly JsonPatchOperation[] {
  return Array.isArray(patch);
}

/** The request that changes an object by a patch. */
export function patchRequest(target: ObjectReference, patch: ObjectPatch): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject | undefined =>
    (isJsonPatch(patch) ? applyJsonPatch(current, patch) : mergePatch(current, patch)) as
      | KubernetesObject
      | undefined;
  const bytes = JSON.stringify(patch).length;
  return { verb: 'patch', ...addressOf(target), patch: { bytes, apply } };
}

/** The step that makes an object so: a GET, then a POST, a PATCH, or nothing. */
export function applyStep(applied: KubernetesObject): Step {
  const target = referenceOf(applied);
  const request = { verb: 'get', ...addressOf(target) } as const;
  return { verb: 'apply', target, request, next: (found) => writeAfterGet(applied, found) };
}

/** The second request of an apply; undefined when the object is as it should be, or unknown. */
function writeAfterGet(applied: KubernetesObject, response: ApiResponse): StepRequest | undefined {
  if (response.code === 404) return { request: createRequest(applied) };
  if (!isSuccess(response)) return undefined;
  const apply = (current: KubernetesObject): KubernetesObject =>
    mergePatch(current, applied) as KubernetesObject;
  const found = response.object as KubernetesObject;
  if (apply(found) === found) return undefined;
  const patch = { bytes: encodedBytes(applied), apply };
  return { request: { verb: 'patch', ...addressOf(referenceOf(applied)), patch } };
}

/** The step that creates an object. */
export function createStep(object: KubernetesObject): Step {
  return { verb: 'create', target: referenceOf(object), request: createRequest(object) };
}

/** The step that deletes an object. */
export function deleteStep(
  target: ObjectReference,
  policy: PropagationPolicy = 'Background',
): Step {
  const request = { verb: 'delete', ...addressOf(target), propagationPolicy: policy } as const;
  return { verb: 'delete', target, request };
}
