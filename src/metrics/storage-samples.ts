// What an apiserver's storage layer has counted, as metrics. A figure that never came about for a
// resource is left out, as a real server leaves it out.
import type { ApiServer } from '../control-plane/apiserver/apiserver.js';
import type { StorageStatistics } from '../control-plane/apiserver/storage-statistics.js';
import type { WatchCache } from '../control-plane/apiserver/watch-cache.js';
import type { SimTime } from '../kernel/time.js';
import type { WholeHistogram } from '../stats/whole-histogram.js';
import type { MetricFamily } from './metric-registry.js';
import type { MetricSample } from './run-result.js';
import { storageFamilies } from './storage-families.js';

const US = 1_000_000;

/** Collects the samples of one server. */
class Collector {
  readonly samples: MetricSample[] = [];
  readonly #instance: MetricSample['labels'];

  constructor(instance: MetricSample['labels']) {
    this.#instance = instance;
  }

  gauge(name: string, value: number, ...labels: readonly string[]): void {
    this.samples.push({ ...this.#head(name, labels), value });
  }

  counter(name: string, value: number, ...labels: readonly string[]): void {
    if (value > 0) this.gauge(name, value, ...labels);
  }

  histogram(name: string, of: WholeHistogram, unit: number, ...labels: readonly string[]): void {
    if (of.count > 0) this.samples.push({ ...this.#head(name, labels), ...of.report(unit) });
  }

  #head(family: string, values: readonly string[]) {
    const { name, help, type, labels } = storageFamilies.get(family) as MetricFamily;
    const own = labels.map((label, i) => [label, values[i] as string] as const);
    return { name, help, type, labels: [...this.#instance, ...own] };
  }
}

/** The metrics of an apiserver's storage as of now. */
export function storageSamples(
  server: ApiServer,
  isAlone: boolean,
  now: SimTime,
): readonly MetricSample[] {
  const collector = new Collector(isAlone ? [] : [['instance', server.name]]);
  const { storage } = server;
  collector.histogram('etcd_lease_object_counts', storage.leases.objectCounts, 1);
  for (const cache of storage.caches.values()) {
    const { resource } = cache.kind;
    const [group, version] = groupAndVersion(cache.kind.apiVersion);
    watchSamples(collector, cache.statistics, group, version, resource);
    listSamples(collector, cache.statistics, group, resource);
    if (cache.isCached) cacheSamples(collector, cache, group);
    for (const [operation, latencies] of storage.latencies.of(resource)) {
      collector.counter('etcd_requests_total', latencies.count, group, operation, resource);
      const name = 'etcd_request_duration_seconds';
      collector.histogram(name, latencies, US, group, operation, resource);
    }
    const objects = server.objectCount(now, resource);
    collector.gauge('apiserver_resource_objects', objects, group, resource);
    const qualified = group === '' ? resource : `${resource}.${group}`;
    collector.gauge('apiserver_storage_objects', objects, qualified);
  }
  return collector.samples.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function watchSamples(
  collector: Collector,
  statistics: StorageStatistics,
  group: string,
  version: string,
  resource: string,
): void {
  const { eventBytes, watchListUs, longRunning } = statistics;
  const kind = [group, resource, version] as const;
  collector.counter('apiserver_init_events_total', statistics.initEvents, group, resource);
  const terminated = statistics.terminatedWatchers;
  collector.counter('apiserver_terminated_watchers_total', terminated, group, resource);
  collector.counter('apiserver_watch_events_total', eventBytes.count, ...kind);
  collector.histogram('apiserver_watch_events_sizes', eventBytes, 1, ...kind);
  const received = statistics.storageEventsReceived;
  collector.counter('apiserver_storage_events_received_total', received, group, resource);
  for (const [scope, open] of longRunning) {
    const labels = ['apiserver', group, resource, scope, '', 'WATCH', version];
    collector.gauge('apiserver_longrunning_requests', open, ...labels);
  }
  for (const [scope, durations] of watchListUs) {
    const name = 'apiserver_watch_list_duration_seconds';
    collector.histogram(name, durations, US, group, resource, scope, version);
  }
}

function listSamples(
  collector: Collector,
  { cacheLists, storageLists }: StorageStatistics,
  group: string,
  resource: string,
): void {
  const name = 'apiserver_cache_list';
  if (cacheLists.lists > 0) {
    collector.gauge(`${name}_total`, cacheLists.lists, group, '', resource);
    const { fetchedObjects, returnedObjects } = cacheLists;
    collector.gauge(`${name}_fetched_objects_total`, fetchedObjects, group, '', resource);
    collector.gauge(`${name}_returned_objects_total`, returnedObjects, group, resource);
  }
  if (storageLists.lists === 0) return;
  const { lists, fetchedObjects, evaluatedObjects, returnedObjects } = storageLists;
  const stored = 'apiserver_storage_list';
  collector.gauge(`${stored}_total`, lists, group, resource);
  collector.gauge(`${stored}_fetched_objects_total`, fetchedObjects, group, resource);
  collector.gauge(`${stored}_evaluated_objects_total`, evaluatedObjects, group, resource);
  collector.gauge(`${stored}_returned_objects_total`, returnedObjects, group, resource);
}

function cacheSamples(collector: Collector, cache: WatchCache, group: string): void {
  const { statistics, log, revision } = cache;
  const kind = [group, cache.kind.resource] as const;
  const prefix = 'apiserver_watch_cache';
  const reads = `${prefix}_consistent_read_total`;
  collector.counter(reads, statistics.consistentReads, 'false', ...kind, 'true');
  collector.counter(reads, statistics.consistentReadFallbacks, 'true', ...kind, 'true');
  collector.counter(`${prefix}_events_dispatched_total`, statistics.eventsDispatched, ...kind);
  collector.counter(`${prefix}_events_received_total`, statistics.eventsReceived, ...kind);
  collector.counter(`${prefix}_initializations_total`, statistics.initializations, ...kind);
  collector.histogram(`${prefix}_read_wait_seconds`, statistics.readWaitUs, US, ...kind);
  collector.gauge(`${prefix}_resource_version`, revision, ...kind);
  collector.counter('etcd_bookmark_counts', statistics.etcdBookmarks, ...kind);
  collector.counter('etcd_bookmark_total', statistics.etcdBookmarks, ...kind);
  collector.gauge('watch_cache_capacity', log.capacity, ...kind);
  collector.counter('watch_cache_capacity_increase_total', log.capacityIncreases, ...kind);
  collector.counter('watch_cache_capacity_decrease_total', log.capacityDecreases, ...kind);
}

/** `apps/v1`: apps and v1; `v1`: no group. */
function groupAndVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
}
