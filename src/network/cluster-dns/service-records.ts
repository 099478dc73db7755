// The names that a cluster DNS server answers, computed from its copy of Services and
// EndpointSlices at the time of the question, as CoreDNS does: nothing is built when they change.
// Left out: SRV records, and names of pods by address (`10-244-0-7.ns.pod`).
// Source: CoreDNS plugin/kubernetes (reference: nodes-controllers §6.1, §6.2).
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';

const serviceNameLabel = 'kubernetes.io/service-name';

/** What a name stands for: addresses, or another name (CNAME); undefined: no such name. */
export interface DnsAnswer {
  readonly addresses: readonly string[];
  /** Of an ExternalName service. */
  readonly alias?: string;
}

/** Answers names of the cluster's zone, given in full and without the last dot. */
export interface DnsRecords {
  lookup(name: string): DnsAnswer | undefined;
}

/** Records of a set of services. O(slices of the service) a lookup. */
export class ServiceRecords implements DnsRecords {
  readonly #suffix: string;
  /** By `namespace/name`. */
  readonly #services: ReadonlyMap<string, Service>;
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();

  /** `services` may change afterwards; slices are told by `setSlice`. */
  constructor(domain: string, services: ReadonlyMap<string, Service>) {
    this.#suffix = `.svc.${domain}`;
    this.#services = services;
  }

  /** Takes over the newest state of a slice. */
  setSlice(slice: EndpointSlice, isDeleted: boolean): void {
    const { namespace = '', name, labels = {} } = slice.metadata;
    const key = `${namespace}/${labels[serviceNameLabel] ?? ''}`;
    let slices = this.#slices.get(key);
    if (slices === undefined) {
      slices = new Map();
      this.#slices.set(key, slices);
    }
    if (isDeleted) slices.delete(name);
    else slices.set(name, slice);
  }

  lookup(name: string): DnsAnswer | undefined {
    if (!name.endsWith(this.#suffix)) return undefined;
    const labels = name.slice(0, -this.#suffix.length).split('.');
    const [serviceName = '', namespace = ''] = labels.slice(-2);
    if (labels.length < 2 || labels.length > 3) return undefined;
    const key = `${namespace}/${serviceName}`;
    const service = this.#services.get(key);
    if (service === undefined) return undefined;
    const host = labels.length === 3 ? labels[0] : undefined;
    const { type, externalName, clusterIP } = service.spec;
    if (type === 'ExternalName') {
      return host === undefined ? { addresses: [], alias: externalName ?? '' } : undefined;
    }
    if (clusterIP !== 'None') {
      return host === undefined ? { addresses: clusterIP ? [clusterIP] : [] } : undefined;
    }
    const isAll = service.spec.publishNotReadyAddresses === true;
    const addresses = this.#endpointsOf(key)
      .filter(({ conditions }) => isAll || conditions?.ready !== false)
      .filter((endpoint) => host === undefined || endpoint.hostname === host)
      .flatMap((endpoint) => endpoint.addresses);
    // Without endpoints a headless service has its name, and no address; a host has no name at all.
    return host !== undefined && addresses.length === 0 ? undefined : { addresses };
  }

  /** Endpoints of a service, in the order of the names of their slices. */
  #endpointsOf(key: string): readonly Endpoint[] {
    const slices = [...(this.#slices.get(key)?.values() ?? [])];
    slices.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    return slices.flatMap(({ endpoints }) => endpoints);
  }
}
