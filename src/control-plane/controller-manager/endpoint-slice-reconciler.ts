// Which EndpointSlices must be written so that they hold the wanted endpoints, with as few writes
// as possible: change slices in place, fill those that change anyway, then one with room, else new
// ones. Pure. Source: Kubernetes v1.36 staging endpointslice reconciler (reference:
// nodes-controllers 3.9).

import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/endpoint-slice.js';
import { extended } from '../../api/extended.js';
import { isPodTerminal, type Pod } from '../../api/pod.js';
import type { Service } from '../../api/service.js';
import { formatTimestamp } from '../../api/timestamp.js';
import type { SimTime } from '../../kernel/time.js';
import { controllerManagerConstants as constants } from './constants.js';
import { areSameHints } from './endpoint-hints.js';
import { controllerReference } from './owner-index.js';
import { isPodReady } from './pod-state.js';

const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Writes in the order in which they are made. */
export interface SliceChanges {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
}

/** The endpoint of a pod; undefined while it has no address or when it has ended. */
export function endpointOf(
  pod: Pod,
  publishNotReady: boolean,
  zone?: string,
): Endpoint | undefined {
  const address = pod.status?.podIP;
  if (address === undefined || isPodTerminal(pod)) return undefined;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const ready = publishNotReady || (serving && !terminating);
  const { namespace = '', name, uid = '' } = pod.metadata;
  const { nodeName } = pod.spec;
  const addresses = [address];
  const conditions = { ready, serving, terminating };
  const targetRef = { kind: 'Pod', namespace, name, uid };
  if (nodeName !== undefined) {
    if (zone !== undefined) return { addresses, conditions, nodeName, zone, targetRef };
    return { addresses, conditions, nodeName, targetRef };
  }
  if (zone !== undefined) return { addresses, conditions, zone, targetRef };
  return { addresses, conditions, targetRef };
}

/** A port whose number on the pods is known. */
export type NumberedPort = EndpointPort & { readonly port: number };

/** Ports of a Service as numbers on its pods; named ones are looked up in `pod`. */
export function endpointPorts(service: Service, pod: Pod | undefined): readonly NumberedPort[] {
  return (service.spec.ports ?? []).map((own) => {
    const { name, protocol = 'TCP', targetPort = own.port } = own;
    const isNumber = typeof targetPort === 'number';
    const port = isNumber ? targetPort : (namedPort(pod, targetPort) ?? own.port);
    return name === undefined ? { protocol, port } : { name, protocol, port };
  });
}

function namedPort(pod: Pod | undefined, name: string): number | undefined {
  for (const container of pod?.spec.containers ?? []) {
    const found = container.ports?.find((port) => port.name === name);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** A slice with what is left of it and what has been put into it. */
interface Draft {
  readonly slice: EndpointSlice;
  endpoints: readonly Endpoint[];
  isChanged: boolean;
  /** None of its endpoints is wanted any longer. */
  readonly isEmptied: boolean;
}

/**
 * `wanted` by pod name; unchanged endpoints cost least when they are the very objects. Slices that
 * are written say what has triggered it, to the second; Infinity: nothing that is timed. O(n).
 */
export function reconcileSlices(
  service: Service,
  wanted: ReadonlyMap<string, Endpoint>,
  existing: readonly EndpointSlice[],
  ports: readonly EndpointPort[],
  triggerUs: SimTime = Number.POSITIVE_INFINITY,
): SliceChanges {
  const { drafts, missing } =
    placedInOrder(wanted, existing, ports) ?? placedByName(wanted, existing, ports);
  const kept = drafts.filter((draft) => !draft.isEmptied);
  fillChanged(kept, missing);
  const create = placeRest(service, kept, missing, ports);
  if (wanted.size === 0 && kept.length === 0) create.push(sliceOf(service, [], ports));
  const update = kept
    .filter((draft) => draft.isChanged)
    .map(({ slice, endpoints }) => extended(slice, { endpoints, ports }));
  const emptied = drafts.filter((draft) => draft.isEmptied).map(({ slice }) => slice);
  const changes = reuseEmptied({ create, update, delete: emptied });
  const told = (slice: EndpointSlice): EndpointSlice => withTrigger(slice, triggerUs);
  return { ...changes, create: changes.create.map(told), update: changes.update.map(told) };
}

function withTrigger(slice: EndpointSlice, triggerUs: SimTime): EndpointSlice {
  const noted = slice.metadata.annotations ?? {};
  const isTimed = triggerUs < Number.POSITIVE_INFINITY;
  if (!isTimed && noted[LAST_CHANGE] === undefined) return slice;
  const time = isTimed ? { [LAST_CHANGE]: formatTimestamp(triggerUs, 0) } : {};
  const { [LAST_CHANGE]: _, ...others } = noted;
  const annotations = extended(others, time);
  return extended(slice, { metadata: extended(slice.metadata, { annotations }) });
}

/** An emptied slice becomes a new one, where one is needed: one write instead of two. */
function reuseEmptied(changes: SliceChanges): SliceChanges {
  const { create, update, delete: emptied } = changes;
  if (emptied.length === 0) return changes;
  const reused = emptied
    .slice(0, create.length)
    .map((slice, i) => extended(slice, contentOf(create[i] as EndpointSlice)))
    .filter((slice, i) => !isSameContent(slice, emptied[i] as EndpointSlice));
  return {
    create: create.slice(emptied.length),
    update: [...update, ...reused],
    delete: emptied.slice(create.length),
  };
}

function contentOf({ endpoints, ports = [] }: EndpointSlice): Pick<EndpointSlice, 'endpoints'> & {
  readonly ports: readonly EndpointPort[];
} {
  return { endpoints, ports };
}

/** True for the empty slice of a Service without endpoints that stays what it is. */
function isSameContent(a: EndpointSlice, b: EndpointSlice): boolean {
  const areEmpty = a.endpoints.length === 0 && b.endpoints.length === 0;
  return areEmpty && isSamePorts(a.ports ?? [], b.ports ?? []);
}

interface Placement {
  readonly drafts: readonly Draft[];
  /** What no slice has. */
  readonly missing: Endpoint[];
}

/**
 * Where the slices have their endpoints in the order in which these are wanted, as they have until
 * pods go: nothing need be looked up. Undefined in any other case.
 */
function placedInOrder(
  wanted: ReadonlyMap<string, Endpoint>,
  existing: readonly EndpointSlice[],
  ports: readonly EndpointPort[],
): Placement | undefined {
  const rest = wanted.values();
  const drafts: Draft[] = [];
  for (const slice of existing) {
    const { endpoints } = slice;
    let changed: Endpoint[] | undefined;
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = endpoints[i] as Endpoint;
      const { value: now } = rest.next();
      if (now !== endpoint) {
        const name = endpoint.targetRef?.name;
        if (now === undefined || name === undefined || now.targetRef?.name !== name) return;
        if (!isSameEndpoint(now, endpoint)) {
          changed ??= endpoints.slice(0, i);
          changed.push(now);
          continue;
        }
      }
      changed?.push(endpoint);
    }
    drafts.push(draftWith(slice, changed, ports));
  }
  return { drafts, missing: [...rest] };
}

function placedByName(
  wanted: ReadonlyMap<string, Endpoint>,
  existing: readonly EndpointSlice[],
  ports: readonly EndpointPort[],
): Placement {
  const placed = new Set<string>();
  const drafts = existing.map((slice) => draftOf(slice, wanted, placed, ports));
  const missing: Endpoint[] = [];
  if (placed.size < wanted.size) {
    for (const [name, endpoint] of wanted) if (!placed.has(name)) missing.push(endpoint);
  }
  return { drafts, missing };
}

/** Keeps what is still wanted and not placed before, in its newest form, and marks it as placed. */
function draftOf(
  slice: EndpointSlice,
  wanted: ReadonlyMap<string, Endpoint>,
  placed: Set<string>,
  ports: readonly EndpointPort[],
): Draft {
  /** Made at the first difference: most slices have none. */
  let changed: Endpoint[] | undefined;
  slice.endpoints.forEach((endpoint, index) => {
    const name = endpoint.targetRef?.name ?? '';
    const now = placed.has(name) ? undefined : wanted.get(name);
    if (now !== undefined) placed.add(name);
    const isSame = now !== undefined && (now === endpoint || isSameEndpoint(now, endpoint));
    if (!isSame) changed ??= slice.endpoints.slice(0, index);
    if (now !== undefined) changed?.push(isSame ? endpoint : now);
  });
  return draftWith(slice, changed, ports);
}

function draftWith(
  slice: EndpointSlice,
  changed: readonly Endpoint[] | undefined,
  ports: readonly EndpointPort[],
): Draft {
  const endpoints = changed ?? slice.endpoints;
  const isChanged = changed !== undefined || !isSamePorts(slice.ports ?? [], ports);
  return { slice, endpoints, isChanged, isEmptied: endpoints.length === 0 };
}

/** Puts missing endpoints into slices that are written anyway, fullest first. */
function fillChanged(drafts: readonly Draft[], missing: Endpoint[]): void {
  const changed = drafts.filter((draft) => draft.isChanged);
  changed.sort((a, b) => b.endpoints.length - a.endpoints.length || byName(a.slice, b.slice));
  for (const draft of changed) if (missing.length > 0) take(draft, missing);
}

/**
 * Puts what is still missing into new slices; a rest that does not fill one goes into an unchanged
 * slice with room for all of it, if there is one. The new slices.
 */
function placeRest(
  service: Service,
  drafts: readonly Draft[],
  missing: Endpoint[],
  ports: readonly EndpointPort[],
): EndpointSlice[] {
  const { maxEndpointsPerSlice } = constants;
  const created: EndpointSlice[] = [];
  while (missing.length > 0) {
    const roomy =
      missing.length < maxEndpointsPerSlice ? fullestWithRoom(drafts, missing.length) : undefined;
    if (roomy !== undefined) take(roomy, missing);
    else created.push(sliceOf(service, missing.splice(0, maxEndpointsPerSlice), ports));
  }
  return created;
}

/** The unchanged slice that the endpoints would fill best. */
function fullestWithRoom(drafts: readonly Draft[], count: number): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    const hasRoom = draft.endpoints.length + count <= constants.maxEndpointsPerSlice;
    if (draft.isChanged || !hasRoom) continue;
    if (best === undefined || draft.endpoints.length > best.endpoints.length) best = draft;
  }
  return best;
}

/** Moves as many of the missing endpoints into the slice as it has room for. */
function take(draft: Draft, missing: Endpoint[]): void {
  const room = constants.maxEndpointsPerSlice - draft.endpoints.length;
  if (room <= 0) return;
  draft.endpoints = [...draft.endpoints, ...missing.splice(0, room)];
  draft.isChanged = true;
}

function sliceOf(
  service: Service,
  endpoints: readonly Endpoint[],
  ports: readonly EndpointPort[],
): EndpointSlice {
  const { namespace = '', name, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

function isSamePorts(a: readonly EndpointPort[], b: readonly EndpointPort[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, port, protocol }, i) => {
      const other = b[i];
      return name === other?.name && port === other?.port && protocol === other?.protocol;
    })
  );
}

function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.addresses[0] === b.addresses[0] &&
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    areSameHints(a, b) &&
    a.targetRef?.uid === b.targetRef?.uid &&
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating
  );
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
