// Hosts that come and go: their subnets, who can reach whom, and when.
import { describe, expect, test } from 'vitest';
import { cidrOf } from '../../../src/api/cidr.js';
import type { Node } from '../../../src/api/node.js';
import { FlannelBench, hourUs, secondUs } from './flannel-bench.js';

const all = (count: number): string[] => new Array<string>(count).fill('rack');

describe('hosts that are up when the run begins', () => {
  const bench = new FlannelBench();
  bench.adopt(...all(20));

  test('have subnets of their own and reach each other', () => {
    const ranges = Array.from({ length: 20 }, (_, host) => bench.fleet.podCidr(host));
    expect(new Set(ranges).size).toBe(20);
    expect(ranges.every((range) => range?.startsWith('10.1.') && range.endsWith('.0/24'))).toBe(
      true,
    );
    expect(bench.fleet.path(3, 17)).toEqual({ rttUs: 25, throughput: 0.72, overheadBytes: 50 });
  });

  test('renew their leases within 23 h, each once', () => {
    bench.run(23 * hourUs - 1);
    const renewed = bench.etcd.puts.filter(([, , succeeded]) => succeeded).map(([, key]) => key);
    expect(new Set(renewed).size).toBe(20);
    expect(renewed.length).toBe(20);
  });
});

describe('a host that comes', () => {
  const bench = new FlannelBench();
  bench.adopt(...all(3));
  bench.fleet.addHost(bench.host(3));
  const startedUs = (): number => (bench.log[0]?.[0] ?? 0) * secondUs;

  test('has nothing before flanneld runs there, 5 to 20 s later', () => {
    bench.run(4 * secondUs);
    expect([bench.fleet.isInstalled(3), bench.fleet.podCidr(3)]).toEqual([false, undefined]);
    expect(bench.fleet.path(0, 3)).toBeUndefined();
    bench.run(40 * secondUs);
    expect(bench.log[0]?.[1]).toBe('installed on 3');
    expect(startedUs()).toBeGreaterThan(4 * secondUs);
  });

  test('has its subnet after three requests of etcd, and all know it a moment later', () => {
    expect(bench.fleet.podCidr(3)).toMatch(/^10\.1\.\d+\.0\/24$/);
    // 1 ms to the host, ARP, FDB and route; the new host has three others to program before it
    expect(bench.log[1]?.[1]).toBe('programmed everywhere in 1300 µs');
    expect(bench.log[1]?.[0]).toBeCloseTo(startedUs() / secondUs + 0.0073, 2);
    expect(bench.fleet.path(0, 3)).toBeDefined();
    expect(bench.fleet.path(3, 0)).toBeDefined();
  });

  test('and goes keeps its subnet until its lease ends', () => {
    bench.fleet.removeHost(3);
    bench.run(23 * hourUs);
    expect(bench.fleet.subnetCount).toBe(4);
    bench.run(25 * hourUs);
    expect(bench.fleet.subnetCount).toBe(3);
    expect(bench.fleet.path(0, 3)).toBeUndefined();
  });
});

describe('the 256th host of a /16', () => {
  const bench = new FlannelBench();
  bench.adopt(...all(255));
  bench.fleet.addHost(bench.host(255));
  bench.run(120 * secondUs);

  test('gets no subnet, and flanneld tries again after 10 s, 20 s, 40 s', () => {
    const refusals = bench.log.filter(([, what]) => what.includes('out of subnets'));
    expect(refusals[0]?.[1]).toBe('node-255: failed to acquire lease: out of subnets');
    const gaps = refusals
      .slice(1)
      .map(([at], index) => Math.round(at - (refusals[index]?.[0] ?? 0)));
    expect(gaps).toEqual([10, 20, 40]);
    expect(bench.fleet.podCidr(255)).toBeUndefined();
    expect(bench.fleet.isInstalled(255)).toBe(true);
  });
});

describe('reservations and races', () => {
  test('a reserved subnet is for its host alone', () => {
    const reservations = new Map([['node-2', cidrOf('10.1.0.8/30')]]);
    const bench = new FlannelBench({ network: { network: '10.1.0.0/28' }, reservations });
    bench.adopt(...all(2));
    const before = [bench.fleet.podCidr(0), bench.fleet.podCidr(1)];
    expect(before.toSorted()).toEqual(['10.1.0.12/30', '10.1.0.4/30']);
    bench.fleet.addHost(bench.host(2));
    bench.run(40 * secondUs);
    expect(bench.fleet.podCidr(2)).toBe('10.1.0.8/30');
  });

  test('a host whose key somebody else has made picks again', () => {
    const bench = new FlannelBench({ network: { network: '10.1.0.0/28' } });
    bench.adopt(...all(1));
    const [own = ''] = [bench.fleet.podCidr(0)];
    const others = ['10.1.0.4', '10.1.0.8', '10.1.0.12'].filter((each) => !own.startsWith(each));
    bench.etcd.keys.set(`/coreos.com/network/subnets/${others[0]}-30`, 7);
    bench.fleet.addHost(bench.host(1));
    bench.run(40 * secondUs);
    expect(bench.fleet.podCidr(1)).toBe(`${others[1]}/30`);
  });

  test('an etcd that does not answer ends flanneld, which comes again', () => {
    const bench = new FlannelBench();
    bench.adopt(...all(1));
    bench.etcd.error = 'etcdserver: no leader';
    bench.fleet.addHost(bench.host(1));
    bench.run(25 * secondUs);
    expect(bench.log.at(-1)?.[1]).toBe('node-1: etcdserver: no leader');
    bench.etcd.error = undefined;
    bench.run(120 * secondUs);
    expect(bench.fleet.podCidr(1)).toBeDefined();
  });
});

describe('backends', () => {
  test('host-gw knows a way within an L2 network only', () => {
    const bench = new FlannelBench({ backend: { type: 'host-gw', directRouting: false } });
    bench.adopt('a', 'a', 'b');
    expect(bench.fleet.path(0, 1)?.overheadBytes).toBe(0);
    expect(bench.fleet.path(0, 2)).toBeUndefined();
    expect(bench.fleet.unreachablePairs).toBe(2);
  });

  test('vxlan with direct routing does without encapsulation there', () => {
    const bench = new FlannelBench({ backend: { type: 'vxlan', directRouting: true } });
    bench.adopt('a', 'a', 'b');
    expect(bench.fleet.path(0, 1)?.rttUs).toBe(8);
    expect(bench.fleet.path(0, 2)?.rttUs).toBe(25);
    expect(bench.fleet.unreachablePairs).toBe(0);
  });

  test('udp is the slowest', () => {
    const bench = new FlannelBench({ backend: { type: 'udp', directRouting: false } });
    bench.adopt('a', 'b');
    expect(bench.fleet.path(0, 1)).toEqual({ rttUs: 150, throughput: 0.07, overheadBytes: 28 });
  });
});

describe('subnets from the Kubernetes API', () => {
  const nodeObject = (index: number, podCIDR?: string): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
    spec: podCIDR === undefined ? {} : { podCIDR },
    status: { addresses: [{ type: 'InternalIP', address: `192.168.0.${index}` }] },
  });
  const bench = new FlannelBench({
    manager: 'kube',
    podCidrOf: (host) => (host < 2 ? `10.244.${host}.0/24` : undefined),
  });
  bench.server.create(nodeObject(0, '10.244.0.0/24'));
  bench.server.create(nodeObject(1, '10.244.1.0/24'));
  bench.adopt(...all(2));
  bench.fleet.addHost(bench.host(2));
  bench.server.create(nodeObject(2));

  test('a host without a podCIDR polls for 30 s, then flanneld ends', () => {
    bench.run(70 * secondUs);
    const [, refusal] = bench.log;
    expect(refusal?.[1]).toMatch(/^node-2: .*node "node-2" pod cidr not assigned$/);
    expect((refusal?.[0] ?? 0) - (bench.log[0]?.[0] ?? 0)).toBeCloseTo(30, 0);
  });

  test('one that has it writes its annotations, and the others learn of it by their watch', () => {
    const stored = bench.server.get<Node>('nodes', 'node-2');
    bench.server.update({ ...stored, spec: { podCIDR: '10.244.2.0/24' } } as Node);
    bench.run(90 * secondUs);
    expect(bench.fleet.podCidr(2)).toBe('10.244.2.0/24');
    const { metadata, status } = bench.server.get<Node>('nodes', 'node-2');
    expect(metadata.annotations).toMatchObject({
      'flannel.alpha.coreos.com/backend-type': 'vxlan',
      'flannel.alpha.coreos.com/public-ip': '192.168.0.2',
    });
    expect(status?.conditions).toMatchObject([
      { type: 'NetworkUnavailable', status: 'False', reason: 'FlannelIsUp' },
    ]);
    expect(bench.fleet.path(1, 2)).toBeDefined();
  });

  test('and ends with its Node at once', () => {
    bench.server.remove('nodes', 'node-2');
    bench.run(91 * secondUs);
    expect(bench.fleet.path(1, 2)).toBeUndefined();
    expect(bench.fleet.subnetCount).toBe(2);
  });
});

test('5,000 hosts of which one is new need no event a host', () => {
  const bench = new FlannelBench({ network: { network: '10.0.0.0/11' } });
  bench.adopt(...all(5_000));
  bench.fleet.addHost(bench.host(5_000));
  const before = bench.simulation.events;
  bench.run(25 * secondUs);
  expect(bench.fleet.subnetCount).toBe(5_001);
  // Renewals of the others come by at 5,000 in 23 h: one or two in this time.
  expect(bench.simulation.events - before).toBeLessThan(20);
});
