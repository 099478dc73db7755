// What the Deployment controller asks of the API server.
import type { Deployment } from '../../../api/deployment.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { ApiRequest } from '../../../client/api-request.js';

export function statusUpdate(body: Deployment): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'update', resource: 'deployments', subresource: 'status', namespace, name, body };
}

export function replicaSetUpdate(body: ReplicaSet): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'update', resource: 'replicasets', namespace, name, body };
}

export function replicaSetDeletion({ metadata }: ReplicaSet): ApiRequest {
  const { namespace = '', name } = metadata;
  return { verb: 'delete', resource: 'replicasets', namespace, name };
}
