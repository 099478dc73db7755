// The kube-proxies of all nodes as one component. Each follows the same log of rule changes and has
// a bounded-frequency runner: a change starts a sync, not before `minSyncPeriodUs` after the end of
// the last one; everything that has arrived by then is programmed together. A proxy has at most one
// pending event, and none while it has nothing to do.
// Left out: periodic syncs without a change, failing syncs, other users of the iptables lock.
// Source: Kubernetes v1.36 pkg/proxy/runner/bounded_frequency_runner.go (reference:
// nodes-controllers §2.2-2.6).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { FleetWatchEvent } from '../../client/watch.js';
import {
  type Distribution,
  type DistributionSpec,
  distribution,
} from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { ChangeLog } from './change-log.js';
import { kubeProxyConstants } from './constants.js';
import { ServiceMap } from './service-map.js';
import { SlowestMember } from './slowest-member.js';
import { type ProxyMode, syncUs } from './sync-cost.js';

export interface KubeProxyFleetOptions {
  readonly simulation: Simulation;
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  readonly spec: { readonly mode: ProxyMode; readonly minSyncPeriodUs: number };
  /** From the apiserver to a node; drawn once a node. */
  readonly linkDelay: DistributionSpec;
  readonly observer: ClusterObserver;
  /** Factor on the time of a sync; 1: the machines of the published figures. */
  readonly cpuFactor?: number;
}

/** All proxies, known by the index of their node. */
export class KubeProxyFleet {
  readonly #options: KubeProxyFleetOptions;
  readonly #delay: Distribution;
  readonly #map = new ServiceMap();
  readonly #log = new ChangeLog();
  readonly #slowest = new SlowestMember();
  readonly #syncStarted: EventKind;
  readonly #syncEnded: EventKind;
  // Columns by proxy. `programmed`: entries of the log in its rules; `taken`: with the running
  // sync.
  readonly #programmed: number[] = [];
  readonly #taken: number[] = [];
  readonly #delayUs: number[] = [];
  readonly #lastEndUs: SimTime[] = [];
  readonly #lastFullUs: SimTime[] = [];
  readonly #lastSaveUs: SimTime[] = [];
  #idle: number[] = [];
  readonly #work = {
    servicePorts: 0,
    endpoints: 0,
    changedPorts: 0,
    changedEndpoints: 0,
    changedEntries: 0,
    isFull: false,
    isSaved: false,
  };
  /** Syncs that have ended, of all proxies. */
  syncs = 0;

  constructor(options: KubeProxyFleetOptions) {
    const { simulation } = options;
    this.#options = options;
    this.#delay = distribution(options.linkDelay);
    this.#syncStarted = simulation.defineEvent('kube-proxy.SyncStarted', (member, _, now) =>
      this.#startSync(member, now),
    );
    this.#syncEnded = simulation.defineEvent('kube-proxy.SyncEnded', (member, _, now) =>
      this.#endSync(member, now),
    );
    for (const name of options.nodes) this.addNode(name);
  }

  get nodeCount(): number {
    return this.#programmed.length;
  }

  /**
   * Starts the proxy of one more node. It programs all that it finds, then follows; for what it
   * finds it holds nobody up.
   */
  addNode(name: string): number {
    const { simulation } = this.#options;
    const { end } = this.#log;
    const member = this.#programmed.length;
    this.#delayUs.push(this.#delay.sample(simulation.random.stream(`kube-proxy/${name}/link`)));
    this.#lastEndUs.push(Number.NEGATIVE_INFINITY);
    this.#lastFullUs.push(Number.NEGATIVE_INFINITY);
    this.#lastSaveUs.push(Number.NEGATIVE_INFINITY);
    this.#programmed.push(end);
    this.#taken.push(end);
    this.#slowest.add(end);
    if (end === 0) this.#idle.push(member);
    else simulation.after(this.#delayUs[member]!, this.#syncStarted, member);
    return member;
  }

  /** What the proxies list at their start, once, before the first event. */
  listed(objects: readonly KubernetesObject[], revision: number): void {
    const { now } = this.#options.simulation;
    for (const object of objects) this.#map.apply(object, false);
    this.#log.appendBaseline(revision, now, this.#map);
    this.#wakeIdle();
  }

  /** A change of a Service or an EndpointSlice, at its dispatch to the first proxy. */
  onFleetEvent(event: FleetWatchEvent): void {
    const change = this.#map.apply(event.object, event.type === 'DELETED');
    if (change === undefined) return this.#passOver(event.revision);
    this.#log.append(event, change, this.#map);
    this.#wakeIdle();
    // Without nodes there is nothing to program, so everything is.
    if (this.nodeCount === 0) this.#options.observer.endpointsProgrammed(event.revision);
  }

  /** Store revision up to which a proxy has programmed all changes; 0 before its first sync. */
  programmedRevision(member: number): number {
    if (this.#lastEndUs[member] === Number.NEGATIVE_INFINITY) return 0;
    return this.#log.revisionOf((this.#programmed[member] as number) - 1);
  }

  /** A change that no rule shows counts as programmed with the one before it. */
  #passOver(revision: number): void {
    this.#log.raise(revision);
    const { end } = this.#log;
    if (end > 0 && this.#slowest.least === end)
      this.#options.observer.endpointsProgrammed(revision);
  }

  #wakeIdle(): void {
    const members = this.#idle;
    this.#idle = [];
    for (const member of members) this.#planSync(member);
  }

  /** Plans the sync that programs the next entry. */
  #planSync(member: number): void {
    const { simulation, spec } = this.#options;
    const next = this.#programmed[member]!;
    const arrivesUs = this.#log.reachesUs(next, member) + this.#delayUs[member]!;
    const notBeforeUs = this.#lastEndUs[member]! + spec.minSyncPeriodUs;
    const at = Math.max(arrivesUs, notBeforeUs, simulation.now);
    simulation.at(at, this.#syncStarted, member);
  }

  #startSync(member: number, now: SimTime): void {
    const { simulation, spec, cpuFactor = 1 } = this.#options;
    const log = this.#log;
    const work = this.#work;
    const from = this.#programmed[member]!;
    const hasArrivedUs = now - this.#delayUs[member]!;
    let to = from;
    while (to < log.end && log.reachesUs(to, member) <= hasArrivedUs) to++;
    this.#taken[member] = to;
    log.summarise(from, to, work);
    work.servicePorts = log.totalPorts(to - 1);
    work.endpoints = log.totalEndpoints(to - 1);
    this.#chooseSync(member, now);
    const takesUs = Math.round(syncUs(spec.mode, work) * cpuFactor);
    simulation.at(now + takesUs, this.#syncEnded, member);
  }

  /** Whether this sync is a full one, and whether it reads the present rules first. */
  #chooseSync(member: number, now: SimTime): void {
    const { largeClusterEndpoints, fullSyncPeriodUs, syncPeriodUs } = kubeProxyConstants;
    const work = this.#work;
    const isLarge = work.endpoints > largeClusterEndpoints;
    const lastFullUs = this.#lastFullUs[member]!;
    const isFirst = lastFullUs === Number.NEGATIVE_INFINITY;
    work.isFull = isFirst || (!isLarge && now - lastFullUs >= fullSyncPeriodUs);
    work.isSaved = !isLarge || now - this.#lastSaveUs[member]! >= syncPeriodUs;
    if (work.isFull) this.#lastFullUs[member] = now;
    if (work.isFull || work.isSaved) this.#lastSaveUs[member] = now;
  }

  #endSync(member: number, now: SimTime): void {
    const from = this.#programmed[member]!;
    const to = this.#taken[member]!;
    this.syncs++;
    this.#programmed[member] = to;
    this.#lastEndUs[member] = now;
    if (this.#slowest.move(from, to)) this.#tell();
    if (to < this.#log.end) this.#planSync(member);
    else this.#idle.push(member);
  }

  /** The slowest proxy has come further. */
  #tell(): void {
    const { least } = this.#slowest;
    this.#options.observer.endpointsProgrammed(this.#log.revisionOf(least - 1));
    this.#log.dropBefore(least - 1);
  }
}
