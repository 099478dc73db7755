// What each sync of a proxy has to do, and how long it takes: everything or only what has changed,
// with or without reading the present rules first.
// Source: Kubernetes v1.36 pkg/proxy/iptables/proxier.go (reference: nodes-controllers §2.1, §2.4).
import type { SimTime } from '../../kernel/time.js';
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
  readonly #lastFullUs: SimTime[] = [];
  readonly #lastSaveUs: SimTime[] = [];
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
  #takesUs = 0;

  constructor(log: ChangeLog) {
    this.#log = log;
  }

  add(): void {
    this.#lastFullUs.push(Number.NEGATIVE_INFINITY);
    this.#lastSaveUs.push(Number.NEGATIVE_INFINITY);
  }

  /** Whether the sync that was last worked out writes everything. */
  get isFull(): boolean {
    return this.#work.isFull;
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
      this.#takesUs = Math.round(syncUs(settings.mode, work) * (settings.cpuFactor ?? 1));
    }
    return this.#takesUs;
  }
}
