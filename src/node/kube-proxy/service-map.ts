// Services and their ready endpoints as a proxy keeps them: how many there are, and whether a
// change of an object changes any rule. Headless and ExternalName services have no rules.
// Left out: topology and internal traffic policy, session affinity, load balancer addresses.
// Source: Kubernetes v1.36 pkg/proxy (reference: nodes-controllers §2.2).
import type { EndpointSlice } from '../../api/endpoint-slice.js';
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

interface ServiceState {
  readonly id: number;
  ports: number;
  endpoints: number;
  /** Ready addresses by slice. */
  readonly slices: Map<string, ReadonlySet<string>>;
}

export class ServiceMap {
  /** Service ports with rules. */
  servicePorts = 0;
  /** Ready endpoints, once for each port. */
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
    if (ports === before) return undefined;
    this.#count(state, -1);
    state.ports = ports;
    this.#count(state, 1);
    return this.#changeOf(state, Math.abs(ports - before) * (1 + state.endpoints));
  }

  #applySlice(slice: EndpointSlice, isDeleted: boolean): RuleChange | undefined {
    const { namespace = '', name, labels = {} } = slice.metadata;
    const serviceName = labels[serviceNameLabel];
    if (serviceName === undefined || labels[headlessLabel] !== undefined) return undefined;
    const state = this.#stateOf(`${namespace}/${serviceName}`);
    const before = state.slices.get(name) ?? new Set();
    const after = isDeleted ? new Set<string>() : readyAddresses(slice);
    const entries = differences(before, after);
    if (entries === 0) return undefined;
    this.#count(state, -1);
    if (after.size === 0) state.slices.delete(name);
    else state.slices.set(name, after);
    state.endpoints += after.size - before.size;
    this.#count(state, 1);
    return state.ports === 0 ? undefined : this.#changeOf(state, entries * state.ports);
  }

  #stateOf(key: string): ServiceState {
    let state = this.#services.get(key);
    if (state === undefined) {
      state = { id: this.#services.size, ports: 0, endpoints: 0, slices: new Map() };
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

/** Ports for which a service has rules. */
function rulePorts({ spec }: Service): number {
  if (spec.clusterIP === 'None' || spec.type === 'ExternalName') return 0;
  return spec.ports?.length ?? 0;
}

function readyAddresses({ endpoints }: EndpointSlice): ReadonlySet<string> {
  const ready = new Set<string>();
  for (const { addresses, conditions } of endpoints) {
    if (conditions?.ready !== false) ready.add(addresses[0] ?? '');
  }
  return ready;
}

/** Members of one set only. */
function differences(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const address of a) if (b.has(address)) shared++;
  return a.size + b.size - 2 * shared;
}
