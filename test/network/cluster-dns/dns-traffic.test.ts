// Lookups of pods over servers whose CPU, ways and records a test sets: how many queries, how long,
// and what becomes of those that are lost.
import { describe, expect, test } from 'vitest';
import type { Pod, PodSpec } from '../../../src/api/pod.js';
import type { Service } from '../../../src/api/service.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { DnsServer } from '../../../src/network/cluster-dns/dns-server.js';
import { DnsTraffic } from '../../../src/network/cluster-dns/dns-traffic.js';
import type {
  DnsRoute,
  DnsTrafficSpec,
} from '../../../src/network/cluster-dns/dns-traffic-spec.js';
import { ServiceRecords } from '../../../src/network/cluster-dns/service-records.js';

const secondUs = 1_000_000;
const roundTripUs = 200;

interface BenchOptions {
  readonly traffic?: Partial<DnsTrafficSpec>;
  readonly cores?: number;
  readonly cacheUs?: number;
  readonly hasCache?: boolean;
  readonly searches?: readonly string[];
}

class Bench {
  readonly simulation: Simulation = new Simulation('dns');
  readonly server: DnsServer;
  readonly cache: DnsServer | undefined;
  readonly services: Map<string, Service> = new Map();
  readonly records: ServiceRecords = new ServiceRecords('cluster.local', this.services);
  readonly lookups: { outcome: string; ms: number; isStale: boolean }[] = [];
  /** Pairs that servers have answered: `server rcode`. */
  readonly served: string[] = [];
  route: DnsRoute['outcome'] = 'taken';
  hasSynced = true;
  readonly traffic: DnsTraffic;

  constructor(options: BenchOptions = {}) {
    const { simulation, lookups, served } = this;
    const { cores = 1, cacheUs = 0, hasCache = false, searches = [] } = options;
    const times = { answerUs: cacheUs, denialUs: cacheUs };
    this.server = new DnsServer(simulation, 'coredns', cores, times);
    const nodeTimes = { answerUs: 30 * secondUs, denialUs: 5 * secondUs };
    this.cache = hasCache ? new DnsServer(simulation, 'node-cache', 1, nodeTimes) : undefined;
    const spec: DnsTrafficSpec = {
      name: 'test',
      namespace: 'quux',
      selector: { matchLabels: { app: 'web' } },
      names: ['foo.bar'],
      perSecond: 1,
      fromUs: 0,
      untilUs: Number.POSITIVE_INFINITY,
      ...options.traffic,
    };
    this.addService('bar', 'foo');
    const { server, cache } = this;
    this.traffic = new DnsTraffic({
      simulation,
      surroundings: {
        domain: 'cluster.local',
        clusterDns: '10.96.0.10',
        host: { nameservers: ['192.168.0.1'], searches },
      },
      flows: [spec],
      router: {
        route: () => ({
          outcome: this.route,
          roundTripUs,
          server,
          records: this.hasSynced ? this.records : undefined,
        }),
        nodeCache: () => cache,
        truth: this.records,
      },
      monitor: {
        served: ({ name }, rcode) => served.push(`${name} ${rcode}`),
        cacheAsked: () => {},
        lookedUp: (_, outcome, durationUs, isStale) =>
          lookups.push({ outcome, ms: durationUs / 1_000, isStale }),
      },
    });
  }

  addService(namespace: string, name: string, clusterIP = '10.96.0.7'): void {
    this.services.set(`${namespace}/${name}`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { clusterIP, ports: [{ port: 80 }] },
    });
  }

  /** Starts a pod of the namespace quux. */
  start(uid = 'a', spec: Partial<PodSpec> = {}): this {
    this.traffic.podRuns(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: uid, namespace: 'quux', uid, labels: { app: 'web' } },
        spec: { containers: [{ name: 'c' }], ...spec },
      } as Pod,
      0,
    );
    return this;
  }

  run(seconds: number): this {
    this.simulation.run(seconds * secondUs);
    return this;
  }
}

describe('a lookup', () => {
  test('of foo.bar from quux takes two pairs of queries, 4 packets', () => {
    const bench = new Bench({ traffic: { untilUs: 60 * secondUs } }).start().run(70);
    expect(bench.lookups.length).toBeGreaterThan(30);
    expect(bench.served.length).toBe(2 * bench.lookups.length);
    expect(bench.served.slice(0, 2)).toEqual(['coredns NXDOMAIN', 'coredns NOERROR']);
    // each pair: 200 µs there and back, 2 × (56 + 20) µs of CPU
    expect(bench.lookups[0]).toEqual({ outcome: 'NOERROR', ms: 0.704, isStale: false });
  });

  test('of an external name with one host domain takes five pairs, 10 packets', () => {
    const traffic = { names: ['www.example.com'], untilUs: 20 * secondUs };
    const bench = new Bench({ traffic, searches: ['corp.example'] }).start().run(30);
    expect(bench.served.length).toBe(5 * bench.lookups.length);
    expect(new Set(bench.lookups.map(({ outcome }) => outcome))).toEqual(new Set(['NOERROR']));
  });

  test('with a dot at its end takes one pair', () => {
    const traffic = { names: ['foo.bar.svc.cluster.local.'], untilUs: 20 * secondUs };
    const bench = new Bench({ traffic }).start().run(30);
    expect(bench.served.length).toBe(bench.lookups.length);
  });

  test('of a name that there is not ends with its last candidate', () => {
    const bench = new Bench({ traffic: { names: ['nobody'] } });
    bench.traffic.podStopped('nobody');
    bench.start().run(10);
    // the program's own list makes "nobody" a name outside the cluster: a host may be called so
    expect(bench.lookups[0]?.outcome).toBe('NOERROR');
    const missing = new Bench({ traffic: { names: ['nobody.bar.svc.cluster.local'] } });
    missing.start().run(10);
    expect(missing.lookups[0]?.outcome).toBe('NXDOMAIN');
  });

  test('asks a server that has not read everything yet in vain', () => {
    const bench = new Bench();
    bench.hasSynced = false;
    bench.start().run(10);
    expect(bench.lookups[0]?.outcome).toBe('SERVFAIL');
  });

  test('of a pod with the resolver of its host passes the cluster by', () => {
    const bench = new Bench({ traffic: { names: ['www.example.com'] } });
    bench.start('a', { dnsPolicy: 'Default' }).run(10);
    expect(bench.served).toEqual([]);
    expect(bench.lookups[0]?.outcome).toBe('NOERROR');
  });
});

describe('queries that are lost', () => {
  test('are sent again after 5 s, once', () => {
    const bench = new Bench({ traffic: { untilUs: 5 * secondUs } });
    bench.route = 'silent';
    bench.start().run(30);
    expect(new Set(bench.lookups.map(({ outcome, ms }) => `${outcome} ${ms}`))).toEqual(
      new Set(['timeout 10000']),
    );
  });

  test('find a way the second time when there is one by then', () => {
    const bench = new Bench({ traffic: { untilUs: 5 * secondUs } });
    bench.route = 'silent';
    bench.start().run(5);
    bench.route = 'taken';
    bench.run(30);
    expect(bench.lookups.every(({ outcome, ms }) => outcome === 'NOERROR' && ms > 5_000)).toBe(
      true,
    );
  });

  test('and are refused are given up at once', () => {
    const bench = new Bench({ traffic: { untilUs: 5 * secondUs } });
    bench.route = 'refused';
    bench.start().run(30);
    expect(bench.lookups[0]).toMatchObject({ outcome: 'timeout', ms: 0.4 });
  });

  test('are those that a busy server has no room for', () => {
    // 1,000 pairs a second on a hundredth of a core that makes 66 of them
    const traffic = {
      perSecond: 1_000,
      untilUs: 2 * secondUs,
      names: ['foo.bar.svc.cluster.local.'],
    };
    const bench = new Bench({ traffic, cores: 0.01 }).start().run(40);
    const lost = bench.lookups.filter(({ outcome }) => outcome === 'timeout').length;
    expect(lost / bench.lookups.length).toBeGreaterThan(0.7);
    const slow = bench.lookups.filter(({ ms }) => ms > 5_000).length;
    expect(slow).toBeGreaterThan(lost);
  });

  test('are those of a server that ends meanwhile', () => {
    const bench = new Bench({ traffic: { untilUs: 5 * secondUs } }).start();
    bench.server.stop();
    bench.run(30);
    expect(bench.lookups[0]?.outcome).toBe('timeout');
  });
});

describe('caches', () => {
  test('of a server answer for their time, also what is not true any more', () => {
    const traffic = { names: ['foo.bar.svc.cluster.local.'], perSecond: 10 };
    const bench = new Bench({ traffic, cacheUs: 30 * secondUs }).start().run(10);
    bench.addService('bar', 'foo', '10.96.0.99');
    bench.run(60);
    const stale = bench.lookups.filter(({ isStale }) => isStale).length;
    // from 10 s to about 30 s, ten a second
    expect(stale).toBeGreaterThan(120);
    expect(stale).toBeLessThan(280);
    expect(bench.lookups.at(-1)?.isStale).toBe(false);
  });

  test('of a node ask a replica once, and answer in less time', () => {
    const traffic = {
      names: ['foo.bar.svc.cluster.local.'],
      perSecond: 10,
      untilUs: 20 * secondUs,
    };
    const bench = new Bench({ traffic, hasCache: true }).start().run(25);
    expect(bench.served.filter((each) => each.startsWith('coredns'))).toHaveLength(1);
    expect(bench.lookups[1]?.ms).toBeLessThan(0.2);
    expect(bench.lookups[0]?.ms).toBeGreaterThan(0.4);
  });

  test('of a node that are down answer nobody', () => {
    const bench = new Bench({ traffic: { untilUs: 5 * secondUs }, hasCache: true }).start();
    bench.cache?.stop();
    bench.run(30);
    expect(bench.lookups[0]?.outcome).toBe('timeout');
    expect(bench.served).toEqual([]);
  });
});

describe('pods that look up', () => {
  test('are those of the selector, each at the rate', () => {
    const bench = new Bench({ traffic: { perSecond: 20, untilUs: 50 * secondUs } });
    bench.start('a').start('b').start('b');
    bench.traffic.podRuns(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'other', namespace: 'other', uid: 'other', labels: { app: 'web' } },
        spec: { containers: [] },
      } as unknown as Pod,
      0,
    );
    bench.run(60);
    expect(bench.lookups.length).toBeGreaterThan(1_800);
    expect(bench.lookups.length).toBeLessThan(2_200);
  });

  test('stop with their pods', () => {
    const bench = new Bench({ traffic: { perSecond: 20 } }).start().run(10);
    bench.traffic.podStopped('a');
    const before = bench.lookups.length;
    bench.run(60);
    expect(bench.lookups.length - before).toBeLessThanOrEqual(1);
  });
});
