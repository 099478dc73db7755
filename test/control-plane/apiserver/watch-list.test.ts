// Watches that begin with the current state (WatchList), bookmarks, the time limit of a watch.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../../src/client/api-client.js';
import type { ApiResponse } from '../../../src/client/api-request.js';
import { endsInitialEvents } from '../../../src/client/watch.js';
import { flowControlObjects } from '../../../src/cluster/bootstrap.js';
import { type RecordedWatch, TestControlPlane } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
let plane: TestControlPlane;
let client: ApiClient;

beforeEach(() => {
  plane = new TestControlPlane({ preload: [configMap('b'), configMap('a')] });
  client = plane.client();
});

function create(name: string): ApiResponse {
  const address = { resource: 'configmaps', namespace: 'default', name };
  return plane.request(client, { verb: 'create', ...address, body: configMap(name) });
}

const watchList = (resourceVersion?: number): RecordedWatch =>
  plane.watch({
    resource: 'configmaps',
    sendInitialEvents: true,
    allowWatchBookmarks: true,
    ...(resourceVersion !== undefined && { resourceVersion }),
  });

const bookmarks = ({ events }: RecordedWatch): number[] =>
  events.filter(({ event }) => event.type === 'BOOKMARK').map(({ event }) => event.revision);

describe('a watch that begins with everything', () => {
  test('gets what there is in order of names, the bookmark that ends it, then the changes', () => {
    const watch = watchList();
    plane.wait(SECOND);
    create('c');
    plane.wait(SECOND);
    expect(watch.lines).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK ', 'ADDED c']);
    const end = watch.events[2]?.event;
    expect(end && endsInitialEvents(end)).toBe(true);
    expect(end?.revision).toBe(3);
  });

  test('has everything that was written before it asked, though the cache lags', () => {
    plane.watch({ resource: 'configmaps', resourceVersion: 0, fleetMembers: 20_000 });
    plane.wait(SECOND);
    const { object } = create('c');
    const watch = watchList();
    plane.wait(SECOND);
    expect(watch.lines.slice(0, 4)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'BOOKMARK ']);
    expect(watch.events[3]?.event.revision).toBe(object?.metadata.resourceVersion);
  });

  test('waits for etcd to say that nothing is missing where nobody writes', () => {
    // The write of a pod raises the store's revision, which the cache of ConfigMaps cannot know.
    const body = { ...configMap('s'), kind: 'Secret' } as never;
    const address = { resource: 'secrets', namespace: 'default', name: 's' };
    const { object } = plane.request(client, { verb: 'create', ...address, body });
    const asked = plane.simulation.now;
    const watch = watchList();
    plane.wait(SECOND);
    const end = watch.events[2];
    expect(end?.event.revision).toBeGreaterThanOrEqual(object?.metadata.resourceVersion ?? 0);
    // The first who asks is answered at once, those who come after in steps of 100 ms.
    expect((end?.atUs ?? 0) - asked).toBeLessThan(5000);
  });

  test('waits for a revision that is yet to come, and is told after 3 s that it is too large', () => {
    const { object } = create('c');
    const version = object?.metadata.resourceVersion ?? 0;
    const [soon, never] = [version, version + 100].map((each) => watchList(each));
    plane.wait(2 * SECOND);
    expect(soon?.response?.code).toBe(200);
    expect(never?.response).toBeUndefined();
    plane.wait(60 * SECOND);
    expect(never?.response).toMatchObject({ code: 504, reason: 'Timeout' });
    expect(never?.response?.message).toContain('Too large resource version');
  });
});

describe('bookmarks', () => {
  test('come about once a minute to those who asked, as long as there is news', () => {
    const asked = plane.watch({
      resource: 'configmaps',
      resourceVersion: 3,
      allowWatchBookmarks: true,
    });
    const other = plane.watch({ resource: 'configmaps', resourceVersion: 3 });
    for (let i = 0; i < 20; i++) {
      create(`map-${i}`);
      plane.wait(10 * SECOND);
    }
    const times = asked.events.filter(({ event }) => event.type === 'BOOKMARK');
    expect(times.length).toBe(3);
    const gaps = times.slice(1).map(({ atUs }, i) => atUs - (times[i]?.atUs ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(60 * SECOND);
      expect(gap).toBeLessThan(62 * SECOND);
    }
    expect(bookmarks(other)).toEqual([]);
    // Each says how far the watch is: the change before it.
    for (const [i, { event }] of asked.events.entries()) {
      if (event.type !== 'BOOKMARK') continue;
      expect(event.revision).toBe(asked.events[i - 1]?.event.revision);
    }
  });

  test('cease when nothing has come since the last', () => {
    const watch = plane.watch({
      resource: 'configmaps',
      resourceVersion: 3,
      allowWatchBookmarks: true,
    });
    create('c');
    plane.simulation.run();
    expect(bookmarks(watch).length).toBeLessThanOrEqual(2);
  });
});

test('a watch with a limited time ends then; two seconds before it gets a bookmark', () => {
  const watch = plane.watch({
    resource: 'configmaps',
    resourceVersion: 3,
    allowWatchBookmarks: true,
    timeoutSeconds: 30,
  });
  create('c');
  plane.wait(29 * SECOND);
  expect(watch.lines).toEqual(['ADDED c', 'BOOKMARK ']);
  const [, bookmark] = watch.events;
  expect(bookmark?.atUs).toBeGreaterThan(28 * SECOND);
  expect(watch.response?.watch?.isEnded).toBe(false);
  plane.wait(2 * SECOND);
  expect(watch.response?.watch?.isEnded).toBe(true);
  create('d');
  plane.wait(SECOND);
  expect(watch.lines).toHaveLength(2);
});

describe('the seats of a watch', () => {
  const many = Array.from({ length: 2000 }, (_, i) => configMap(`map-${i}`));
  const seatsOf = (): number =>
    plane.server.flows?.levels.reduce((sum, level) => sum + level.seatsInUse, 0) ?? -1;

  beforeEach(() => {
    const preload = [...flowControlObjects(), ...many];
    plane = new TestControlPlane({ preload, cores: 1, enablePriorityAndFairness: true });
  });

  test('are taken until everything that it begins with is sent', () => {
    const watch = watchList();
    plane.wait(8000);
    expect(watch.response?.code).toBe(200);
    expect(watch.events.length).toBeLessThan(2000);
    expect(seatsOf()).toBeGreaterThan(0);
    plane.wait(SECOND);
    expect(watch.events.length).toBe(2001);
    expect(seatsOf()).toBe(0);
  });

  test('are given back when the server stops meanwhile, or the client closes the watch', () => {
    const watch = watchList();
    plane.wait(8000);
    watch.response?.watch?.close();
    expect(seatsOf()).toBe(0);
    watchList();
    plane.wait(8000);
    expect(seatsOf()).toBeGreaterThan(0);
    plane.server.stop('SIGKILL');
    expect(seatsOf()).toBe(0);
  });
});
