// What each sync of a proxy has to do, and how long it takes: everything or only what has changed,
// with or without reading the present rules first. On a node whose CPU is used up it takes as many
// times as long as the share of a core that it would have had all along is small.
// Left out: changes of that share during a sync, what a sync takes from others.
// Source: Kubernetes v1.36 pkg/proxy/iptables/proxier.go (reference: nodes-controllers §2.1, §2.4).
import type { SimTime } from '../../kernel/time.js';
import type { NodeCpus } from '../node-cpus.js';
import type { ChangeLog } from './change-log.js';
import { kubeProxyConstants } from './constants.js';
import { type ProxyMode, syncUs } from './sync-cost.js';
import type { RunnerKind } from './sync-runner.js';

/** How a proxy works. */
export interface ProxySettings {
  readonly mode: ProxyMode;
  readonly minSyncPeriodUs: number;
  /** `completion` when absent. */
  readonly runner?: RunnerKind;
  /** Every sync writes everything, as up to 1.26. */
  readonly writesAll?: boolean;
  /**
   * A sync writes everything when so long none has, however many endpoints there are. Absent: after
   * an hour, in iptables mode only while there are few, as since 1.34.
   */
  readonly fullSyncPeriodUs?: number;
  /** Factor on the time of a sync; 1, as when absent: the machines of the published figures. */
  readonly cpuFactor?: number;
}

/** After so long without a change a proxy syncs all the same. */
export function restPeriodUs(mode: ProxyMode): number {
  const { syncPeriodUs, fullSyncPeriodUs } = kubeProxyConstants;
  return mode === 'ipvs' || mode === 'userspace' ? syncPeriodUs : fullSyncPeriodUs;
}

/** The syncs of all proxies, by index. */
export class SyncPlans {
  readonly #log: ChangeLog;
  readonly #cpus: NodeCpus | undefined;
  readonly #lastFullUs: SimTime[] = [];
  readonly #lastSaveUs: SimTime[] = [];
  readonly #isFull: boolean[] = [];
  readonly #cpuUs: number[] = [];
  /** Of the sync that was last worked out. Most proxies do the same one after the other. */
  readonly #work = {
    from: -1,
    to: -1,
    servicePorts: 0,
    endpoints: 0,
    changedPorts: 0,
    changedEndpoints: 0,
    changedEntries: 0,
    isFull: false,
    isSaved: false,
  };
  #settings: ProxySettings | undefined;
  #workUs = 0;

  /** `cpus`: of the nodes, by the same index; absent: syncs have them for themselves. */
  constructor(log: ChangeLog, cpus?: NodeCpus) {
    this.#log = log;
    this.#cpus = cpus;
  }

  add(): void {
    this.#lastFullUs.push(Number.NEGATIVE_INFINITY);
    this.#lastSaveUs.push(Number.NEGATIVE_INFINITY);
    this.#isFull.push(false);
    this.#cpuUs.push(0);
  }

  /** The rules of a proxy are lost: its next sync writes everything. */
  reset(member: number): void {
    this.#lastFullUs[member] = Number.NEGATIVE_INFINITY;
    this.#lastSaveUs[member] = Number.NEGATIVE_INFINITY;
  }

  /** Whether the latest sync of a proxy writes everything. */
  isFull(member: number): boolean {
    return this.#isFull[member]!;
  }

  /** CPU time of the latest sync of a proxy, whole µs. */
  cpuUs(member: number): number {
    return this.#cpuUs[member]!;
  }

  /** How long the sync of the entries from `from` to before `to` takes, which begins now, µs. */
  begin(member: number, settings: ProxySettings, from: number, to: number, at: SimTime): number {
    const { largeClusterEndpoints, fullSyncPeriodUs, syncPeriodUs } = kubeProxyConstants;
    const work = this.#work;
    const isOther = work.from !== from || work.to !== to;
    if (isOther) {
      this.#log.summarise(from, to, work);
      work.from = from;
      work.to = to;
      work.servicePorts = this.#log.totalPorts(to - 1);
      work.endpoints = this.#log.totalEndpoints(to - 1);
    }
    const isLarge = work.endpoints > largeClusterEndpoints;
    const lastFullUs = this.#lastFullUs[member]!;
    const isFirst = lastFullUs === Number.NEGATIVE_INFINITY;
    const isSpared = settings.fullSyncPeriodUs === undefined && settings.mode === 'iptables';
    const sinceFullUs = at - lastFullUs;
    const isDue =
      sinceFullUs >= (settings.fullSyncPeriodUs ?? fullSyncPeriodUs) && !(isSpared && isLarge);
    const isFull = isFirst || isDue || settings.writesAll === true;
    const isSaved = !isLarge || at - this.#lastSaveUs[member]! >= syncPeriodUs;
    if (isFull) this.#lastFullUs[member] = at;
    if (isFull || isSaved) this.#lastSaveUs[member] = at;
    const isSame = work.isFull === isFull && work.isSaved === isSaved;
    if (isOther || !isSame || settings !== this.#settings) {
      work.isFull = isFull;
      work.isSaved = isSaved;
      this.#settings = settings;
      this.#workUs = Math.round(syncUs(settings.mode, work) * (settings.cpuFactor ?? 1));
    }
    this.#isFull[member] = isFull;
    this.#cpuUs[member] = this.#workUs;
    return Math.round(this.#workUs / (this.#cpus?.proxyShareAt(member, at) ?? 1));
  }
}
