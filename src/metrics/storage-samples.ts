// What an apiserver's storage layer has counted, as metrics. A figure that never came about for a
// resource is left out, as a real server leaves it out.
import { groupAndVersion, withGroup } from '../api/group.js';
import type { ApiServer } from '../control-plane/apiserver/apiserver.js';
import type { StorageStatistics } from '../control-plane/apiserver/storage-statistics.js';
import type { WatchCache } from '../control-plane/apiserver/watch-cache.js';
import type { SimTime } from '../kernel/time.js';
import { ascending } from '../stats/ascending.js';
import type { MetricSample } from './run-result.js';
import { SampleCollector } from './sample-collector.js';
import { storageFamilies } from './storage-families.js';

const US = 1_000_000;

/** The metrics of an apiserver's storage as of now. */
export function storageSamples(
  server: ApiServer,
  isAlone: boolean,
  now: SimTime,
): readonly MetricSample[] {
  const collector = new SampleCollector(
    storageFamilies,
    isAlone ? [] : [['instance', server.name]],
  );
  const { storage } = server;
  collector.filledHistogram('etcd_lease_object_counts', storage.leases.objectCounts.report());
  for (const cache of storage.caches.values()) {
    const { resource } = cache.kind;
    const [group, version] = groupAndVersion(cache.kind.apiVersion);
    watchSamples(collector, cache.statistics, group, version, resource);
    listSamples(collector, cache.statistics, group, resource);
    if (cache.isCached) cacheSamples(collector, cache, group);
    for (const [operation, latencies] of storage.latencies.of(resource)) {
      collector.positiveValue('etcd_requests_total', latencies.count, group, operation, resource);
      const name = 'etcd_request_duration_seconds';
      collector.filledHistogram(name, latencies.report(US), group, operation, resource);
    }
    const objects = server.objectCount(now, resource);
    collector.value('apiserver_resource_objects', objects, group, resource);
    const qualified = withGroup(resource, cache.kind.apiVersion);
    collector.value('apiserver_storage_objects', objects, qualified);
  }
  return collector.samples.toSorted((a, b) => ascending(a.name, b.name));
}

function watchSamples(
  collector: SampleCollector,
  statistics: StorageStatistics,
  group: string,
  version: string,
  resource: string,
): void {
  const { eventBytes, watchListUs, longRunning } = statistics;
  const kind = [group, resource, version] as const;
  collector.positiveValue('apiserver_init_events_total', statistics.initEvents, group, resource);
  const terminated = statistics.terminatedWatchers;
  collector.positiveValue('apiserver_terminated_watchers_total', terminated, group, resource);
  collector.positiveValue('apiserver_watch_events_total', eventBytes.count, ...kind);
  collector.filledHistogram('apiserver_watch_events_sizes', eventBytes.report(), ...kind);
  const received = statistics.storageEventsReceived;
  collector.positiveValue('apiserver_storage_events_received_total', received, group, resource);
  for (const [scope, open] of longRunning) {
    const labels = ['apiserver', group, resource, scope, '', 'WATCH', version];
    collector.value('apiserver_longrunning_requests', open, ...labels);
  }
  for (const [scope, durations] of watchListUs) {
    const name = 'apiserver_watch_list_duration_seconds';
    collector.filledHistogram(name, durations.report(US), group, resource, scope, version);
  }
}

function listSamples(
  collector: SampleCollector,
  { cacheLists, storageLists }: StorageStatistics,
  group: string,
  resource: string,
): void {
  const name = 'apiserver_cache_list';
  if (cacheLists.lists > 0) {
    collector.value(`${name}_total`, cacheLists.lists, group, '', resource);
    const { fetchedObjects, returnedObjects } = cacheLists;
    collector.value(`${name}_fetched_objects_total`, fetchedObjects, group, '', resource);
    collector.value(`${name}_returned_objects_total`, returnedObjects, group, resource);
  }
  if (storageLists.lists === 0) return;
  const { lists, fetchedObjects, evaluatedObjects, returnedObjects } = storageLists;
  const stored = 'apiserver_storage_list';
  collector.value(`${stored}_total`, lists, group, resource);
  collector.value(`${stored}_fetched_objects_total`, fetchedObjects, group, resource);
  collector.value(`${stored}_evaluated_objects_total`, evaluatedObjects, group, resource);
  collector.value(`${stored}_returned_objects_total`, returnedObjects, group, resource);
}

function cacheSamples(collector: SampleCollector, cache: WatchCache, group: string): void {
  const { statistics, log, revision } = cache;
  const kind = [group, cache.kind.resource] as const;
  const prefix = 'apiserver_watch_cache';
  const reads = `${prefix}_consistent_read_total`;
  collector.positiveValue(reads, statistics.consistentReads, 'false', ...kind, 'true');
  collector.positiveValue(reads, statistics.consistentReadFallbacks, 'true', ...kind, 'true');
  collector.positiveValue(
    `${prefix}_events_dispatched_total`,
    statistics.eventsDispatched,
    ...kind,
  );
  collector.positiveValue(`${prefix}_events_received_total`, statistics.eventsReceived, ...kind);
  collector.positiveValue(`${prefix}_initializations_total`, statistics.initializations, ...kind);
  collector.filledHistogram(
    `${prefix}_read_wait_seconds`,
    statistics.readWaitUs.report(US),
    ...kind,
  );
  collector.value(`${prefix}_resource_version`, revision, ...kind);
  collector.positiveValue('etcd_bookmark_counts', statistics.etcdBookmarks, ...kind);
  collector.positiveValue('etcd_bookmark_total', statistics.etcdBookmarks, ...kind);
  collector.value('watch_cache_capacity', log.capacity, ...kind);
  collector.positiveValue('watch_cache_capacity_increase_total', log.capacityIncreases, ...kind);
  collector.positiveValue('watch_cache_capacity_decrease_total', log.capacityDecreases, ...kind);
}
