// A proxy that a partition cuts off tries to reach its apiserver again.

import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/client/connection.js';
import { SilentObserver } from '../../../src/client/observer.js';
import { KubeProxyFleet } from '../../../src/node/kube-proxy/kube-proxy-fleet.js';
import { ServiceFeed } from '../../../src/node/kube-proxy/service-feed.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { secondUs, service, slice } from './proxy-bench.js';

/** One proxy of two is cut off from the beginning of the test for so long. */
class CutBench {
  readonly plane = new TestControlPlane({
    preload: [service('web'), slice('web', ['10.244.0.2'])],
  });
  readonly fleet: KubeProxyFleet;
  readonly feed: ServiceFeed;
  connection: Connection | undefined;

  constructor() {
    const { simulation, transport } = this.plane;
    this.fleet = new KubeProxyFleet({
      simulation,
      nodes: [0, 1].map((index) => ({ name: `node-${index}`, zone: '' })),
      spec: { mode: 'iptables', minSyncPeriodUs: secondUs },
      linkDelay: { kind: 'constant', value: 100 },
      observer: new SilentObserver(),
    });
    this.feed = new ServiceFeed(transport, this.plane.connection(), this.fleet);
    this.feed.start();
    this.plane.wait(10 * secondUs);
  }

  /** Nothing gets from the proxy to the apiserver for a time; a change happens meanwhile. */
  cutFor(us: number): void {
    let isCut = true;
    const base = this.plane.connection();
    const connection = { ...base, wayTo: () => (isCut ? ('dropped' as const) : ('open' as const)) };
    this.connection = connection;
    this.feed.cutOff(1, connection);
    this.plane.transport.cuts.cut(connection);
    this.write(['10.244.0.2', '10.244.1.2']);
    this.plane.wait(us);
    isCut = false;
    this.plane.transport.cuts.mend(connection);
  }

  write(addresses: readonly string[]): void {
    const body = slice('web', addresses);
    const { name, namespace = '' } = body.metadata;
    const at = { resource: 'endpointslices', namespace, name };
    this.plane.request(this.plane.client(), { ...at, verb: 'update', body });
  }

  /** Seconds until both proxies have the same rules. */
  secondsToCatchUp(): number {
    for (let seconds = 0; seconds < 200; seconds++) {
      if (this.fleet.programmedRevision(1) === this.fleet.programmedRevision(0)) return seconds;
      this.plane.wait(secondUs);
    }
    return Number.POSITIVE_INFINITY;
  }
}

describe('a proxy that cannot reach its apiserver', () => {
  test('has old rules for as long, and new ones soon after a short cut', () => {
    const bench = new CutBench();
    bench.cutFor(10 * secondUs);
    expect(bench.fleet.programmedRevision(0)).toBeGreaterThan(bench.fleet.programmedRevision(1));
    // TCP sends again at intervals that have grown to as long as the cut.
    expect(bench.secondsToCatchUp()).toBeLessThan(15);
  });

  test('dials anew after a long cut, and needs up to half a minute for it', () => {
    const bench = new CutBench();
    bench.cutFor(100 * secondUs);
    const seconds = bench.secondsToCatchUp();
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(65);
    expect(bench.connection?.isEnded).toBe(true);
  });

  test('follows with the others afterwards', () => {
    const bench = new CutBench();
    bench.cutFor(5 * secondUs);
    bench.secondsToCatchUp();
    bench.write(['10.244.2.2']);
    bench.plane.wait(3 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(bench.fleet.programmedRevision(0));
  });

  test('needs one connection of its own: a second one is closed', () => {
    const bench = new CutBench();
    bench.cutFor(0);
    const second = bench.plane.connection();
    bench.feed.cutOff(1, second);
    expect(second.isEnded).toBe(true);
  });
});
