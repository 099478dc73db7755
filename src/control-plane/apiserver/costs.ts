// CPU time of the handler chain, from the parts that a request passes (reference: controlplane E1).
import type { ApiCall } from '../../client/api-call.js';
import type { ApiResponse } from '../../client/api-request.js';
import { apiserverConstants as cost } from './constants.js';

/** From the socket to the storage layer, µs. A fleet's request counts once per member. */
export function handlerCpuUs(call: ApiCall): number {
  const { request, requestBytes } = call;
  const isRead = request.verb === 'get' || request.verb === 'list' || request.verb === 'watch';
  const chainUs =
    cost.transportCpuUs + cost.authenticationCpuUs + cost.auditCpuUs + cost.authorizationCpuUs;
  const storageUs = cost.etcdClientCpuUs + (isRead ? 0 : cost.admissionCpuUs);
  const bodyUs =
    (requestBytes * (cost.transportNanosecondsPerByte + cost.decodeNanosecondsPerByte)) / 1000;
  return (
    (chainUs + storageUs + bodyUs) * cost.garbageCollectionFactor * (request.fleetMembers ?? 1)
  );
}

/** Encoding and writing the answer, µs; of a list also walking the cache. */
export function encodeCpuUs(response: ApiResponse): number {
  const perByte = cost.transportNanosecondsPerByte + cost.encodeNanosecondsPerByte;
  const scanUs = ((response.items?.length ?? 0) * cost.listObjectNanoseconds) / 1000;
  return (scanUs + (response.bytes * perByte) / 1000) * cost.garbageCollectionFactor;
}
