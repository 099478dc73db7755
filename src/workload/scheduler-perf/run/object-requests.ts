// Requests about whole objects, as the test's clients send them.
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ObjectMeta } from '../../../api/object-meta.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import type { ApiRequest } from '../../../client/api-request.js';
import { addressOf, referenceOf } from '../../../cluster/driver-step.js';
import { schedulerPerfConstants } from '../constants.js';

/** The object with some metadata replaced. */
export function withMetadata(
  object: KubernetesObject,
  metadata: Partial<ObjectMeta>,
): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...metadata } } as KubernetesObject;
}

/** The object in a namespace, if its kind has one. */
export function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const isNamespaced = resourceKindNamed(object.kind)?.namespaced === true;
  return isNamespaced ? withMetadata(object, { namespace }) : object;
}

/** POST of an object; without a name, the API server makes one. */
export function createOf(object: KubernetesObject): ApiRequest {
  return { verb: 'create', ...addressOf(referenceOf(object)), body: object };
}

/** PUT of an object, or of a part of it. */
export function replacementOf(
  object: KubernetesObject,
  subresource?: 'status' | 'resize',
): ApiRequest {
  const address = addressOf(referenceOf(object));
  return { verb: 'update', ...address, ...(subresource && { subresource }), body: object };
}

/** PATCH of an object, or of its status. */
export function patchOf(
  object: KubernetesObject,
  apply: (current: KubernetesObject) => KubernetesObject,
  subresource?: 'status',
): ApiRequest {
  const patch = { bytes: schedulerPerfConstants.patchBytes, apply };
  const address = addressOf(referenceOf(object));
  return { verb: 'patch', ...address, ...(subresource && { subresource }), patch };
}
