// Hints in EndpointSlices, by which kube-proxies prefer endpoints of their own zone or node: those
// of a Service with a traffic distribution, or in topology mode Auto, which counts before it.
// Source: Kubernetes v1.36 staging endpointslice/trafficdist, topologycache (reference:
// nodes-controllers §2.7).
import type { Endpoint, EndpointHints } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import { allocateEndpoints } from './endpoint-allocation.js';
import type { CpuShares } from './zone-shares.js';

/** The second is the name of old. */
const modeAnnotations = [
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/topology-aware-hints',
];

/** Whether endpoints are dealt out to zones by their CPU. */
export function isTopologyAuto({ metadata: { annotations = {} } }: Service): boolean {
  const key = modeAnnotations.find((each) => annotations[each] !== undefined) ?? '';
  return annotations[key] === 'Auto' || annotations[key] === 'auto';
}

/** With and without hints, so that unchanged endpoints stay the very objects. */
const hintedOf = new WeakMap<Endpoint, Endpoint>();

/**
 * The endpoints of a Service with the hints it asks for, by pod name. `shares`: of the zones, asked
 * for in topology mode Auto. O(endpoints).
 */
export function withHints(
  service: Service,
  endpoints: ReadonlyMap<string, Endpoint>,
  shares: () => CpuShares | undefined,
): ReadonlyMap<string, Endpoint> {
  if (isTopologyAuto(service)) {
    const zones = allocateEndpoints(endpoints.values(), shares());
    if (zones === undefined) return endpoints;
    return new Map(
      [...endpoints].map(([name, endpoint]) => {
        const zone = zones.get(endpoint);
        return [name, zone === undefined ? endpoint : hintedFor(endpoint, zone, false)];
      }),
    );
  }
  const { trafficDistribution } = service.spec;
  if (trafficDistribution === undefined) return endpoints;
  const isForNodes = trafficDistribution === 'PreferSameNode';
  const hinted = new Map<string, Endpoint>();
  for (const [name, endpoint] of endpoints) {
    hinted.set(name, hintedEndpoint(endpoint, isForNodes));
  }
  return hinted;
}

function hintedEndpoint(endpoint: Endpoint, isForNodes: boolean): Endpoint {
  const { zone, conditions } = endpoint;
  if (conditions?.ready !== true || zone === undefined) return endpoint;
  return hintedFor(endpoint, zone, isForNodes);
}

function hintedFor(endpoint: Endpoint, zone: string, isForNodes: boolean): Endpoint {
  const { nodeName } = endpoint;
  const known = hintedOf.get(endpoint);
  const hasNodes = known?.hints?.forNodes !== undefined;
  const isForZone = known?.hints?.forZones?.[0]?.name === zone;
  if (known !== undefined && isForZone && hasNodes === isForNodes) return known;
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
