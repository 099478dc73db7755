// Requests as an apiserver tells observers of them when it has answered.
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { ApiCall, type Caller } from '../../src/client/api-call.js';
import type { ApiRequest } from '../../src/client/api-request.js';
import type { Connection } from '../../src/client/connection.js';
import type { ClusterObserver } from '../../src/client/observer.js';

/** Tells an observer that a request of a client was answered with a code. */
export function serve(
  observer: ClusterObserver,
  client: { readonly name?: string; readonly user?: string },
  request: Omit<ApiRequest, 'namespace'>,
  code = 200,
  object?: KubernetesObject,
): void {
  const caller: Caller = {
    name: client.name ?? 'kubectl',
    user: client.user ?? 'kubernetes-admin',
    groups: [],
    connection: {} as Connection,
    answered: () => {},
    granted: () => {},
  };
  const call = new ApiCall(caller, { namespace: 'default', ...request }, 0, 0, () => {}, undefined);
  call.response = { code, reason: '', message: '', bytes: 0, ...(object && { object }) };
  observer.requestServed(call, code, 0);
}
