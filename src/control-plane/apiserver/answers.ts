// Answers of the API server, in its own words.
// Source: Kubernetes v1.36 apimachinery pkg/api/errors.
import { encodedBytes } from '../../api/encoded-size.js';
import { withGroup } from '../../api/group.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { resourceKindOfResource } from '../../api/resource-kinds.js';
import type { ApiResponse } from '../../client/api-request.js';
import type { EtcdError } from '../../client/etcd-client.js';
import { apiserverConstants } from './constants.js';

/** A success that carries an object. */
export function ok(code: number, object: KubernetesObject): ApiResponse {
  return { code, reason: '', message: '', bytes: encodedBytes(object), object };
}

/** A Status object: a refusal, or a success that carries nothing. */
export function status(code: number, reason: string, message: string): ApiResponse {
  return { code, reason, message, bytes: apiserverConstants.statusBytes + message.length };
}

export function notFound(resource: string, name: string): ApiResponse {
  return status(404, 'NotFound', `${qualified(resource)} "${name}" not found`);
}

export function alreadyExists(resource: string, name: string): ApiResponse {
  return status(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`);
}

/** What a client is told when etcd has failed. */
export function storageFailure(error: EtcdError): ApiResponse {
  if (error === 'etcdserver: mvcc: required revision has been compacted') {
    return status(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  }
  return status(500, 'InternalError', error);
}

/** The cache did not get to the revision that was asked for in time. */
export function tooLargeVersion(wanted: number, current: number): ApiResponse {
  const message = `Timeout: Too large resource version: ${wanted}, current: ${current}`;
  const retryAfterSeconds = apiserverConstants.tooLargeRetryAfterSeconds;
  return { ...status(504, 'Timeout', message), retryAfterSeconds };
}

/** The message of a 409 Conflict. */
export function conflictMessage(resource: string, name: string, why: string): string {
  return `Operation cannot be fulfilled on ${resource} "${name}": ${why}`;
}

/** `deployments.apps`, `pods`: a resource with its group, as messages name it. */
export function qualified(resource: string): string {
  return withGroup(resource, resourceKindOfResource(resource)?.apiVersion ?? '');
}
