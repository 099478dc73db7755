// Metrics of the Cluster Autoscaler under their own names.
// Source: kubernetes/autoscaler cluster-autoscaler metrics/metrics.go (reference: nodes-controllers
// 8.5).
import type { ClusterAutoscalerMonitor } from '../control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import type { Simulation } from '../kernel/simulation.js';
import { toSeconds } from '../kernel/time.js';
import { exponentialBuckets } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

/** The first thing that a method is told. */
type FirstOf<K extends keyof ClusterAutoscalerMonitor> = Parameters<ClusterAutoscalerMonitor[K]>[0];

/** In the order of their names. */
export const clusterAutoscalerFamilies: readonly MetricFamily[] = [
  {
    name: 'cluster_autoscaler_evicted_pods_total',
    help: 'Pods that were evicted to remove their nodes.',
    type: 'counter',
    labels: [],
  },
  {
    name: 'cluster_autoscaler_failed_scale_ups_total',
    help: 'Scale-ups that the cloud refused, or whose nodes did not come.',
    type: 'counter',
    labels: ['reason'],
  },
  {
    name: 'cluster_autoscaler_function_duration_seconds',
    help: 'How long the parts of an iteration took.',
    type: 'histogram',
    labels: ['function'],
    buckets: exponentialBuckets(0.01, 1.5, 30),
  },
  {
    name: 'cluster_autoscaler_last_activity',
    help: 'When a part of an iteration was last done, seconds since the start of the scenario.',
    type: 'gauge',
    labels: ['activity'],
  },
  {
    name: 'cluster_autoscaler_scaled_down_nodes_total',
    help: 'Nodes that were removed.',
    type: 'counter',
    labels: ['reason'],
  },
  {
    name: 'cluster_autoscaler_scaled_up_nodes_total',
    help: 'Nodes that were asked for.',
    type: 'counter',
    labels: [],
  },
  {
    name: 'cluster_autoscaler_unneeded_nodes_count',
    help: 'Nodes that nobody needs.',
    type: 'gauge',
    labels: [],
  },
  {
    name: 'cluster_autoscaler_unschedulable_pods_count',
    help: 'Pods that no node has room for.',
    type: 'gauge',
    labels: [],
  },
];

export class ClusterAutoscalerMetrics implements ClusterAutoscalerMonitor {
  readonly #simulation: Simulation;
  readonly #registry = new MetricRegistry(clusterAutoscalerFamilies);

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  functionRan(name: FirstOf<'functionRan'>, us: number): void {
    const family = 'cluster_autoscaler_function_duration_seconds';
    this.#registry.histogram(family, name).observe(toSeconds(us));
  }

  activity(name: FirstOf<'activity'>): void {
    const gauge = this.#registry.scalar('cluster_autoscaler_last_activity', name);
    gauge.value = toSeconds(this.#simulation.now);
  }

  observed(unschedulablePods: number, unneededNodes: number): void {
    this.#registry.scalar('cluster_autoscaler_unschedulable_pods_count').value = unschedulablePods;
    this.#registry.scalar('cluster_autoscaler_unneeded_nodes_count').value = unneededNodes;
  }

  scaledUp(_group: string, nodes: number): void {
    this.#registry.scalar('cluster_autoscaler_scaled_up_nodes_total').value += nodes;
  }

  scaledDown(reason: FirstOf<'scaledDown'>): void {
    this.#registry.scalar('cluster_autoscaler_scaled_down_nodes_total', reason).value++;
  }

  scaleUpFailed(reason: FirstOf<'scaleUpFailed'>): void {
    this.#registry.scalar('cluster_autoscaler_failed_scale_ups_total', reason).value++;
  }

  podEvicted(): void {
    this.#registry.scalar('cluster_autoscaler_evicted_pods_total').value++;
  }

  /** As of now. */
  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
