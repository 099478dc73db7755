// Which endpoint a connection meets, by mode, and what its first packet costs.

import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../src/api/endpoint-slice.js';
import { RandomRoot } from '../../../src/kernel/random-stream.js';
import { Balancer, firstPacketUs } from '../../../src/node/kube-proxy/balancer.js';
import type { ProxyMode } from '../../../src/node/kube-proxy/sync-cost.js';
import { quantile } from '../../../src/stats/quantile.js';
import { secondUs, service } from './proxy-bench.js';

const endpoints = ['a', 'b', 'c'].map((address): Endpoint => ({ addresses: [address] }));

function picks(mode: ProxyMode, count: number, node = 0, spec = {}): string[] {
  const balancer = new Balancer(new RandomRoot('balancer').stream('test'));
  return Array.from({ length: count }, (_, i) => {
    const picked = balancer.pick(mode, node, service('web', 1, spec), endpoints, 'client', i);
    return picked.addresses[0] ?? '';
  });
}

describe('without affinity', () => {
  test('userspace and ipvs take turns, each node by itself', () => {
    expect(picks('userspace', 5)).toEqual(['a', 'b', 'c', 'a', 'b']);
    const balancer = new Balancer(new RandomRoot('balancer').stream('test'));
    const of = (node: number): string | undefined =>
      balancer.pick('ipvs', node, service('web'), endpoints, 'client', 0).addresses[0];
    expect([of(0), of(1), of(0), of(1)]).toEqual(['a', 'a', 'b', 'b']);
  });

  test.each(['iptables', 'nftables'] as const)('%s takes any, each as often', (mode) => {
    const counts = new Map<string, number>();
    for (const address of picks(mode, 30_000)) {
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    for (const address of ['a', 'b', 'c']) {
      // Five standard deviations of a binomial.
      expect(Math.abs((counts.get(address) ?? 0) - 10_000)).toBeLessThan(5 * 82);
    }
  });
});

describe('with affinity', () => {
  const spec = { sessionAffinity: 'ClientIP' } as const;

  test('a client meets the same endpoint again', () => {
    expect(new Set(picks('iptables', 50, 0, spec)).size).toBe(1);
    expect(picks('userspace', 3, 0, spec)).toEqual(['a', 'a', 'a']);
  });

  test('only until it has rested longer than the timeout', () => {
    const short = { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } };
    const balancer = new Balancer(new RandomRoot('balancer').stream('test'));
    const web = service('web', 1, short);
    const at = (now: number): string | undefined =>
      balancer.pick('userspace', 0, web, endpoints, 'client', now).addresses[0];
    expect(at(0)).toBe('a');
    expect(at(10 * secondUs)).toBe('a');
    expect(at(20 * secondUs)).toBe('a');
    expect(at(30 * secondUs + 1)).toBe('b');
  });

  test('another takes its place when its endpoint is gone', () => {
    const balancer = new Balancer(new RandomRoot('balancer').stream('test'));
    const web = service('web', 1, spec);
    const of = (used: readonly Endpoint[]): string | undefined =>
      balancer.pick('userspace', 0, web, used, 'client', 0).addresses[0];
    expect(of(endpoints)).toBe('a');
    expect(of(endpoints.slice(1))).toBe('c');
    expect(of(endpoints)).toBe('c');
  });
});

describe('the first packet', () => {
  /** p50 and p99 in µs. */
  function quantiles(mode: ProxyMode, services: number): [number, number] {
    const random = new RandomRoot('packet').stream('test');
    const times = Array.from({ length: 20_000 }, () => firstPacketUs(mode, services, 10, random));
    const sorted = Float64Array.from(times).sort((a, b) => a - b);
    return [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  }

  // Figures of KEP-3866: p50 49, 61 and 274 µs, p99 156, 262 and 715 µs.
  test.each([
    [5_000, 49, 156],
    [10_000, 61, 262],
    [30_000, 274, 715],
  ])('passes more rules of iptables with %d services', (services, p50, p99) => {
    const [median, tail] = quantiles('iptables', services);
    expect(median / p50).toBeGreaterThan(0.66);
    expect(median / p50).toBeLessThan(2);
    expect(tail / p99).toBeGreaterThan(0.66);
    expect(tail / p99).toBeLessThan(1.5);
  });

  test.each(['nftables', 'ipvs'] as const)('costs the same in %s with any number', (mode) => {
    expect(quantiles(mode, 30_000)).toEqual(quantiles(mode, 10));
    const [median, tail] = quantiles(mode, 30_000);
    expect(median).toBeCloseTo(14, 0);
    expect(tail).toBeGreaterThan(33);
    expect(tail).toBeLessThan(41);
  });

  test('is accepted and dialled anew in userspace', () => {
    const [median] = quantiles('userspace', 10);
    expect(median).toBeGreaterThan(215);
    expect(median).toBeLessThan(235);
  });
});
