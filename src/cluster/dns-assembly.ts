// Cluster DNS as the cluster has it: replicas that are there from the start, or that come and go
// with the pods of the add-on.
import type { Pod } from '../api/pod.js';
import type { ApiTransport } from '../client/api-call.js';
import type { Connection } from '../client/connection.js';
import type { ClusterObserver } from '../client/observer.js';
import { assert } from '../kernel/assert.js';
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { ClusterDns } from '../network/cluster-dns/cluster-dns.js';
import type { ServerListener } from '../node/kubelet/pod-servers.js';
import type { ClusterDnsSpec } from './cluster-spec.js';
import { applyDns, coreDnsApp, dnsAppLabel, dnsNamespace } from './dns-addon.js';
import type { Operation } from './operation.js';

export interface DnsAssemblyOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly spec: ClusterDnsSpec;
  readonly connect: (name: string) => Connection;
  readonly observer: ClusterObserver;
}

interface RunningReplica {
  readonly index: number;
  readonly node: number;
}

/** Told by the kubelets which pods run. */
export class DnsAssembly implements ServerListener {
  readonly #options: DnsAssemblyOptions;
  /** By UID of their pods. */
  readonly #running = new Map<string, RunningReplica>();
  readonly #isInPods: boolean;

  #dns: ClusterDns | undefined;

  constructor(options: DnsAssemblyOptions) {
    this.#options = options;
    this.#isInPods = options.spec.runAs === 'pods';
  }

  /** Makes the replicas that are there from the start; to be called once, before the run. */
  build(): void {
    const { simulation, transport, spec, connect, observer } = this.#options;
    this.#dns = new ClusterDns({
      simulation,
      transport,
      spec: { domain: spec.domain, replicas: this.#isInPods ? 0 : spec.replicas },
      connectionFor: connect,
      observer,
    });
  }

  get dns(): ClusterDns {
    assert(this.#dns !== undefined, 'cluster DNS is used before it was built');
    return this.#dns;
  }

  /** What is done before everything else. */
  static operationsOf({ runAs, replicas }: ClusterDnsSpec): readonly Operation[] {
    return runAs === 'pods' ? [applyDns(replicas, false)] : [];
  }

  start(): void {
    this.dns.start();
  }

  serverStarted({ metadata }: Pod, node: number, _address: string, _fromUs: SimTime): void {
    const { namespace, labels, uid = '', name } = metadata;
    if (!this.#isInPods || labels?.[dnsAppLabel] !== coreDnsApp) return;
    if (namespace !== dnsNamespace || this.#running.has(uid)) return;
    this.#running.set(uid, { index: this.dns.startReplica(name), node });
  }

  serverClosed(_uid: string): void {
    // It answers until its process has ended.
  }

  serverStopped(uid: string): void {
    const replica = this.#running.get(uid);
    if (replica === undefined) return;
    this.#running.delete(uid);
    this.dns.stopReplica(replica.index);
  }

  nodeStopped(node: number): void {
    for (const [uid, replica] of [...this.#running]) {
      if (replica.node === node) this.serverStopped(uid);
    }
  }
}
