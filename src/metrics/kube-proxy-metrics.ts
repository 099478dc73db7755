// The metrics of the kube-proxies under Kubernetes' own names and buckets, as far as this version
// measures them: those of a hundred proxies together, evenly spread over the nodes.
// Source: Kubernetes v1.36 pkg/proxy/metrics/metrics.go (reference: nodes-controllers §8.2).
import { type SimTime, toSeconds } from '../kernel/time.js';
import type { ProxyMonitor } from '../node/kube-proxy/proxy-monitor.js';
import { natRules, type ProxyMode } from '../node/kube-proxy/sync-cost.js';
import { exponentialBuckets } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const SYNC = 'kubeproxy_sync_proxy_rules_duration_seconds';
const FULL = 'kubeproxy_sync_full_proxy_rules_duration_seconds';
const PARTIAL = 'kubeproxy_sync_partial_proxy_rules_duration_seconds';
const PROGRAMMING = 'kubeproxy_network_programming_duration_seconds';
const LAST = 'kubeproxy_sync_proxy_rules_last_timestamp_seconds';
const RULES = 'kubeproxy_sync_proxy_rules_iptables_total';

/** 1 ms to 16.384 s, doubling. */
const syncBuckets = exponentialBuckets(0.001, 2, 15);

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

const programmingBuckets = [
  ...[0.25, 0.5],
  ...range(1, 59, 1),
  ...range(60, 115, 5),
  ...range(120, 300, 30),
];

const syncTime = (name: string, help: string): MetricFamily => ({
  name,
  help,
  type: 'histogram',
  labels: ['ip_family'],
  buckets: syncBuckets,
});

export const kubeProxyFamilies: readonly MetricFamily[] = [
  syncTime(SYNC, 'Time of a sync of the rules.'),
  syncTime(FULL, 'Time of a sync that writes all rules.'),
  syncTime(PARTIAL, 'Time of a sync that writes the rules of what has changed.'),
  {
    name: PROGRAMMING,
    help: 'From the change of a pod or a Service until the rules of a node show it.',
    type: 'histogram',
    labels: ['ip_family'],
    buckets: programmingBuckets,
  },
  {
    name: LAST,
    help: 'When a sync has ended last.',
    type: 'gauge',
    labels: ['ip_family'],
  },
  {
    name: RULES,
    help: 'Rules of a node in iptables mode.',
    type: 'gauge',
    labels: ['ip_family', 'table'],
  },
];

const FAMILY = 'IPv4';

export class KubeProxyMetrics implements ProxyMonitor {
  readonly #registry = new MetricRegistry(kubeProxyFamilies);
  readonly #cpuUs = new Map<string, number>();

  worked(node: string, durationUs: number): void {
    this.#cpuUs.set(node, (this.#cpuUs.get(node) ?? 0) + durationUs);
  }

  /** CPU time of the syncs of a node's proxy. */
  cpuUsOf(node: string): number {
    return this.#cpuUs.get(node) ?? 0;
  }

  synced(durationUs: number, isFull: boolean, endUs: SimTime): void {
    const seconds = toSeconds(durationUs);
    this.#registry.histogram(SYNC, FAMILY).observe(seconds);
    this.#registry.histogram(isFull ? FULL : PARTIAL, FAMILY).observe(seconds);
    const last = this.#registry.scalar(LAST, FAMILY);
    last.value = Math.max(last.value, toSeconds(endUs));
  }

  programmed(latencyUs: number): void {
    this.#registry.histogram(PROGRAMMING, FAMILY).observe(toSeconds(latencyUs));
  }

  rulesCounted(mode: ProxyMode, servicePorts: number, endpoints: number): void {
    if (mode !== 'iptables') return;
    this.#registry.scalar(RULES, FAMILY, 'nat').value = natRules(servicePorts, endpoints);
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
