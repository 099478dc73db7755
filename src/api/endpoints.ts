/**
 * The Endpoints object: all addresses behind a Service in one object, which EndpointSlices have
 * replaced but which the API server still serves and its controller still writes.
 *
 * Source: Kubernetes v1.36 `core/v1` types; deprecated since 1.33.
 */

import type { Protocol } from './container.js';
import type { ApiObject, ObjectReference } from './object-meta.js';

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: ObjectReference;
}

/** A port of the addresses of a subset. */
export interface EndpointsPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: Protocol;
  readonly appProtocol?: string;
}

export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly EndpointsPort[];
}

export interface Endpoints extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Endpoints';
  readonly subsets?: readonly EndpointSubset[];
}
