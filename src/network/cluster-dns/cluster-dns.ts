// The replicas of cluster DNS (CoreDNS). Each follows Services and EndpointSlices and answers from
// its copy, so a change is served as soon as the replica has taken it in. Replicas are there from
// the start, or they come and go with the containers of their pods.
// Left out: the five seconds for which a replica that is told to stop still answers (lameduck).
// Source: CoreDNS plugin/kubernetes/controller.go (reference: nodes-controllers §6.2).
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Service } from '../../api/service.js';
import { ApiClient } from '../../client/api-client.js';
import type { ApiTransport } from '../../client/api-transport.js';
import { type Connection, endConnection } from '../../client/connection.js';
import { clientConstants } from '../../client/constants.js';
import { Informer } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Simulation } from '../../kernel/simulation.js';
import { type Resolution, type ResolverOptions, resolve } from './name-resolution.js';
import { ServiceRecords } from './service-records.js';

export interface ClusterDnsOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  /** `domain`: the zone of the cluster, `cluster.local`; `replicas`: those from the start. */
  readonly spec: { readonly replicas: number; readonly domain: string };
  /** `at`: the node of a replica in a pod; else ''. */
  readonly connectionFor: (name: string, at: string) => Connection;
  readonly observer: ClusterObserver;
}

interface Replica {
  readonly index: number;
  readonly name: string;
  readonly connection: Connection;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly records: ServiceRecords;
  servedRevision: number;
  hasSynced: boolean;
  end: () => void;
}

/** All replicas by index; an index is never used again. */
export class ClusterDns {
  readonly #options: ClusterDnsOptions;
  readonly #replicas: Replica[] = [];

  constructor(options: ClusterDnsOptions) {
    this.#options = options;
    for (let index = 0; index < options.spec.replicas; index++) this.#make(`coredns-${index}`);
  }

  /** Lists and watches, all replicas that are there from the start. */
  start(): void {
    for (const replica of this.#replicas) this.#follow(replica);
  }

  /** One more replica: it lists and watches from now on. Returns its index. */
  startReplica(name: string, node = ''): number {
    const replica = this.#make(name, node);
    this.#follow(replica);
    return replica.index;
  }

  /** A replica's process has ended. */
  stopReplica(index: number): void {
    const replica = this.#replicaAt(index);
    replica.end();
    endConnection(replica.connection);
    replica.hasSynced = false;
    this.#options.observer.dnsStopped(index);
  }

  /** Newest revision that a replica has served; 0 before its lists are in. */
  servedRevision(replica: number): number {
    return this.#replicaAt(replica).servedRevision;
  }

  /** Whether a replica has everything that there was when it started, and can answer. */
  hasSynced(replica: number): boolean {
    return this.#replicaAt(replica).hasSynced;
  }

  /** What a replica answers from. */
  recordsOf(replica: number): ServiceRecords {
    return this.#replicaAt(replica).records;
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

  #follow(replica: Replica): void {
    const { services, slices } = replica;
    let waiting = 2;
    const onSynced = (): void => {
      if (--waiting > 0) return;
      replica.hasSynced = true;
      this.#report(replica, Math.min(services.revision, slices.revision));
    };
    services.whenSynced(onSynced);
    slices.whenSynced(onSynced);
    services.start();
    slices.start();
  }

  #make(name: string, at = ''): Replica {
    const { simulation, transport, connectionFor, spec } = this.#options;
    const { defaultQps, defaultBurst } = clientConstants;
    const connection = connectionFor(name, at);
    let replica: Replica | undefined;
    const end = simulation.live('', () => {
      const client = new ApiClient(transport, {
        name,
        user: 'system:serviceaccount:kube-system:coredns',
        connection,
        limit: { qps: defaultQps, burst: defaultBurst },
      });
      const services = new Informer<Service>(simulation, {
        client,
        name: `${name}/services`,
        resource: 'services',
      });
      const slices = new Informer<EndpointSlice>(simulation, {
        client,
        name: `${name}/endpointslices`,
        resource: 'endpointslices',
      });
      const records = new ServiceRecords(spec.domain, services.store);
      const index = this.#replicas.length;
      const own = { services, slices, records, servedRevision: 0, hasSynced: false };
      replica = { index, name, connection, ...own, end: () => {} };
    });
    const made = replica as unknown as Replica;
    made.end = end;
    this.#replicas.push(made);
    this.#listen(made);
    return made;
  }

  #listen(replica: Replica): void {
    const { services, slices, records } = replica;
    const serve = ({ metadata }: Service | EndpointSlice): void =>
      this.#report(replica, metadata.resourceVersion ?? 0);
    services.addHandler({ added: serve, updated: (_, now) => serve(now), deleted: serve });
    const take = (slice: EndpointSlice, isDeleted: boolean): void => {
      records.setSlice(slice, isDeleted);
      serve(slice);
    };
    slices.addHandler({
      added: (slice) => take(slice, false),
      updated: (_, slice) => take(slice, false),
      deleted: (slice) => take(slice, true),
    });
  }

  /** Reports a change that is newer than all before; the two resources may overtake each other. */
  #report(replica: Replica, revision: number): void {
    if (revision <= replica.servedRevision) return;
    replica.servedRevision = revision;
    this.#options.observer.dnsServes(replica.index, revision);
  }
}
