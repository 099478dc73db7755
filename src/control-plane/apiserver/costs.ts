// CPU time of the handler chain, from the parts that a request passes (reference: controlplane E1):
// before flow control, after it, and for the answer.
import type { ApiCall } from '../../client/api-call.js';
import type { ApiResponse } from '../../client/api-request.js';
import { apiserverConstants as cost } from './constants.js';

/**
 * From the socket to flow control, µs: what every request costs, also one that is turned away. A
 * fleet's request counts once per member. `isNewToken`: a service account's token has to be checked.
 */
export function chainCpuUs({ request }: ApiCall, isNewToken: boolean): number {
  const authenticationUs = isNewToken ? cost.tokenReviewCpuUs : cost.authenticationCpuUs;
  const chainUs = cost.transportCpuUs + authenticationUs + cost.auditCpuUs + cost.flowControlCpuUs;
  return chainUs * cost.garbageCollectionFactor * (request.fleetMembers ?? 1);
}

/** From flow control to the storage layer, µs: its body is read only now. */
export function handlerCpuUs({ request, requestBytes }: ApiCall): number {
  const isRead = request.verb === 'get' || request.verb === 'list' || request.verb === 'watch';
  const handlerUs =
    cost.authorizationCpuUs +
    cost.etcdClientCpuUs +
    (isRead ? 0 : cost.admissionCpuUs) +
    (request.verb === 'patch' ? cost.patchCpuUs : 0);
  const bodyUs =
    (requestBytes * (cost.transportNanosecondsPerByte + cost.decodeNanosecondsPerByte)) / 1000;
  return (handlerUs + bodyUs) * cost.garbageCollectionFactor * (request.fleetMembers ?? 1);
}

/** Encoding and writing the answer, µs. */
export function encodeCpuUs(response: ApiResponse): number {
  const perByte = cost.transportNanosecondsPerByte + cost.encodeNanosecondsPerByte;
  return ((response.bytes * perByte) / 1000) * cost.garbageCollectionFactor;
}
