// Services and the endpoints that their rules name, as a proxy keeps them: how many there are, and
// whether a change of an object changes any rule. Rules name the ready endpoints, or where there
// are none those that still serve while they terminate. Headless and ExternalName services have no
// rules. Left out: load balancer addresses; that endpoints which no rule names start a sync too.
// Source: Kubernetes v1.36 pkg/proxy, topology.go (reference: nodes-controllers §2.2, §2.7).
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Service } from '../../api/service.js';

const serviceNameLabel = 'kubernetes.io/service-name';
const headlessLabel = 'service.kubernetes.io/headless';

/** What a change of one object means for the rules. */
export interface RuleChange {
  /** Dense number of the service. */
  readonly service: number;
  /** Of that service after the change. */
  readonly ports: number;
  readonly endpoints: number;
  /** Entries added or removed. */
  readonly entries: number;
}

/** Endpoints of a slice that rules may name, as texts that differ when their rules do. */
interface SliceEndpoints {
  readonly ready: ReadonlySet<string>;
  /** Terminating, and still serving. */
  readonly draining: ReadonlySet<string>;
}

const NO_ENDPOINTS: SliceEndpoints = { ready: new Set(), draining: new Set() };

interface ServiceState {
  readonly id: number;
  ports: number;
  /** Named by rules. */
  endpoints: number;
  ready: number;
  /** How rules choose among the endpoints. */
  policy: string;
  readonly slices: Map<string, SliceEndpoints>;
}

export class ServiceMap {
  /** Service ports with rules. */
  servicePorts = 0;
  /** Endpoints that rules name, once for each port. */
  endpoints = 0;
  readonly #services = new Map<string, ServiceState>();

  /** Takes a Service or an EndpointSlice; undefined when no rule changes. */
  apply(object: KubernetesObject, isDeleted: boolean): RuleChange | undefined {
    if (object.kind === 'Service') return this.#applyService(object, isDeleted);
    if (object.kind === 'EndpointSlice') return this.#applySlice(object, isDeleted);
    return undefined;
  }

  #applyService(service: Service, isDeleted: boolean): RuleChange | undefined {
    const { namespace = '', name } = service.metadata;
    const state = this.#stateOf(`${namespace}/${name}`);
    const ports = isDeleted ? 0 : rulePorts(service);
    const before = state.ports;
    const policy = policyOf(service);
    const isOther = policy !== state.policy && before > 0;
    state.policy = policy;
    if (ports === before && !isOther) return undefined;
    this.#count(state, -1);
    state.ports = ports;
    this.#count(state, 1);
    const changed = isOther ? Math.max(ports, before) : Math.abs(ports - before);
    return this.#changeOf(state, changed * (1 + state.endpoints));
  }

  #applySlice(slice: EndpointSlice, isDeleted: boolean): RuleChange | undefined {
    const key = serviceKeyOf(slice);
    if (key === undefined) return undefined;
    const state = this.#stateOf(key);
    const { name } = slice.metadata;
    const before = state.slices.get(name) ?? NO_ENDPOINTS;
    const after = isDeleted ? NO_ENDPOINTS : endpointsOf(slice);
    const ready = state.ready + after.ready.size - before.ready.size;
    // Only where the last ready endpoint goes or the first comes do other slices matter.
    const isPlain = state.ready > 0 && ready > 0;
    const namedBefore = isPlain ? before.ready : namedBy(state);
    if (after.ready.size + after.draining.size === 0) state.slices.delete(name);
    else state.slices.set(name, after);
    state.ready = ready;
    const namedAfter = isPlain ? after.ready : namedBy(state);
    const entries = differences(namedBefore, namedAfter);
    if (entries === 0) return undefined;
    this.#count(state, -1);
    state.endpoints += namedAfter.size - namedBefore.size;
    this.#count(state, 1);
    return state.ports === 0 ? undefined : this.#changeOf(state, entries * state.ports);
  }

  #stateOf(key: string): ServiceState {
    let state = this.#services.get(key);
    if (state === undefined) {
      const id = this.#services.size;
      state = { id, ports: 0, endpoints: 0, ready: 0, policy: '', slices: new Map() };
      this.#services.set(key, state);
    }
    return state;
  }

  #count({ ports, endpoints }: ServiceState, sign: 1 | -1): void {
    this.servicePorts += sign * ports;
    this.endpoints += sign * ports * endpoints;
  }

  #changeOf({ id, ports, endpoints }: ServiceState, entries: number): RuleChange {
    return { service: id, ports, endpoints: ports * endpoints, entries };
  }
}

/** `namespace/name` of the Service of a slice; undefined when its Service has no rules. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const { namespace = '', labels = {} } = metadata;
  const serviceName = labels[serviceNameLabel];
  if (serviceName === undefined || labels[headlessLabel] !== undefined) return undefined;
  return `${namespace}/${serviceName}`;
}

/** Ports for which a service has rules. */
export function rulePorts({ spec }: Service): number {
  if (spec.clusterIP === 'None' || spec.type === 'ExternalName') return 0;
  return spec.ports?.length ?? 0;
}

/** Traffic policies and session affinity: all rules of a service follow them. */
function policyOf({ spec }: Service): string {
  const { internalTrafficPolicy, externalTrafficPolicy, sessionAffinity } = spec;
  return `${internalTrafficPolicy} ${externalTrafficPolicy} ${sessionAffinity}`;
}

function endpointsOf({ endpoints }: EndpointSlice): SliceEndpoints {
  const ready = new Set<string>();
  const draining = new Set<string>();
  for (const endpoint of endpoints) {
    if (isReady(endpoint)) ready.add(ruleOf(endpoint));
    else if (isDraining(endpoint)) draining.add(ruleOf(endpoint));
  }
  return { ready, draining };
}

/** Whether rules name an endpoint before others. */
export function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

/** Whether rules name an endpoint where none is ready. */
export function isDraining({ conditions }: Endpoint): boolean {
  return conditions?.terminating === true && conditions.serving === true;
}

/** Its address, with the hints that say which proxies use it. */
function ruleOf({ addresses, hints }: Endpoint): string {
  const [address = ''] = addresses;
  if (hints === undefined) return address;
  const names = [...(hints.forZones ?? []), ...(hints.forNodes ?? [])].map(({ name }) => name);
  return [address, ...names].join(' ');
}

function namedBy({ ready, slices }: ServiceState): ReadonlySet<string> {
  const named = new Set<string>();
  for (const slice of slices.values()) {
    for (const rule of ready > 0 ? slice.ready : slice.draining) named.add(rule);
  }
  return named;
}

/** Members of one set only. */
function differences(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const address of a) if (b.has(address)) shared++;
  return a.size + b.size - 2 * shared;
}
