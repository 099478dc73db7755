// Requests as an observer is told of them, without a network to send them over.
import { ApiCall, type Caller } from '../../src/client/api-call.js';
import type { ApiRequest } from '../../src/client/api-request.js';

export function request(verb: ApiRequest['verb'], overrides: Partial<ApiRequest> = {}): ApiRequest {
  return { verb, resource: 'pods', namespace: 'default', name: 'a', ...overrides };
}

export function call(
  verb: ApiRequest['verb'],
  overrides: Partial<ApiRequest> = {},
  user = 'test',
): ApiCall {
  const caller = { name: `${user}/client`, user } as Caller;
  return new ApiCall(caller, request(verb, overrides), 0, 0, () => {}, undefined);
}
