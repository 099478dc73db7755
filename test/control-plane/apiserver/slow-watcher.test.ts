// A watcher that reads too slowly: how much is kept for it, how long others wait for it, its end.
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/api/config-map.js';
import { WatchHistory } from '../../../src/checkers/watch-history.js';
import { ApiClient } from '../../../src/client/api-client.js';
import { Informer } from '../../../src/client/informer.js';
import { ObserverGroup } from '../../../src/client/observer.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import { CommitLog, TestControlPlane } from '../../support/control-plane.js';

const SECOND = 1_000_000;
/** Bytes of each object, so that few fill what a connection holds. */
const BYTES = 100_000;

/** A server with a watcher on a line of `bytesPerSecond` and one on a fast one. */
function site(bytesPerSecond: number) {
  const log = new CommitLog();
  const clock = new Simulation('clock');
  const checker = new WatchHistory(clock);
  const plane = new TestControlPlane({ observer: new ObserverGroup([log, checker]) });
  log.simulation = plane.simulation;
  const informer = (name: string, speed: number): Informer<ConfigMap> => {
    const { simulation, transport, server } = plane;
    const constant = distribution({ kind: 'constant', value: 100 });
    const up = new Link(simulation, `${name}/up`, constant, 1.25e9);
    const down = new Link(simulation, `${name}/down`, constant, speed);
    const client = new ApiClient(transport, { name, user: name, connection: { up, down, server } });
    const made = new Informer<ConfigMap>(simulation, { name, resource: 'configmaps', client });
    made.start();
    return made;
  };
  const slow = informer('slow', bytesPerSecond);
  const fast = informer('fast', 1.25e9);
  const writer = plane.client();
  const write = (i: number): void => {
    const name = `map-${i % 50}`;
    const body: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { text: 'x'.repeat(BYTES), i: String(i) },
    };
    const address = { resource: 'configmaps', namespace: 'default', name };
    writer.send({ verb: i < 50 ? 'create' : 'update', ...address, body }, () => {});
  };
  return { plane, slow, fast, write, checker };
}

/** 100 writes a second for so long, then a rest. */
function busy({ plane, write }: ReturnType<typeof site>, count: number, restUs: number): void {
  plane.wait(SECOND);
  for (let i = 0; i < count; i++) {
    write(i);
    plane.wait(SECOND / 100);
  }
  plane.wait(restUs);
}

const statisticsOf = ({ plane }: ReturnType<typeof site>) =>
  plane.server.storage.cacheOf('configmaps').statistics;

describe('a watcher that reads 10 KB a second of 10 MB', () => {
  const slowSite = site(10_000);
  const arrivals: number[] = [];
  slowSite.fast.addHandler({ updated: () => arrivals.push(slowSite.plane.simulation.now) });
  busy(slowSite, 400, 60 * SECOND);

  test('is ended once what its connection holds and its channels are full', () => {
    expect(statisticsOf(slowSite).terminatedWatchers).toBeGreaterThan(0);
  });

  test('makes others wait 100 ms at most, each time', () => {
    const gaps = arrivals.slice(1).map((at, i) => at - (arrivals[i] as number));
    expect(arrivals.length).toBe(350);
    expect(Math.max(...gaps)).toBeLessThan(125_000);
    expect(Math.max(...gaps)).toBeGreaterThan(30_000);
  });

  test('loses nothing: what it reads in the end is all there is', () => {
    expect(slowSite.checker.violations).toEqual([]);
    expect(slowSite.fast.store.size).toBe(50);
  });
});

test('a watcher that keeps up is never ended', () => {
  const fastEnough = site(20_000_000);
  busy(fastEnough, 200, 20 * SECOND);
  expect(statisticsOf(fastEnough).terminatedWatchers).toBe(0);
  expect(fastEnough.slow.store.size).toBe(50);
  expect([...fastEnough.slow.store.values()]).toEqual([...fastEnough.fast.store.values()]);
  expect(fastEnough.checker.violations).toEqual([]);
});

test('a watcher that falls behind for a while goes on from its channels', () => {
  const slower = site(6_000_000);
  busy(slower, 150, 60 * SECOND);
  expect(statisticsOf(slower).terminatedWatchers).toBe(0);
  expect([...slower.slow.store.values()]).toEqual([...slower.fast.store.values()]);
});
