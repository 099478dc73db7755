// Subnets in etcd: a host lists them, picks a free one at random and creates its key, which a lease
// of 24 h holds; it renews that an hour before the end. A host that is gone keeps its subnet until
// its lease ends. A reservation is a host's for good.
// Requests are those of etcd's clients; what the keys hold is kept here, as the store knows no
// values but objects. A watch is told when the answer to the write has come.
// Left out: the subnet that a host remembers from before in subnet.env; a lease that is lost while
// its host is up.
// Source: flannel pkg/subnet/etcd (reference: nodes-controllers §5.2).
import { type Cidr, formatAddress } from '../../api/cidr.js';
import type { EtcdPort } from '../../client/etcd-client.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { flannelConstants as constants } from './constants.js';
import type { NetworkConfig } from './subnet-config.js';
import type { FlannelHost, LeaseListener, SubnetManager } from './subnet-manager.js';
import { SubnetPool } from './subnet-pool.js';

const prefix = '/coreos.com/network/subnets/';

export interface EtcdSubnetManagerOptions {
  readonly simulation: Simulation;
  readonly config: NetworkConfig;
  readonly etcd: EtcdPort;
  readonly hosts: readonly FlannelHost[];
  /** Subnets that belong to hosts by name. */
  readonly reservations: ReadonlyMap<string, Cidr>;
  readonly listener: LeaseListener;
}

interface Lease {
  /** While it is asked for, and afterwards. */
  subnet: Cidr | undefined;
  /** Of its key in etcd; 0: the key is not there. */
  revision: number;
  attempts: number;
  isHeld: boolean;
  isGone: boolean;
  endsUs: SimTime;
  renewal: EventHandle;
}

const noEvent = -1;

export class EtcdSubnetManager implements SubnetManager {
  readonly #options: EtcdSubnetManagerOptions;
  readonly #pool: SubnetPool;
  /** By host. */
  readonly #leases: Lease[] = [];
  readonly #listed: EventKind;
  readonly #granted: EventKind;
  readonly #written: EventKind;
  readonly #renewalDue: EventKind;
  readonly #expired: EventKind;
  readonly #picks: RandomStream;

  constructor(options: EtcdSubnetManagerOptions) {
    const { simulation, config, reservations } = options;
    this.#options = options;
    this.#pool = new SubnetPool(config);
    for (const subnet of reservations.values()) this.#pool.take(subnet);
    this.#picks = simulation.random.stream('flannel/initial-subnets');
    const define = (name: string, act: (host: number, ticket: number) => void): EventKind =>
      simulation.defineEvent(`flannel.${name}`, act);
    this.#listed = define('SubnetsListed', (host, ticket) => this.#onListed(host, ticket));
    this.#granted = define('LeaseGranted', (host, ticket) => this.#onGranted(host, ticket));
    this.#written = define('SubnetWritten', (host, ticket) => this.#onWritten(host, ticket));
    this.#renewalDue = define('LeaseRenewalDue', (host) => this.#grant(host));
    this.#expired = define('LeaseExpired', (host) => this.#onExpired(host));
  }

  start(): void {
    // A watch of etcd: nothing has to be asked for.
  }

  adopt(host: number): Cidr | undefined {
    const { simulation } = this.#options;
    const subnet = this.#reservationOf(host) ?? this.#pool.pick(this.#picks);
    if (subnet === undefined) return undefined;
    this.#pool.take(subnet);
    const lease = this.#leaseOf(host);
    lease.subnet = subnet;
    lease.isHeld = true;
    // It was acquired or renewed some time before the run.
    const periodUs = constants.leaseSeconds * 1_000_000 - constants.renewMarginUs;
    this.#renewAt(host, simulation.now + Math.round(this.#picks.uniform() * periodUs));
    return subnet;
  }

  acquire(host: number): void {
    this.#leaseOf(host).attempts = 0;
    this.#list(host);
  }

  forget(host: number): void {
    const { simulation } = this.#options;
    const lease = this.#leaseOf(host);
    lease.isGone = true;
    if (lease.renewal !== noEvent) simulation.cancel(lease.renewal);
    lease.renewal = noEvent;
    if (lease.isHeld && this.#reservationOf(host) === undefined) {
      simulation.at(Math.max(lease.endsUs, simulation.now), this.#expired, host);
    }
  }

  #list(host: number): void {
    const range = { prefix, startKey: '', limit: 0, revision: 0 };
    this.#options.etcd.range(range, this.#listed, host);
  }

  #onListed(host: number, ticket: number): void {
    const { etcd, simulation, hosts, listener } = this.#options;
    const { error } = etcd.result(ticket);
    if (error !== undefined) return this.#refuse(host, error);
    const lease = this.#leaseOf(host);
    const stream = simulation.random.stream(
      `flannel/${hosts[host]?.name}/subnet/${lease.attempts}`,
    );
    lease.subnet = this.#reservationOf(host) ?? this.#pool.pick(stream);
    if (lease.subnet === undefined) {
      return listener.refused(host, 'failed to acquire lease: out of subnets');
    }
    this.#grant(host);
  }

  /** Asks for the lease that is to hold the key. */
  #grant(host: number): void {
    const lease = this.#leaseOf(host);
    lease.renewal = noEvent;
    if (lease.isGone) return;
    this.#options.etcd.grantLease(constants.leaseSeconds, this.#granted, host);
  }

  #onGranted(host: number, ticket: number): void {
    const { etcd } = this.#options;
    const { error } = etcd.result(ticket);
    const { subnet, revision } = this.#leaseOf(host);
    if (error !== undefined || subnet === undefined) return this.#failed(host, String(error));
    const key = `${prefix}${formatAddress(subnet.first)}-${subnet.bits}`;
    etcd.putBytes(key, revision, constants.leaseBytes, this.#written, host);
  }

  #onWritten(host: number, ticket: number): void {
    const { etcd, simulation, listener } = this.#options;
    const result = etcd.result(ticket);
    const lease = this.#leaseOf(host);
    if (result.error !== undefined) return this.#failed(host, result.error);
    const { subnet } = lease;
    const isOwn = lease.isHeld || this.#reservationOf(host) !== undefined;
    if (subnet === undefined || !result.succeeded || (!isOwn && !this.#pool.take(subnet))) {
      return this.#raced(host);
    }
    lease.revision = result.revision;
    const periodUs = constants.leaseSeconds * 1_000_000 - constants.renewMarginUs;
    this.#renewAt(host, simulation.now + periodUs);
    if (lease.isHeld) return;
    lease.isHeld = true;
    listener.granted(host, subnet);
    listener.added(host, { dispatchedAtUs: simulation.now, spacingUs: 0 });
  }

  /** Another host was faster. */
  #raced(host: number): void {
    const lease = this.#leaseOf(host);
    if (++lease.attempts < constants.raceRetries) this.#list(host);
    else this.#refuse(host, 'failed to acquire lease: max retries reached');
  }

  /** A request of etcd has failed: what is held is renewed later, what is not is given up. */
  #failed(host: number, message: string): void {
    const { simulation } = this.#options;
    if (!this.#leaseOf(host).isHeld) return this.#refuse(host, message);
    this.#renewAt(host, simulation.now + constants.renewRetryUs, false);
  }

  #refuse(host: number, message: string): void {
    if (!this.#leaseOf(host).isGone) this.#options.listener.refused(host, message);
  }

  /** `isNew`: the lease has begun anew; it ends an hour after that time. */
  #renewAt(host: number, at: SimTime, isNew = true): void {
    const lease = this.#leaseOf(host);
    if (isNew) lease.endsUs = at + constants.renewMarginUs;
    lease.renewal = this.#options.simulation.at(at, this.#renewalDue, host);
  }

  #onExpired(host: number): void {
    const { simulation, listener } = this.#options;
    const { subnet } = this.#leaseOf(host);
    if (subnet === undefined) return;
    this.#pool.free(subnet);
    this.#leaseOf(host).isHeld = false;
    listener.removed(host, { dispatchedAtUs: simulation.now, spacingUs: 0 });
  }

  #reservationOf(host: number): Cidr | undefined {
    const { hosts, reservations } = this.#options;
    return reservations.get(hosts[host]?.name ?? '');
  }

  #leaseOf(host: number): Lease {
    let lease = this.#leases[host];
    if (lease === undefined) {
      lease = {
        subnet: undefined,
        revision: 0,
        attempts: 0,
        isHeld: false,
        isGone: false,
        endsUs: 0,
        renewal: noEvent,
      };
      this.#leases[host] = lease;
    }
    return lease;
  }
}
