// The kube-proxies of all nodes as one component. Each follows the same log of rule changes and has
// a bounded-frequency runner: a change starts a sync when the runner lets it; everything that has
// arrived by then is programmed together.
// What a proxy does follows from the log and from itself alone, so that its starts and ends need no
// events: they are worked out for all proxies together, in one go through their columns, whenever
// something depends on them. One event a fleet is planned for the time at which the slowest proxies
// can have come further at the earliest.
// Periodic syncs without a change are worked out when the next change comes.
// Left out: failing syncs, other users of the iptables lock.
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
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { NodeCpus } from '../node-cpus.js';
import { ChangeLog } from './change-log.js';
import type { ProxyPlace } from './endpoint-choice.js';
import { FollowedServices } from './followed-services.js';
import type { ProxyMonitor } from './proxy-monitor.js';
import type { ServiceHistory, ServiceVersion } from './service-history.js';
import { ServiceMap } from './service-map.js';
import { Silences } from './silences.js';
import { SlowestMember } from './slowest-member.js';
import { type ProxySettings, restPeriodUs, SyncPlans } from './sync-plan.js';
import { SyncRunners } from './sync-runner.js';

/** The node of a proxy. */
export interface ProxyNode extends ProxyPlace {
  /** Where they are not those of all. */
  readonly settings?: ProxySettings | undefined;
}

export interface KubeProxyFleetOptions {
  readonly simulation: Simulation;
  readonly nodes: readonly ProxyNode[];
  readonly spec: ProxySettings;
  /** From the apiserver to a node; drawn once a node. */
  readonly linkDelay: DistributionSpec;
  readonly observer: ClusterObserver;
  /** The CPU of the nodes, by the same index; absent: syncs have it for themselves. */
  readonly cpus?: NodeCpus;
  /** Who measures; told of a sample of the proxies. */
  readonly monitor?: ProxyMonitor | undefined;
  /** Told of every sync, in each proxy's own order, when its end has been worked out. */
  readonly onSynced?: (member: number, startUs: SimTime, endUs: SimTime) => void;
}

/** Proxies that are measured, evenly spread over all: what they do differs little. */
const MEASURED = 100;

/** Has nothing to do. */
const IDLE = Number.POSITIVE_INFINITY;
/** Its machine is off or gone; later than everything but IDLE. */
const GONE = Number.MAX_VALUE;
/** Hears of nothing; later than everything but those. */
const HELD = Number.MAX_VALUE / 2;
/** No event is planned. */
const NONE = -1;

/** All proxies, known by the index of their node. */
export class KubeProxyFleet {
  readonly #options: KubeProxyFleetOptions;
  readonly #delay: Distribution;
  readonly #map = new ServiceMap();
  readonly #log = new ChangeLog();
  readonly #runners = new SyncRunners();
  readonly #plans: SyncPlans;
  readonly #nodes: ProxyNode[] = [];
  readonly #followed = new FollowedServices();
  readonly #slowest = new SlowestMember();
  readonly #due: EventKind;
  #wake: EventHandle = NONE;
  /** The planned look is for the slowest proxies, and not for the last that is at work. */
  #isForSlowest = false;
  /** No proxy starts or ends a sync before. */
  #soonestUs: SimTime = IDLE;
  #idleCount = 0;
  #goneCount = 0;
  readonly #silences = new Silences();
  // Columns by proxy. `programmed`: entries of the log in its rules; `taken`: with the running
  // sync; `next`: when it starts or ends a sync; `started`: its running sync, negative without one.
  readonly #programmed: number[] = [];
  readonly #taken: number[] = [];
  readonly #nextUs: SimTime[] = [];
  readonly #startedUs: SimTime[] = [];
  readonly #delayUs: number[] = [];
  #syncs = 0;

  constructor(options: KubeProxyFleetOptions) {
    const { simulation } = options;
    this.#options = options;
    this.#plans = new SyncPlans(this.#log, options.cpus);
    this.#delay = distribution(options.linkDelay);
    this.#due = simulation.defineEvent('kube-proxy.RulesProgrammed', () => {
      this.#wake = NONE;
      this.#catchUp();
    });
    for (const node of options.nodes) this.addNode(node);
  }

  /** Proxies that are there. */
  get nodeCount(): number {
    return this.#programmed.length - this.#goneCount;
  }

  /**
   * Starts the proxy of one more node. It programs all that it finds, then follows; for what it
   * finds it holds nobody up.
   */
  addNode(node: ProxyNode): number {
    const { simulation } = this.#options;
    const member = this.#programmed.length;
    this.#delayUs.push(
      this.#delay.sample(simulation.random.stream(`kube-proxy/${node.name}/link`)),
    );
    this.#nodes.push(node);
    this.#runners.add();
    this.#plans.add();
    this.#followed.addProxy();
    this.#begin(member);
    return member;
  }

  /** Starts a proxy that was stopped, without rules: it programs all that it finds. O(proxies). */
  restart(member: number): void {
    if (this.#nextUs[member] !== GONE) return;
    this.#catchUp();
    this.#goneCount--;
    this.#runners.reset(member);
    this.#plans.reset(member);
    this.#begin(member);
  }

  #begin(member: number): void {
    const { end } = this.#log;
    this.#programmed[member] = end;
    this.#taken[member] = end;
    this.#startedUs[member] = -1;
    this.#slowest.add(end);
    this.#nextUs[member] =
      end === 0 ? IDLE : this.#nextSyncUs(member, this.#options.simulation.now);
    if (end > 0) this.#plan();
    else this.#idleCount++;
  }

  /** The machine of a proxy is off: nobody waits for its rules, which are lost. O(proxies). */
  stop(member: number): void {
    if (this.#nextUs[member] === GONE) return;
    this.#catchUp();
    const before = this.#slowest.least;
    if (this.#nextUs[member] === IDLE) this.#idleCount--;
    this.#nextUs[member] = GONE;
    this.#followed.programmed(member, this.#options.simulation.now, 0);
    this.#goneCount++;
    this.#slowest.remove(this.#programmed[member]!, this.#log.end);
    const { least } = this.#slowest;
    if (least > before) this.#moved(least);
    this.#plan();
  }

  /** A proxy is cut off, or not any more: what does not reach it meanwhile does so at the end. */
  setCutOff(member: number, isCutOff: boolean): void {
    const { now } = this.#options.simulation;
    this.#catchUp();
    if (isCutOff) this.#silences.begin(member, now);
    else this.#silences.end(member, now);
    const next = this.#nextUs[member]!;
    const isWaiting = next !== IDLE && next !== GONE && this.#startedUs[member]! < 0;
    if (isWaiting) this.#nextUs[member] = this.#nextSyncUs(member, now);
    this.#plan();
  }

  /** When a proxy hears of an entry. */
  #arrivesUs(index: number, member: number): SimTime {
    const arrivesUs = this.#log.reachesUs(index, member) + this.#delayUs[member]!;
    return this.#silences.isEmpty ? arrivesUs : this.#silences.heardUs(member, arrivesUs);
  }

  /** What the proxies list at their start, once, before the first event. */
  listed(objects: readonly KubernetesObject[], revision: number): void {
    const { now } = this.#options.simulation;
    for (const object of objects) {
      this.#map.apply(object, false);
      this.#followed.apply(object, false);
    }
    this.#log.appendBaseline(revision, now, this.#map);
    this.#followed.recordAll();
    this.#wakeIdle(now);
  }

  /** A change of a Service or an EndpointSlice, at its dispatch to the first proxy. O(proxies). */
  onFleetEvent(event: FleetWatchEvent): void {
    const { object, type } = event;
    const change = this.#map.apply(object, type === 'DELETED');
    const history = this.#followed.apply(object, type === 'DELETED');
    if (change === undefined) return this.#passOver(event.revision);
    this.#catchUp();
    this.#log.append(event, change, this.#map);
    history?.record(this.#log.end - 1);
    this.#wakeIdle(this.#options.simulation.now);
    // Without nodes there is nothing to program, so everything is.
    if (this.nodeCount === 0) this.#options.observer.endpointsProgrammed(event.revision);
  }

  settingsOf(member: number): ProxySettings {
    return this.#nodes[member]!.settings ?? this.#options.spec;
  }

  /** Service ports with rules, as they are listed and watched now. */
  get servicePorts(): number {
    return this.#map.servicePorts;
  }

  /** Keeps what the rules say about a Service, from now on; before the first list. */
  follow(key: string): ServiceHistory {
    return this.#followed.follow(key);
  }

  /** What a proxy had in its rules about a followed Service, at a time that is not forgotten. */
  rulesAt(history: ServiceHistory, member: number, time: SimTime): ServiceVersion | undefined {
    this.#catchUp();
    return this.#followed.versionAt(history, member, time);
  }

  /** Nobody asks for rules of times before that any more. */
  forgetBefore(time: SimTime): void {
    this.#followed.forgetBefore(time, this.#slowest.least);
  }

  /** Store revision up to which a proxy has programmed all changes; 0 before its first sync. */
  programmedRevision(member: number): number {
    this.#catchUp();
    if (this.#runners.lastEndUs(member) === Number.NEGATIVE_INFINITY) return 0;
    return this.#log.revisionOf((this.#programmed[member] as number) - 1);
  }

  /** Syncs that have ended, of all proxies. */
  get syncs(): number {
    this.#catchUp();
    return this.#syncs;
  }

  /** A change that no rule shows counts as programmed with the one before it. */
  #passOver(revision: number): void {
    this.#log.raise(revision);
    const { end } = this.#log;
    if (end > 0 && this.#slowest.least === end)
      this.#options.observer.endpointsProgrammed(revision);
  }

  /** Proxies that have nothing to do plan a sync for what is new. */
  #wakeIdle(now: SimTime): void {
    // Proxies that lag behind anyway are not kept longer by what is new.
    if (this.#idleCount === 0 && this.#isForSlowest && this.#wake !== NONE) return;
    const nextUs = this.#nextUs;
    for (let member = 0; this.#idleCount > 0; member++) {
      if (nextUs[member] !== IDLE) continue;
      nextUs[member] = this.#nextSyncUs(member, now);
      this.#idleCount--;
    }
    this.#plan();
  }

  /** When a proxy starts the sync that programs its next entry, or, at its start, what it lists. */
  #nextSyncUs(member: number, now: SimTime): SimTime {
    const next = this.#programmed[member]!;
    const arrivesUs =
      next < this.#log.end
        ? this.#arrivesUs(next, member)
        : this.#silences.heardUs(member, now + this.#delayUs[member]!);
    if (arrivesUs === IDLE) return HELD;
    const { runner = 'completion', minSyncPeriodUs } = this.settingsOf(member);
    this.#rest(member, Math.max(arrivesUs, now));
    return this.#runners.startUs(member, runner, minSyncPeriodUs, Math.max(arrivesUs, now));
  }

  /** Syncs that a proxy without changes has begun by then: one a period after the last. */
  #rest(member: number, until: SimTime): void {
    const settings = this.settingsOf(member);
    const periodUs = restPeriodUs(settings.mode);
    let at = this.#runners.lastEndUs(member) + periodUs;
    if (at === Number.NEGATIVE_INFINITY) return;
    const to = this.#programmed[member]!;
    for (; at <= until; at = this.#runners.lastEndUs(member) + periodUs) {
      const takesUs = this.#plans.begin(member, settings, to, to, at);
      this.#runners.started(member, settings.minSyncPeriodUs, at);
      this.#runners.ended(member, at + takesUs);
      this.#options.monitor?.worked(this.#nodes[member]!.name, this.#plans.cpuUs(member));
      this.#syncs++;
    }
  }

  /** Works out what all proxies have done up to now; tells when the slowest have come further. */
  #catchUp(): void {
    const { now } = this.#options.simulation;
    if (now < this.#soonestUs) return;
    const nextUs = this.#nextUs;
    const startedUs = this.#startedUs;
    const before = this.#slowest.least;
    for (let member = 0; member < nextUs.length; member++) {
      let next = nextUs[member]!;
      if (next > now) continue;
      while (next <= now) {
        next = startedUs[member]! < 0 ? this.#startSync(member, next) : this.#endSync(member, next);
      }
      nextUs[member] = next;
    }
    const { least } = this.#slowest;
    if (least > before) this.#moved(least);
    this.#plan();
  }

  /** The slowest proxies have come further. */
  #moved(least: number): void {
    this.#options.observer.endpointsProgrammed(this.#log.revisionOf(least - 1));
    this.#log.dropBefore(least - 1);
  }

  /**
   * Plans the next look: when the slowest proxies can all have come further at the earliest, or,
   * where all have programmed everything, when the last of them has nothing more to do.
   */
  #plan(): void {
    const { simulation } = this.#options;
    const { least } = this.#slowest;
    const isAnyBehind = least < this.#log.end;
    const nextUs = this.#nextUs;
    const programmed = this.#programmed;
    let at = -1;
    let soonestUs = IDLE;
    for (let member = 0; member < nextUs.length; member++) {
      const next = nextUs[member]!;
      if (next >= HELD) continue;
      if (next < soonestUs) soonestUs = next;
      if (next > at && (!isAnyBehind || programmed[member] === least)) at = next;
    }
    this.#soonestUs = soonestUs;
    this.#isForSlowest = isAnyBehind;
    if (at < 0) return;
    if (this.#wake === NONE) this.#wake = simulation.at(at, this.#due);
    else simulation.reschedule(this.#wake, at);
  }

  /** Returns when the sync ends. */
  #startSync(member: number, at: SimTime): SimTime {
    const log = this.#log;
    const from = this.#programmed[member]!;
    const { end } = log;
    let to = from;
    while (to < end && this.#arrivesUs(to, member) <= at) to++;
    this.#taken[member] = to;
    this.#startedUs[member] = at;
    const settings = this.settingsOf(member);
    this.#runners.started(member, settings.minSyncPeriodUs, at);
    return at + this.#plans.begin(member, settings, from, to, at);
  }

  /** Returns when the next sync starts. */
  #endSync(member: number, at: SimTime): SimTime {
    const from = this.#programmed[member]!;
    const to = this.#taken[member]!;
    this.#syncs++;
    this.#options.onSynced?.(member, this.#startedUs[member]!, at);
    if (this.#options.monitor !== undefined) this.#measure(this.#options.monitor, member, at);
    this.#programmed[member] = to;
    this.#runners.ended(member, at);
    this.#followed.programmed(member, at, to);
    this.#startedUs[member] = -1;
    this.#slowest.move(from, to);
    if (to < this.#log.end) return this.#nextSyncUs(member, at);
    this.#idleCount++;
    return IDLE;
  }

  /** A sync that ends. */
  #measure(monitor: ProxyMonitor, member: number, at: SimTime): void {
    monitor.worked(this.#nodes[member]!.name, this.#plans.cpuUs(member));
    const stride = Math.ceil(this.#programmed.length / MEASURED);
    if (member % stride !== 0) return;
    const from = this.#programmed[member]!;
    const to = this.#taken[member]!;
    const log = this.#log;
    monitor.synced(at - this.#startedUs[member]!, this.#plans.isFull(member), at);
    for (let index = from; index < to; index++) {
      const triggerUs = log.triggerUs(index);
      if (!Number.isNaN(triggerUs)) monitor.programmed(at - triggerUs);
    }
    const { mode } = this.settingsOf(member);
    if (to > 0) monitor.rulesCounted(mode, log.totalPorts(to - 1), log.totalEndpoints(to - 1));
  }
}
