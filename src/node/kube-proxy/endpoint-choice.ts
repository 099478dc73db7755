// Which endpoints of a Service the rules of one node use: the traffic policy, hints for nodes and
// zones, and, where nothing is ready, endpoints that still serve while they terminate. Pure.
// Source: Kubernetes v1.36 pkg/proxy/topology.go (reference: nodes-controllers §2.7).
import type { Endpoint } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import { isDraining, isReady } from './service-map.js';

/** The node whose rules are asked for. */
export interface ProxyPlace {
  readonly name: string;
  /** '' without one. */
  readonly zone: string;
}

/** Where a connection comes from: it meets the internal or the external traffic policy. */
export type TrafficOrigin = 'internal' | 'external';

/** Whether only endpoints of the own node are used. */
export function isLocalOnly({ spec }: Service, origin: TrafficOrigin): boolean {
  const policy = origin === 'internal' ? spec.internalTrafficPolicy : spec.externalTrafficPolicy;
  return policy === 'Local';
}

/** Endpoints in the order of the slices. O(endpoints). */
export function usedEndpoints(
  service: Service,
  endpoints: readonly Endpoint[],
  place: ProxyPlace,
  origin: TrafficOrigin,
): readonly Endpoint[] {
  if (isLocalOnly(service, origin)) {
    return readyOrDraining(endpoints.filter(({ nodeName }) => nodeName === place.name));
  }
  const ready = endpoints.filter(isReady);
  if (ready.length === 0) return endpoints.filter(isDraining);
  return hinted(ready, 'forNodes', place.name) ?? hinted(ready, 'forZones', place.zone) ?? ready;
}

/** Whether what a node uses depends on the node. */
export function dependsOnNode(
  service: Service,
  endpoints: readonly Endpoint[],
  origin: TrafficOrigin,
): boolean {
  return isLocalOnly(service, origin) || endpoints.some(({ hints }) => hints !== undefined);
}

function readyOrDraining(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(isReady);
  return ready.length > 0 ? ready : endpoints.filter(isDraining);
}

/** Those with a hint for a name; undefined unless all have hints and some of them for it. */
function hinted(
  ready: readonly Endpoint[],
  of: 'forNodes' | 'forZones',
  name: string,
): readonly Endpoint[] | undefined {
  if (!ready.every(({ hints }) => (hints?.[of]?.length ?? 0) > 0)) return undefined;
  const own = ready.filter(({ hints }) => hints?.[of]?.some((each) => each.name === name));
  return own.length > 0 ? own : undefined;
}
