// The replicas of cluster DNS (CoreDNS). Each follows Services and EndpointSlices and answers from
// its copy, so a change is served as soon as the replica has taken it in.
// Left out: the replicas do not run as pods, they are there from the start and never fail; queries,
// their load and their caches; NodeLocal DNSCache.
// Source: CoreDNS plugin/kubernetes/controller.go (reference: nodes-controllers §6.2).
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import type { ApiTransport } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import type { Connection } from '../../client/connection.js';
import { clientConstants } from '../../client/constants.js';
import { Informer } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Simulation } from '../../kernel/simulation.js';
import { type Resolution, type ResolverOptions, resolve } from './name-resolution.js';
import { ServiceRecords } from './service-records.js';

export interface ClusterDnsOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  /** `domain`: the zone of the cluster, `cluster.local`. */
  readonly spec: { readonly replicas: number; readonly domain: string };
  readonly connectionFor: (replica: number) => Connection;
  readonly observer: ClusterObserver;
}

interface Replica {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly records: ServiceRecords;
  servedRevision: number;
}

/** All replicas by index. */
export class ClusterDns {
  readonly #options: ClusterDnsOptions;
  readonly #replicas: readonly Replica[];

  constructor(options: ClusterDnsOptions) {
    this.#options = options;
    this.#replicas = Array.from({ length: options.spec.replicas }, (_, index) => this.#make(index));
  }

  /** Lists and watches, all replicas. */
  start(): void {
    for (const { services, slices } of this.#replicas) {
      services.start();
      slices.start();
    }
  }

  /** Newest revision that a replica has served; 0 before its lists are in. */
  servedRevision(replica: number): number {
    return this.#replicaAt(replica).servedRevision;
  }

  /** Resolves a name for a pod of a namespace as one replica sees the cluster now. */
  resolve(
    replica: number,
    name: string,
    fromNamespace: string,
    options?: ResolverOptions,
  ): Resolution {
    const { domain } = this.#options.spec;
    return resolve(name, fromNamespace, domain, this.#replicaAt(replica).records, options);
  }

  #replicaAt(index: number): Replica {
    return this.#replicas[index] as Replica;
  }

  #make(index: number): Replica {
    const { simulation, transport, connectionFor, spec } = this.#options;
    const name = `coredns-${index}`;
    const { defaultQps, defaultBurst } = clientConstants;
    const client = new ApiClient(transport, {
      name,
      user: 'system:serviceaccount:kube-system:coredns',
      connection: connectionFor(index),
      limit: { qps: defaultQps, burst: defaultBurst },
    });
    const options = { client };
    const services = new Informer<Service>(simulation, {
      ...options,
      name: `${name}/services`,
      resource: 'services',
    });
    const slices = new Informer<EndpointSlice>(simulation, {
      ...options,
      name: `${name}/endpointslices`,
      resource: 'endpointslices',
    });
    const records = new ServiceRecords(spec.domain, services.store);
    const replica: Replica = { services, slices, records, servedRevision: 0 };
    const serve = (object: Service | EndpointSlice): void => this.#serve(index, replica, object);
    services.addHandler({ added: serve, updated: (_, now) => serve(now), deleted: serve });
    slices.addHandler({
      added: (slice) => {
        records.setSlice(slice, false);
        serve(slice);
      },
      updated: (_, slice) => {
        records.setSlice(slice, false);
        serve(slice);
      },
      deleted: (slice) => {
        records.setSlice(slice, true);
        serve(slice);
      },
    });
    return replica;
  }

  /** Reports a change that is newer than all before; the two resources may overtake each other. */
  #serve(index: number, replica: Replica, { metadata }: Service | EndpointSlice): void {
    const revision = metadata.resourceVersion ?? 0;
    if (revision <= replica.servedRevision) return;
    replica.servedRevision = revision;
    this.#options.observer.dnsServes(index, revision);
  }
}
