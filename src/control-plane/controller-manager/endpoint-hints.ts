// Hints in EndpointSlices, by which kube-proxies prefer endpoints of their own zone or node: those
// of a Service with a traffic distribution. Left out: topology-mode Auto, which deals out endpoints
// by the CPU of zones.
// Source: Kubernetes v1.36 staging endpointslice/trafficdist (reference: nodes-controllers §2.7).
import type { Endpoint, EndpointHints } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';

/** With and without hints, so that unchanged endpoints stay the very objects. */
const hintedOf = new WeakMap<Endpoint, Endpoint>();

/** The endpoints of a Service with the hints it asks for, by pod name. O(endpoints). */
export function withHints(
  { spec }: Service,
  endpoints: ReadonlyMap<string, Endpoint>,
): ReadonlyMap<string, Endpoint> {
  const { trafficDistribution } = spec;
  if (trafficDistribution === undefined) return endpoints;
  const isForNodes = trafficDistribution === 'PreferSameNode';
  const hinted = new Map<string, Endpoint>();
  for (const [name, endpoint] of endpoints) {
    hinted.set(name, hintedEndpoint(endpoint, isForNodes));
  }
  return hinted;
}

function hintedEndpoint(endpoint: Endpoint, isForNodes: boolean): Endpoint {
  const { zone, nodeName, conditions } = endpoint;
  if (conditions?.ready !== true || zone === undefined) return endpoint;
  const known = hintedOf.get(endpoint);
  const hasNodes = known?.hints?.forNodes !== undefined;
  if (known !== undefined && hasNodes === isForNodes) return known;
  const hints: EndpointHints = {
    ...(isForNodes && nodeName !== undefined && { forNodes: [{ name: nodeName }] }),
    forZones: [{ name: zone }],
  };
  const made = { ...endpoint, hints };
  hintedOf.set(endpoint, made);
  return made;
}

/** Whether two endpoints have the same hints. */
export function areSameHints({ hints: a }: Endpoint, { hints: b }: Endpoint): boolean {
  if (a === b) return true;
  return (
    namesIn(a?.forZones) === namesIn(b?.forZones) && namesIn(a?.forNodes) === namesIn(b?.forNodes)
  );
}

function namesIn(list: readonly { readonly name: string }[] = []): string {
  return list.map(({ name }) => name).join(' ');
}
