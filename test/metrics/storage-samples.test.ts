// The metrics of an apiserver's storage beside those of a recorded kube-apiserver, and that they
// count what happened.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Informer } from '../../src/client/informer.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { storageFamilies } from '../../src/metrics/storage-families.js';
import { storageSamples } from '../../src/metrics/storage-samples.js';
import { TestControlPlane } from '../support/control-plane.js';
import { configMap } from '../support/objects.js';

interface Family {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const file = new URL('../golden/storage-metric-families.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly Family[];

/** Encryption at rest is not modelled; the size of the database is told by etcd's own metrics. */
const leftOut: ReadonlySet<string> = new Set([
  'apiserver_resource_size_estimate_bytes',
  'apiserver_storage_data_key_generation_duration_seconds',
  'apiserver_storage_data_key_generation_failures_total',
  'apiserver_storage_db_total_size_in_bytes',
  'apiserver_storage_envelope_transformation_cache_misses_total',
  'apiserver_storage_size_bytes',
]);

/** Two informers, ten creations, a list by parts, an Event; then a minute. */
function used(): readonly MetricSample[] {
  const plane = new TestControlPlane({ preload: [configMap('old')] });
  const client = plane.client();
  const { simulation, server } = plane;
  for (const usesWatchList of [true, false]) {
    const name = `informer-${usesWatchList}`;
    const resource = 'configmaps';
    new Informer(simulation, { name, resource, client: plane.client(), usesWatchList }).start();
  }
  plane.wait(1_000_000);
  const where = { resource: 'configmaps', namespace: 'default' } as const;
  for (let i = 0; i < 10; i++) {
    const name = `map-${i}`;
    plane.request(client, { verb: 'create', ...where, name, body: configMap(name) });
  }
  plane.wait(1_000_000);
  plane.request(client, { verb: 'list', ...where, name: '', limit: 4 });
  plane.request(client, { verb: 'list', resource: 'events', namespace: '', name: '' });
  const body = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' } };
  const event = { resource: 'events', namespace: 'default', name: 'e', body: body as never };
  plane.request(client, { verb: 'create', ...event });
  plane.wait(120_000_000);
  plane.request(client, { verb: 'create', ...event, name: 'f', body: twin(body) });
  return storageSamples(server, true, simulation.now);
}

const twin = (body: { metadata: object }) =>
  ({ ...body, metadata: { ...body.metadata, name: 'f' } }) as never;

const samples = used();

/** The value with these labels. */
function figure(name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const found = samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) =>
        sample.labels.some(([label, text]) => label === key && text === value),
      ),
  );
  return found === undefined ? undefined : 'value' in found ? found.value : found.count;
}

describe('a family that a recorded kube-apiserver shows', () => {
  test.each(recorded.filter(({ name }) => !leftOut.has(name)))('$name', (family) => {
    const own = storageFamilies.get(family.name);
    expect(own?.type).toBe(family.type);
    expect(own?.labels).toEqual(family.labels);
    const sample = samples.find(({ name }) => name === family.name);
    if (sample === undefined || !('buckets' in sample)) return;
    expect(sample.buckets.map(([bound]) => bound)).toEqual(family.buckets);
  });
});

test('every histogram has its recorded buckets put to the test', () => {
  const histograms = recorded.filter(
    ({ name, type }) => type === 'histogram' && !leftOut.has(name),
  );
  const told = new Set(samples.map(({ name }) => name));
  expect(histograms.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
});

describe('the counts', () => {
  const maps = { group: '', resource: 'configmaps' };

  test('of the watch cache are those of its events: two steps of dispatch each', () => {
    expect(figure('apiserver_watch_cache_events_received_total', maps)).toBe(10);
    const dispatched = figure('apiserver_watch_cache_events_dispatched_total', maps) ?? 0;
    const progress = figure('etcd_bookmark_total', maps) ?? 0;
    expect(dispatched).toBe(20 + progress);
    expect(figure('watch_cache_capacity', maps)).toBe(100);
    expect(figure('apiserver_watch_cache_initializations_total', maps)).toBe(1);
  });

  test('of watches are what was sent to both watchers, and with what one of them began', () => {
    // Ten changes each, the object that was there with the bookmark behind it, later bookmarks.
    const bookmarks = (figure('apiserver_watch_events_total', maps) ?? 0) - 20 - 2;
    expect(bookmarks).toBeGreaterThanOrEqual(2);
    expect(bookmarks).toBeLessThanOrEqual(6);
    expect(figure('apiserver_init_events_total', maps)).toBe(1);
    const open = { ...maps, verb: 'WATCH', scope: 'cluster', component: 'apiserver' };
    expect(figure('apiserver_longrunning_requests', open)).toBe(2);
    expect(figure('apiserver_watch_list_duration_seconds', maps)).toBe(1);
  });

  test('of lists tell the cache’s from etcd’s', () => {
    const read = { ...maps, fallback: 'false', success: 'true' };
    expect(figure('apiserver_watch_cache_consistent_read_total', read)).toBe(1);
    expect(figure('apiserver_cache_list_total', maps)).toBe(2);
    expect(figure('apiserver_cache_list_returned_objects_total', maps)).toBe(5);
    expect(figure('apiserver_storage_list_total', { resource: 'events' })).toBe(1);
  });

  test('of requests to etcd are by operation and resource', () => {
    expect(figure('etcd_requests_total', { ...maps, operation: 'create' })).toBe(10);
    expect(figure('etcd_requests_total', { resource: 'events', operation: 'list' })).toBe(1);
    expect(figure('etcd_lease_object_counts', {})).toBe(1);
    expect(figure('apiserver_storage_objects', { resource: 'configmaps' })).toBe(11);
  });
});
