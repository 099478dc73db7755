// CPU time of the handler chain, from the parts that a request passes (reference: controlplane E1):
// before flow control, after it, and for the answer.
import type { ApiCall } from '../../client/api-call.js';
import type { ApiResponse, ContentType } from '../../client/api-request.js';
import { clientConstants } from '../../client/constants.js';
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
export function handlerCpuUs({ request, requestBytes, caller }: ApiCall): number {
  const isRead = request.verb === 'get' || request.verb === 'list' || request.verb === 'watch';
  const handlerUs =
    cost.authorizationCpuUs +
    cost.etcdClientCpuUs +
    (isRead ? 0 : cost.admissionCpuUs) +
    (request.verb === 'patch' ? cost.patchCpuUs : 0);
  const isJson = caller.contentType === 'json' || request.patch !== undefined;
  const decode = isJson ? cost.jsonDecodeNanosecondsPerByte : cost.decodeNanosecondsPerByte;
  const write = isRead ? 0 : cost.writeNanosecondsPerByte;
  const bodyUs = (requestBytes * (cost.transportNanosecondsPerByte + decode + write)) / 1000;
  return (handlerUs + bodyUs) * cost.garbageCollectionFactor * (request.fleetMembers ?? 1);
}

/** An answer, whose size is that of protobuf, as the client gets it: large ones compressed. */
export function encodedAnswer(
  answer: ApiResponse,
  contentType: ContentType | undefined,
): ApiResponse {
  const { jsonBytesPerProtobufByte } = clientConstants;
  const isJson = contentType === 'json';
  const bytes = isJson ? Math.round(answer.bytes * jsonBytesPerProtobufByte) : answer.bytes;
  if (bytes <= cost.compressedAboveBytes) return isJson ? { ...answer, bytes } : answer;
  const asJson = answer.bytes * jsonBytesPerProtobufByte;
  return { ...answer, bytes, compressedBytes: Math.round(asJson / cost.jsonCompression) };
}

/** Encoding, compressing and writing an answer as `encodedAnswer` gives it, µs. */
export function encodeCpuUs(
  { bytes, compressedBytes }: ApiResponse,
  contentType: ContentType | undefined,
): number {
  const isJson = contentType === 'json';
  const encode = isJson ? cost.jsonEncodeNanosecondsPerByte : cost.encodeNanosecondsPerByte;
  const compress = isJson ? cost.jsonCompressNanosecondsPerByte : cost.compressNanosecondsPerByte;
  const encodeNs = bytes * (compressedBytes === undefined ? encode : encode + compress);
  const writeNs = (compressedBytes ?? bytes) * cost.transportNanosecondsPerByte;
  return ((encodeNs + writeNs) / 1000) * cost.garbageCollectionFactor;
}
