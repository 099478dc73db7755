// The metrics of kube-proxies: names, buckets, and which proxies are measured.
import { describe, expect, test } from 'vitest';
import { KubeProxyMetrics } from '../../src/metrics/kube-proxy-metrics.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { ProxyBench, secondUs, service, slice } from '../node/kube-proxy/proxy-bench.js';

const named = (metrics: KubeProxyMetrics, name: string): MetricSample | undefined =>
  metrics.samples.find((sample) => sample.name === `kubeproxy_${name}`);

function benchOf(count: number) {
  const metrics = new KubeProxyMetrics();
  const spec = { mode: 'iptables', minSyncPeriodUs: secondUs } as const;
  const bench = new ProxyBench({ count, spec, monitor: metrics });
  return { bench, metrics };
}

/** A slice whose controller has noted what led to it. */
function triggered(address: string, time: string) {
  const plain = slice('a', [address]);
  const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': time };
  return { ...plain, metadata: { ...plain.metadata, annotations } };
}

describe('metrics of kube-proxies', () => {
  const { bench, metrics } = benchOf(3);
  bench.list([service('a')]);
  bench.change(10 * secondUs, triggered('10.0.0.1', '1970-01-01T00:00:08Z'));
  bench.simulation.run();

  test('tell full syncs from partial ones', () => {
    expect(named(metrics, 'sync_proxy_rules_duration_seconds')?.count).toBe(6);
    expect(named(metrics, 'sync_full_proxy_rules_duration_seconds')).toMatchObject({
      count: 3,
      labels: [['ip_family', 'IPv4']],
    });
    expect(named(metrics, 'sync_partial_proxy_rules_duration_seconds')?.count).toBe(3);
  });

  test('measure from what led to a change to the rules that show it', () => {
    const sample = named(metrics, 'network_programming_duration_seconds');
    expect(sample?.count).toBe(3);
    expect((sample?.sum ?? 0) / 3).toBeGreaterThan(2);
    expect((sample?.sum ?? 0) / 3).toBeLessThan(2.01);
  });

  test('count the rules', () => {
    expect(named(metrics, 'sync_proxy_rules_iptables_total')).toMatchObject({
      value: 10,
      labels: [
        ['ip_family', 'IPv4'],
        ['table', 'nat'],
      ],
    });
  });

  test("have Kubernetes' own buckets", () => {
    const bounds = (name: string): number[] =>
      (named(metrics, name)?.buckets ?? []).map(([bound]) => bound).filter(Number.isFinite);
    const sync = bounds('sync_proxy_rules_duration_seconds');
    expect([sync.length, sync[0], sync.at(-1)]).toEqual([15, 0.001, 16.384]);
    const programming = bounds('network_programming_duration_seconds');
    expect(programming.length).toBe(2 + 59 + 12 + 7);
    expect(programming.slice(0, 4)).toEqual([0.25, 0.5, 1, 2]);
    expect(programming.slice(-9)).toEqual([110, 115, 120, 150, 180, 210, 240, 270, 300]);
  });
});

test('of many proxies a hundred are measured', () => {
  const { bench, metrics } = benchOf(1_000);
  bench.list([service('a')]);
  bench.simulation.run();
  expect(named(metrics, 'sync_proxy_rules_duration_seconds')?.count).toBe(100);
});

test('every proxy spends CPU time on its own node', () => {
  const { bench, metrics } = benchOf(1_000);
  bench.list([service('a')]);
  bench.simulation.run();
  // 24 commands of 5 ms and seven rules
  expect(metrics.cpuUsOf('node-999')).toBeGreaterThan(120_000);
  expect(metrics.cpuUsOf('node-999')).toBe(metrics.cpuUsOf('node-0'));
  expect(metrics.cpuUsOf('elsewhere')).toBe(0);
});

test('other modes have no rules of iptables', () => {
  const metrics = new KubeProxyMetrics();
  const bench = new ProxyBench({ monitor: metrics });
  bench.list([service('a')]);
  bench.simulation.run();
  expect(named(metrics, 'sync_proxy_rules_iptables_total')).toBeUndefined();
});
