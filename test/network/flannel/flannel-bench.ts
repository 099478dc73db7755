// Hosts of flannel over an etcd that answers every request after 2 ms, or over the in-memory API.
import type { Cidr } from '../../../src/api/cidr.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import type { EtcdPort, EtcdResult } from '../../../src/client/etcd-client.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import type { BackendSpec } from '../../../src/network/flannel/backend.js';
import { EtcdSubnetManager } from '../../../src/network/flannel/etcd-subnet-manager.js';
import {
  FlannelFleet,
  type FlannelFleetOptions,
} from '../../../src/network/flannel/flannel-fleet.js';
import { KubeSubnetManager } from '../../../src/network/flannel/kube-subnet-manager.js';
import { type NetworkText, networkConfig } from '../../../src/network/flannel/subnet-config.js';
import type { FlannelHost } from '../../../src/network/flannel/subnet-manager.js';
import { FakeApiServer } from '../../support/fake-api-server.js';

export const secondUs = 1_000_000;
export const hourUs = 3_600 * secondUs;
const etcdUs = 2_000;

/** Keys with their revisions; everything else of etcd is not used. */
export class FakeEtcd {
  readonly keys = new Map<string, number>();
  readonly puts: [at: number, key: string, succeeded: boolean][] = [];
  readonly #simulation: Simulation;
  readonly #results: EtcdResult[] = [];
  #revision = 0;
  /** Error of every answer from now on. */
  error: EtcdResult['error'];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  range(_: unknown, kind: number, target: number): void {
    this.#answer(true, kind, target);
  }

  grantLease(_: number, kind: number, target: number): void {
    this.#answer(true, kind, target);
  }

  putBytes(key: string, expected: number, _: number, kind: number, target: number): void {
    const succeeded = (this.keys.get(key) ?? 0) === expected;
    if (succeeded) this.keys.set(key, ++this.#revision);
    this.puts.push([this.#simulation.now, key, succeeded]);
    this.#answer(succeeded, kind, target);
  }

  result(ticket: number): EtcdResult {
    return this.#results[ticket] as EtcdResult;
  }

  #answer(succeeded: boolean, kind: number, target: number): void {
    const { error } = this;
    const revision = this.#revision;
    const none = { current: undefined, values: [], count: 0, leaseId: 1 };
    const ticket = this.#results.push({ ...none, succeeded, revision, error }) - 1;
    this.#simulation.after(etcdUs, kind, target, ticket);
  }
}

export interface FlannelBenchOptions {
  readonly network?: NetworkText;
  readonly backend?: BackendSpec;
  readonly reservations?: ReadonlyMap<string, Cidr>;
  readonly manager?: 'etcd' | 'kube';
  readonly podCidrOf?: (host: number) => string | undefined;
}

export class FlannelBench {
  readonly simulation: Simulation = new Simulation('flannel');
  readonly etcd: FakeEtcd = new FakeEtcd(this.simulation);
  readonly server: FakeApiServer;
  readonly fleet: FlannelFleet;
  /** What the outside was told, in order. */
  readonly log: [seconds: number, what: string][] = [];

  constructor(options: FlannelBenchOptions = {}) {
    const { simulation } = this;
    const transport = new ApiTransport(simulation);
    this.server = new FakeApiServer(transport);
    const note = (what: string): void => {
      this.log.push([Math.round(simulation.now / 1_000) / 1_000, what]);
    };
    const config = networkConfig(options.network ?? { network: '10.1.0.0/16' });
    if (!('network' in config)) throw new Error(config[0]?.message);
    const delay = distribution({ kind: 'constant', value: 1_000 });
    const link = (name: string): Link =>
      new Link(simulation, name, delay, Number.POSITIVE_INFINITY);
    const managerFor: FlannelFleetOptions['managerFor'] = (hosts, listener) =>
      options.manager === 'kube'
        ? new KubeSubnetManager({
            transport,
            backend: options.backend?.type ?? 'vxlan',
            hosts,
            podCidrOf: options.podCidrOf ?? (() => undefined),
            connect: (name) => ({
              up: link(`${name}/up`),
              down: link(`${name}/down`),
              server: this.server,
            }),
            listener,
          })
        : new EtcdSubnetManager({
            simulation,
            config,
            etcd: this.etcd as unknown as EtcdPort,
            hosts,
            reservations: options.reservations ?? new Map(),
            listener,
          });
    this.fleet = new FlannelFleet({
      simulation,
      backend: options.backend ?? { type: 'vxlan', directRouting: false },
      managerFor,
      onInstalled: (host) => note(`installed on ${host}`),
      monitor: {
        subnetProgrammed: (last) => note(`programmed everywhere in ${last} µs`),
        subnetRefused: (host, message) => note(`${host}: ${message}`),
      },
    });
  }

  /** Hosts that are up when the run begins. */
  adopt(...segments: readonly string[]): void {
    this.fleet.adopt(segments.map((segment, index) => this.host(index, segment)));
    this.fleet.start();
  }

  host(index: number, segment = 'rack'): FlannelHost {
    return { name: `node-${index}`, segment, delayUs: 1_000 };
  }

  run(untilUs: number): void {
    this.simulation.run(untilUs);
  }
}
