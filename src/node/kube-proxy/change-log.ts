// All changes of rules in the order of their revisions, kept once for all proxies: each proxy is a
// place in this log. What a sync of any range of it has to write is found from the entries alone.
// The head of the log is dropped when every proxy has passed it.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { parseTimestamp } from '../../api/timestamp.js';
import type { FleetWatchEvent } from '../../client/watch.js';
import type { SimTime } from '../../kernel/time.js';
import type { RuleChange, ServiceMap } from './service-map.js';

/** What a range of the log changes; services that change several times count once. */
export interface RangeSummary {
  changedPorts: number;
  changedEndpoints: number;
  changedEntries: number;
}

const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

/** What the controller of a slice has noted; NaN without it. */
function triggerOf({ metadata }: KubernetesObject): SimTime {
  const text = metadata.annotations?.[LAST_CHANGE];
  return (text === undefined ? undefined : parseTimestamp(text)) ?? Number.NaN;
}

/** Entries are numbered from 0; columns hold those from `start` on. */
export class ChangeLog {
  start = 0;
  #revisions: number[] = [];
  #dispatchedUs: SimTime[] = [];
  #spacingUs: number[] = [];
  #ports: number[] = [];
  #endpoints: number[] = [];
  #entries: number[] = [];
  /** The next entry of the same service, Infinity while there is none. */
  #nextSame: number[] = [];
  #totalPorts: number[] = [];
  #totalEndpoints: number[] = [];
  /** When what led to the change happened, NaN where nobody said. */
  #triggersUs: SimTime[] = [];
  /** Latest entry by service. */
  readonly #latest: number[] = [];

  /** Number of the next entry. */
  get end(): number {
    return this.start + this.#revisions.length;
  }

  append(event: FleetWatchEvent, change: RuleChange, map: ServiceMap): void {
    const index = this.end;
    const before = this.#latest[change.service];
    if (before !== undefined && before >= this.start) this.#nextSame[before - this.start] = index;
    this.#latest[change.service] = index;
    this.#add(event, change, map, triggerOf(event.object));
  }

  /** The state that proxies begin with. */
  appendBaseline(revision: number, now: SimTime, map: ServiceMap): void {
    const event = { revision, dispatchedAtUs: now, spacingUs: 0 };
    this.#add(event, { ports: 0, endpoints: 0, entries: 0 }, map, Number.NaN);
  }

  /** A change without rules has happened: the newest entry stands for its revision too. */
  raise(revision: number): void {
    if (this.#revisions.length > 0) this.#revisions[this.#revisions.length - 1] = revision;
  }

  revisionOf(index: number): number {
    return this.#revisions[index - this.start] as number;
  }

  /** When an entry reaches a proxy, before its link. */
  reachesUs(index: number, member: number): SimTime {
    const place = index - this.start;
    return (this.#dispatchedUs[place] as number) + Math.round(member * this.#spacingUs[place]!);
  }

  totalPorts(index: number): number {
    return this.#totalPorts[index - this.start] as number;
  }

  totalEndpoints(index: number): number {
    return this.#totalEndpoints[index - this.start] as number;
  }

  /** When what led to a change happened, to the second; NaN where nobody said. */
  triggerUs(index: number): SimTime {
    return this.#triggersUs[index - this.start] as number;
  }

  /** Sums up the entries from `from` to before `to` into `summary`. O(entries). */
  summarise(from: number, to: number, summary: RangeSummary): void {
    summary.changedPorts = 0;
    summary.changedEndpoints = 0;
    summary.changedEntries = 0;
    for (let place = from - this.start; place < to - this.start; place++) {
      summary.changedEntries += this.#entries[place]!;
      if (this.#nextSame[place]! < to) continue; // a later entry has its service's state
      summary.changedPorts += this.#ports[place]!;
      summary.changedEndpoints += this.#endpoints[place]!;
    }
  }

  /** Forgets the entries before `index`, once that frees half of the columns. */
  dropBefore(index: number): void {
    const count = index - this.start;
    if (count < 1024 || count * 2 < this.#revisions.length) return;
    this.start = index;
    this.#revisions = this.#revisions.slice(count);
    this.#dispatchedUs = this.#dispatchedUs.slice(count);
    this.#spacingUs = this.#spacingUs.slice(count);
    this.#ports = this.#ports.slice(count);
    this.#endpoints = this.#endpoints.slice(count);
    this.#entries = this.#entries.slice(count);
    this.#nextSame = this.#nextSame.slice(count);
    this.#totalPorts = this.#totalPorts.slice(count);
    this.#totalEndpoints = this.#totalEndpoints.slice(count);
    this.#triggersUs = this.#triggersUs.slice(count);
  }

  #add(
    event: Pick<FleetWatchEvent, 'revision' | 'dispatchedAtUs' | 'spacingUs'>,
    change: Omit<RuleChange, 'service'>,
    map: ServiceMap,
    triggerUs: SimTime,
  ): void {
    this.#revisions.push(event.revision);
    this.#dispatchedUs.push(event.dispatchedAtUs);
    this.#spacingUs.push(event.spacingUs);
    this.#ports.push(change.ports);
    this.#endpoints.push(change.endpoints);
    this.#entries.push(change.entries);
    this.#nextSame.push(Number.POSITIVE_INFINITY);
    this.#totalPorts.push(map.servicePorts);
    this.#totalEndpoints.push(map.endpoints);
    this.#triggersUs.push(triggerUs);
  }
}
