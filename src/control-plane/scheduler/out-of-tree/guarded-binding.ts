// The guarded methods of a user's plugin from the choice of the node to the end of the binding.

import type { ApiRequest } from '../../../client/api-request.js';
import type { PreBindWork } from '../framework/plugin.js';
import type { PodInfo } from '../framework/pod-info.js';
import { isObject } from './answers.js';
import { type AnyPlugin, callOf, type Guard } from './guard.js';
import type { PluginCall } from './plugin-failure.js';

/** Reserve, Unreserve, Permit, PreBind, Bind and PostBind, those that `own` has. */
export function guardedBinding(own: AnyPlugin, guard: Guard): Partial<AnyPlugin> {
  const { bind, permit, postBind, preBind, preBindPreFlight, reserve, unreserve } = own;
  return {
    ...(reserve && {
      reserve: (state, pod, nodeName) => {
        const call = callOf('Reserve', pod, nodeName);
        return guard.status(
          guard.attempt(call, () => reserve.call(own, state, pod, nodeName)),
          call,
        );
      },
    }),
    ...(unreserve && {
      unreserve: (state, pod, nodeName) => {
        const call = callOf('Unreserve', pod, nodeName);
        guard.nothing(
          guard.attempt(call, () => unreserve.call(own, state, pod, nodeName)),
          call,
        );
      },
    }),
    ...(permit && {
      permit: (state, pod, nodeName) => {
        const call = callOf('Permit', pod, nodeName);
        const answer = guard.attempt(call, () => permit.call(own, state, pod, nodeName));
        const fields = guard.object(answer, call, 'an object {status, timeoutUs}');
        const status = guard.status(fields['status'], call);
        if (status?.code === 'Wait') guard.duration(fields['timeoutUs'], 'timeoutUs', call);
        return { ...answer, status };
      },
    }),
    ...(preBind && {
      preBind: (state, pod, nodeName) => {
        const call = callOf('PreBind', pod, nodeName);
        const answer: unknown = guard.attempt(call, () => preBind.call(own, state, pod, nodeName));
        return isObject(answer) && 'requests' in answer
          ? checkedWork(answer as unknown as PreBindWork, call, guard)
          : guard.status(answer, call);
      },
    }),
    ...(preBindPreFlight && {
      preBindPreFlight: (state, pod, nodeName) => {
        const call = callOf('PreBindPreFlight', pod, nodeName);
        return guard.status(
          guard.attempt(call, () => preBindPreFlight.call(own, state, pod, nodeName)),
          call,
        );
      },
    }),
    ...(bind && {
      bind: (state, pod, nodeName) => {
        const call = callOf('Bind', pod, nodeName);
        const answer = guard.attempt(call, () => bind.call(own, state, pod, nodeName));
        if (answer !== undefined) checkRequest(answer, pod, call, guard);
        return answer;
      },
    }),
    ...(postBind && {
      postBind: (state, pod, nodeName) => {
        const call = callOf('PostBind', pod, nodeName);
        guard.nothing(
          guard.attempt(call, () => postBind.call(own, state, pod, nodeName)),
          call,
        );
      },
    }),
  };
}

function checkedWork(work: PreBindWork, call: PluginCall, guard: Guard): PreBindWork {
  const { requests, isComplete, timeoutUs } = work;
  const areRequests = Array.isArray(requests) && requests.every(isRequest);
  guard.expect(
    areRequests,
    call,
    requests,
    'requests: a list of {verb, resource, namespace, name}',
  );
  if (timeoutUs !== undefined) guard.duration(timeoutUs, 'timeoutUs', call);
  if (isComplete === undefined) return work;
  return {
    ...work,
    isComplete: () => {
      const answer = guard.attempt(call, () => isComplete.call(work));
      return typeof answer === 'boolean' ? answer : (guard.status(answer, call) ?? true);
    },
  };
}

/** A binding says where the pod goes; it may not differ from what the cycle has decided. */
function checkRequest(request: ApiRequest, pod: PodInfo, call: PluginCall, guard: Guard): void {
  const expected = 'undefined, or a request {verb, resource, namespace, name}';
  guard.expect(isRequest(request), call, request, expected);
  const { body } = request;
  if (body?.kind !== 'Binding' || body.target.name === call.node) return;
  guard.fail(call, `binds ${pod.key} to ${body.target.name}, a node that was not chosen`);
}

function isRequest(value: unknown): boolean {
  if (!isObject(value)) return false;
  return ['verb', 'resource', 'namespace', 'name'].every((key) => typeof value[key] === 'string');
}
