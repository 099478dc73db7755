// Metrics of Karpenter under their own names.
// Source: kubernetes-sigs/karpenter pkg/metrics (reference: nodes-controllers 8.5).
import type { KarpenterMonitor } from '../control-plane/autoscaling/karpenter/karpenter-settings.js';
import { toSeconds } from '../kernel/time.js';
import { exponentialBuckets } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const counter = (name: string, help: string, ...labels: readonly string[]): MetricFamily => ({
  name,
  help,
  type: 'counter',
  labels,
});

/** In the order of their names. */
export const karpenterFamilies: readonly MetricFamily[] = [
  counter('karpenter_nodeclaims_created_total', 'NodeClaims that were made.', 'nodepool'),
  counter('karpenter_nodeclaims_disrupted_total', 'NodeClaims that expired.', 'nodepool', 'reason'),
  {
    name: 'karpenter_nodeclaims_initialization_duration_seconds',
    help: 'From the making of a NodeClaim until its node was ready for pods.',
    type: 'histogram',
    labels: ['nodepool'],
    buckets: [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900],
  },
  counter('karpenter_nodeclaims_launched_total', 'Instances that are on their way.', 'nodepool'),
  counter('karpenter_nodeclaims_terminated_total', 'NodeClaims that are gone.', 'nodepool'),
  {
    name: 'karpenter_scheduler_scheduling_duration_seconds',
    help: 'How long it took to plan nodes for a batch of pods.',
    type: 'histogram',
    labels: [],
    buckets: exponentialBuckets(0.005, 2, 14),
  },
  counter(
    'karpenter_voluntary_disruption_decisions_total',
    'Nodes that were consolidated.',
    'reason',
  ),
];

export class KarpenterMetrics implements KarpenterMonitor {
  readonly #registry = new MetricRegistry(karpenterFamilies);

  schedulingRan(us: number): void {
    const name = 'karpenter_scheduler_scheduling_duration_seconds';
    this.#registry.histogram(name).observe(toSeconds(us));
  }

  nodeClaimCreated(nodePool: string): void {
    this.#registry.scalar('karpenter_nodeclaims_created_total', nodePool).value++;
  }

  nodeClaimLaunched(nodePool: string): void {
    this.#registry.scalar('karpenter_nodeclaims_launched_total', nodePool).value++;
  }

  nodeClaimInitialized(nodePool: string, sinceCreationUs: number): void {
    const name = 'karpenter_nodeclaims_initialization_duration_seconds';
    this.#registry.histogram(name, nodePool).observe(toSeconds(sinceCreationUs));
  }

  nodeClaimTerminated(nodePool: string): void {
    this.#registry.scalar('karpenter_nodeclaims_terminated_total', nodePool).value++;
  }

  disrupted(reason: 'empty' | 'underutilized'): void {
    this.#registry.scalar('karpenter_voluntary_disruption_decisions_total', reason).value++;
  }

  expired(nodePool: string): void {
    this.#registry.scalar('karpenter_nodeclaims_disrupted_total', nodePool, 'expired').value++;
  }

  /** As of now. */
  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
