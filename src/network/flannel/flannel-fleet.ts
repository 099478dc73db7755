// The flanneld of all hosts as one component. A new host starts it, gets a subnet from the subnet
// manager, writes it down for the CNI plugin and programs the way to all others; the others learn
// of it and program the way back. Until then packets between them are lost.
// Left out: the DaemonSet that brings flanneld to the hosts, its restarts but for want of a subnet,
// IPv6, the backends wireguard, ipip and those of clouds.
// Source: flannel main.go, pkg/backend (reference: nodes-controllers §5).
import { type Cidr, formatCidr } from '../../api/cidr.js';
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { type BackendPath, type BackendSpec, backendPath, programmingUs } from './backend.js';
import { flannelConstants as constants } from './constants.js';
import { type Dispatch, RouteTables } from './route-tables.js';
import type { FlannelHost, LeaseListener, SubnetManager } from './subnet-manager.js';

/** What the outside is told. */
export interface FlannelMonitor {
  /** All hosts that are up have programmed the subnet of a host. Durations from its publication. */
  subnetProgrammed(lastUs: number, meanUs: number): void;
  /** flanneld of a host has ended for want of a subnet. */
  subnetRefused(host: string, message: string): void;
}

export interface FlannelFleetOptions {
  readonly simulation: Simulation;
  readonly backend: BackendSpec;
  readonly managerFor: (hosts: readonly FlannelHost[], listener: LeaseListener) => SubnetManager;
  /** The CNI plugin lies on a host from now on. */
  readonly onInstalled: (host: number) => void;
  readonly monitor: FlannelMonitor | undefined;
}

/** No subnet; -1: one that was there when the run began. */
const none = -2;

/** All hosts, known by the index of their node. */
export class FlannelFleet implements LeaseListener {
  readonly #options: FlannelFleetOptions;
  readonly #manager: SubnetManager;
  readonly #tables: RouteTables;
  readonly #startDelay: Distribution;
  readonly #daemonStarted: EventKind;
  readonly #daemonRestarted: EventKind;
  readonly #programmed: EventKind;
  // Columns by host. `entry`: that which has told its subnet, see `none`.
  readonly #hosts: FlannelHost[] = [];
  readonly #subnets: (Cidr | undefined)[] = [];
  readonly #entries: number[] = [];
  readonly #isInstalled: boolean[] = [];
  readonly #isGone: boolean[] = [];
  readonly #backoffUs: number[] = [];
  /** Durations by entry, until all hosts have programmed it. */
  readonly #durations = new Map<number, { readonly lastUs: number; readonly meanUs: number }>();
  #subnetCount = 0;

  constructor(options: FlannelFleetOptions) {
    const { simulation, backend } = options;
    this.#options = options;
    this.#tables = new RouteTables(programmingUs(backend));
    this.#manager = options.managerFor(this.#hosts, this);
    const { daemonStartP50Us: p50, daemonStartP99Us: p99 } = constants;
    this.#startDelay = distribution({ kind: 'logNormal', p50, p99 });
    this.#daemonStarted = simulation.defineEvent('flannel.DaemonStarted', (host) =>
      this.#onStarted(host),
    );
    this.#daemonRestarted = simulation.defineEvent('flannel.DaemonRestarted', (host) => {
      if (this.#isGone[host] !== true) this.#manager.acquire(host);
    });
    this.#programmed = simulation.defineEvent('flannel.SubnetProgrammed', (entry) => {
      const { lastUs = 0, meanUs = 0 } = this.#durations.get(entry) ?? {};
      this.#durations.delete(entry);
      options.monitor?.subnetProgrammed(lastUs, meanUs);
    });
  }

  /** Hosts that are up when the run begins; they have reached each other for long. */
  adopt(hosts: readonly FlannelHost[]): void {
    for (const each of hosts) {
      const host = this.#add(each);
      this.#isInstalled[host] = true;
      const subnet = this.#manager.adopt(host);
      if (subnet === undefined) {
        this.#startDaemon(host);
        continue;
      }
      this.#subnets[host] = subnet;
      this.#entries[host] = -1;
      this.#subnetCount++;
      this.#tables.join(host, 0, this.#options.simulation.now);
    }
  }

  /** Begins to follow the subnets. */
  start(): void {
    this.#manager.start();
  }

  /** A host that has just registered: flanneld comes to it. */
  addHost(host: FlannelHost): void {
    this.#startDaemon(this.#add(host));
  }

  /** The machine is gone for good. */
  removeHost(host: number): void {
    this.#isGone[host] = true;
    this.#tables.leave(host);
    this.#manager.forget(host);
  }

  /** Whether the CNI plugin lies on a host. */
  isInstalled(host: number): boolean {
    return this.#isInstalled[host] === true;
  }

  /** The subnet of a host as its CNI plugin finds it; undefined: there is no subnet.env. */
  podCidr(host: number): string | undefined {
    const subnet = this.#subnets[host];
    return subnet === undefined ? undefined : formatCidr(subnet);
  }

  /** Hosts that have a subnet. */
  get subnetCount(): number {
    return this.#subnetCount;
  }

  /** How a packet gets from one host to another now; undefined: not at all. */
  path(from: number, to: number): BackendPath | undefined {
    const { backend, simulation } = this.#options;
    const { now } = simulation;
    const entry = this.#entries[to] ?? none;
    if (entry === none || !this.#tables.hasProgrammed(from, entry, now)) return undefined;
    const isSameSegment = this.#hosts[from]?.segment === this.#hosts[to]?.segment;
    return backendPath(backend, isSameSegment);
  }

  /** Pairs of hosts with subnets between which the backend knows no way. O(hosts). */
  get unreachablePairs(): number {
    if (backendPath(this.#options.backend, false) !== undefined) return 0;
    const sizes = new Map<string, number>();
    for (const [host, { segment }] of this.#hosts.entries()) {
      if (this.#entries[host] === none || this.#isGone[host] === true) continue;
      sizes.set(segment, (sizes.get(segment) ?? 0) + 1);
    }
    let [hosts, squares] = [0, 0];
    for (const size of sizes.values()) {
      hosts += size;
      squares += size * size;
    }
    return (hosts * hosts - squares) / 2;
  }

  granted(host: number, subnet: Cidr): void {
    if (this.#isGone[host] === true) return;
    this.#subnets[host] = subnet;
    this.#backoffUs[host] = 0;
    this.#tables.join(host, this.#subnetCount, this.#options.simulation.now);
  }

  refused(host: number, message: string): void {
    const { simulation, monitor } = this.#options;
    if (this.#isGone[host] === true) return;
    monitor?.subnetRefused(this.#hosts[host]?.name ?? '', message);
    const { restartBackoffUs, restartBackoffMaxUs } = constants;
    const before = this.#backoffUs[host] as number;
    const afterUs = Math.min(restartBackoffMaxUs, before === 0 ? restartBackoffUs : 2 * before);
    this.#backoffUs[host] = afterUs;
    simulation.after(afterUs, this.#daemonRestarted, host);
  }

  added(host: number, dispatch: Dispatch): void {
    this.#entries[host] = this.#tables.end;
    this.#subnetCount++;
    this.#tell(dispatch);
  }

  removed(host: number, dispatch: Dispatch): void {
    if (this.#entries[host] === none) return;
    this.#entries[host] = none;
    this.#subnetCount--;
    this.#tell(dispatch);
  }

  /** Something about a subnet goes to all hosts. */
  #tell(dispatch: Dispatch): void {
    const { simulation } = this.#options;
    const entry = this.#tables.end;
    const { lastUs, meanUs } = this.#tables.append(dispatch);
    const { dispatchedAtUs } = dispatch;
    this.#durations.set(entry, {
      lastUs: lastUs - dispatchedAtUs,
      meanUs: meanUs - dispatchedAtUs,
    });
    simulation.at(Math.max(lastUs, simulation.now), this.#programmed, entry);
  }

  #add(host: FlannelHost): number {
    this.#tables.add(host.delayUs);
    this.#subnets.push(undefined);
    this.#entries.push(none);
    this.#isInstalled.push(false);
    this.#isGone.push(false);
    this.#backoffUs.push(0);
    return this.#hosts.push(host) - 1;
  }

  #startDaemon(host: number): void {
    const { simulation } = this.#options;
    const stream = simulation.random.stream(`flannel/${this.#hosts[host]?.name}/start`);
    simulation.after(this.#startDelay.sample(stream), this.#daemonStarted, host);
  }

  #onStarted(host: number): void {
    if (this.#isGone[host] === true) return;
    if (this.#isInstalled[host] !== true) {
      this.#isInstalled[host] = true;
      this.#options.onInstalled(host);
    }
    this.#manager.acquire(host);
  }
}
