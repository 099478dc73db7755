// What the rules say about one Service, by entry of the log of changes: proxies that lag behind are
// at an earlier version than others. Kept only for Services that somebody connects to.
import type { Endpoint, EndpointSlice } from '../../api/endpoint-slice.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Service } from '../../api/service.js';
import {
  dependsOnNode,
  type ProxyPlace,
  type TrafficOrigin,
  usedEndpoints,
} from './endpoint-choice.js';
import { rulePorts } from './service-map.js';

/** A Service as the rules have it from one entry of the log on. */
export class ServiceVersion {
  /** Number of the entry that brought it. */
  readonly entry: number;
  /** Undefined: the Service has no rules. */
  readonly service: Service | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly #used = new Map<string, readonly Endpoint[]>();

  constructor(entry: number, service: Service | undefined, endpoints: readonly Endpoint[]) {
    this.entry = entry;
    this.service = service;
    this.endpoints = endpoints;
  }

  /** What a node uses; empty without rules. O(endpoints) at the first call of alike nodes. */
  usedBy(place: ProxyPlace, origin: TrafficOrigin): readonly Endpoint[] {
    const { service, endpoints } = this;
    if (service === undefined) return [];
    const isOwn = dependsOnNode(service, endpoints, origin);
    const key = isOwn ? `${origin} ${place.name}` : origin;
    let used = this.#used.get(key);
    if (used === undefined) {
      used = usedEndpoints(service, endpoints, place, origin);
      this.#used.set(key, used);
    }
    return used;
  }
}

/** Versions of one Service. */
export class ServiceHistory {
  #service: Service | undefined;
  /** By name. */
  readonly #slices = new Map<string, readonly Endpoint[]>();
  #versions: ServiceVersion[] = [];

  /** Takes the Service or one of its slices. */
  apply(object: KubernetesObject, isDeleted: boolean): void {
    if (object.kind === 'Service') {
      this.#service = isDeleted || rulePorts(object) === 0 ? undefined : object;
      return;
    }
    const { metadata, endpoints } = object as EndpointSlice;
    if (isDeleted) this.#slices.delete(metadata.name);
    else this.#slices.set(metadata.name, endpoints);
  }

  /** From that entry of the log on the rules are as they are now. O(endpoints). */
  record(entry: number): void {
    const endpoints = [...this.#slices.values()].flat();
    this.#versions.push(new ServiceVersion(entry, this.#service, endpoints));
  }

  /** What a proxy has that has programmed so many entries; undefined: nothing yet. O(log). */
  versionAt(entries: number): ServiceVersion | undefined {
    let low = 0;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#versions[middle] as ServiceVersion).entry < entries) low = middle + 1;
      else high = middle;
    }
    return this.#versions[low - 1];
  }

  /** No proxy has programmed fewer entries any more. */
  dropBefore(entries: number): void {
    const current = this.versionAt(entries);
    if (current === undefined) return;
    const index = this.#versions.indexOf(current);
    if (index > 64) this.#versions = this.#versions.slice(index);
  }
}
