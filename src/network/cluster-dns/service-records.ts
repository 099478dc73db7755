// The names that a cluster DNS server answers, computed from its copy of Services and
// EndpointSlices at the time of the question, as CoreDNS does: nothing is built when they change.
// Names of pods by address are answered unseen, as in CoreDNS's mode `insecure`.
// Source: CoreDNS plugin/kubernetes (reference: nodes-controllers §6.1, §6.2).
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import { ascending } from '../../stats/ascending.js';

const serviceNameLabel = 'kubernetes.io/service-name';

/** A port of a service, as an SRV record has it. */
export interface ServiceTarget {
  readonly port: number;
  /** Name of the service, or of one of its hosts. */
  readonly target: string;
}

/** What a name stands for: addresses, another name (CNAME), ports; undefined: no such name. */
export interface DnsAnswer {
  readonly addresses: readonly string[];
  /** Of an ExternalName service. */
  readonly alias?: string;
  /** Of a name `_port._protocol.service`. */
  readonly targets?: readonly ServiceTarget[];
}

/** Answers names of the cluster's zone, given in full and without the last dot. */
export interface DnsRecords {
  lookup(name: string): DnsAnswer | undefined;
}

const podAddress = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/;

/** Records of a set of services. O(slices of the service) a lookup. */
export class ServiceRecords implements DnsRecords {
  readonly #domain: string;
  /** By `namespace/name`. */
  readonly #services: ReadonlyMap<string, Service>;
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();

  /** `services` may change afterwards; slices are told by `setSlice`. */
  constructor(domain: string, services: ReadonlyMap<string, Service>) {
    this.#domain = domain;
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
    if (!name.endsWith(`.${this.#domain}`)) return undefined;
    const labels = name.slice(0, -this.#domain.length - 1).split('.');
    const kind = labels.pop();
    if (kind === 'pod') return podRecord(labels);
    if (kind !== 'svc') return undefined;
    const [serviceName = '', namespace = ''] = labels.slice(-2);
    if (labels.length < 2 || labels.length > 4) return undefined;
    const key = `${namespace}/${serviceName}`;
    const service = this.#services.get(key);
    if (service === undefined) return undefined;
    if (labels.length === 4) return this.#ports(name, key, service, labels.slice(0, 2));
    return this.#addresses(key, service, labels.length === 3 ? labels[0] : undefined);
  }

  #addresses(key: string, { spec }: Service, host: string | undefined): DnsAnswer | undefined {
    const { type, externalName, clusterIP } = spec;
    if (type === 'ExternalName') {
      return host === undefined ? { addresses: [], alias: externalName ?? '' } : undefined;
    }
    if (clusterIP !== 'None') {
      return host === undefined ? { addresses: clusterIP ? [clusterIP] : [] } : undefined;
    }
    const addresses = this.#published(key, spec)
      .filter((endpoint) => host === undefined || hostNameOf(endpoint) === host)
      .flatMap((endpoint) => endpoint.addresses);
    // Without endpoints a headless service has its name, and no address; a host has no name at all.
    return host !== undefined && addresses.length === 0 ? undefined : { addresses };
  }

  /** `_http._tcp` of a service: its port of that name, of a headless one for each of its hosts. */
  #ports(
    name: string,
    key: string,
    { spec }: Service,
    [portLabel = '', protocolLabel = '']: readonly string[],
  ): DnsAnswer | undefined {
    const ports = (spec.ports ?? []).filter(
      ({ name: portName = '', protocol = 'TCP' }) =>
        portLabel === `_${portName}` && protocolLabel === `_${protocol.toLowerCase()}`,
    );
    if (spec.type === 'ExternalName' || ports.length === 0) return undefined;
    const own = name.slice(portLabel.length + protocolLabel.length + 2);
    const hosts = this.#published(key, spec).map((each) => `${hostNameOf(each)}.${own}`);
    const targets = ports.flatMap(({ port }) =>
      (spec.clusterIP === 'None' ? hosts : [own]).map((target) => ({ port, target })),
    );
    return targets.length === 0 ? undefined : { addresses: [], targets };
  }

  #published(key: string, { publishNotReadyAddresses }: Service['spec']): readonly Endpoint[] {
    const isAll = publishNotReadyAddresses === true;
    return this.#endpointsOf(key).filter(({ conditions }) => isAll || conditions?.ready !== false);
  }

  /** Endpoints of a service, in the order of the names of their slices. */
  #endpointsOf(key: string): readonly Endpoint[] {
    const slices = [...(this.#slices.get(key)?.values() ?? [])];
    slices.sort((a, b) => ascending(a.metadata.name, b.metadata.name));
    return slices.flatMap(({ endpoints }) => endpoints);
  }
}

/** An endpoint without a name of its own has one made of its address. */
function hostNameOf({ hostname, addresses }: Endpoint): string {
  return hostname ?? (addresses[0] ?? '').replaceAll('.', '-');
}

/** `10-244-0-7.ns`: whoever asks is told the address, whether there is such a pod or not. */
function podRecord([dashed = '', ...namespace]: readonly string[]): DnsAnswer | undefined {
  if (namespace.length !== 1) return undefined;
  const octets = podAddress.exec(dashed)?.slice(1);
  if (octets === undefined || octets.some((octet) => Number(octet) > 255)) return undefined;
  return { addresses: [octets.join('.')] };
}
