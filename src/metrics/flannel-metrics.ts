// What flannel does in a run. flanneld has no metrics of its own: names and buckets are ours.
import { toSeconds } from '../kernel/time.js';
import type { FlannelFleet, FlannelMonitor } from '../network/flannel/flannel-fleet.js';
import { exponentialBuckets } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const PROGRAMMING = 'flannel_subnet_programming_duration_seconds';
const LAST = 'flannel_subnet_programming_last_host_duration_seconds';
const REFUSALS = 'flannel_lease_failures_total';
const LEASES = 'flannel_subnet_leases';
const UNREACHABLE = 'flannel_unreachable_node_pairs';

/** 0.5 ms to 4 s, doubling. */
const buckets = exponentialBuckets(0.0005, 2, 14);

const histogram = (name: string, help: string): MetricFamily => ({
  name,
  help,
  type: 'histogram',
  labels: [],
  buckets,
});

export const flannelFamilies: readonly MetricFamily[] = [
  histogram(PROGRAMMING, 'From the publication of a subnet until a host has its route, mean.'),
  histogram(LAST, 'From the publication of a subnet until the last host has its route.'),
  {
    name: REFUSALS,
    help: 'Times that flanneld ended because it got no subnet.',
    type: 'counter',
    labels: ['node', 'reason'],
  },
  { name: LEASES, help: 'Nodes that have a subnet.', type: 'gauge', labels: [] },
  {
    name: UNREACHABLE,
    help: 'Pairs of nodes whose pods cannot reach each other, whatever time passes.',
    type: 'gauge',
    labels: [],
  },
];

export class FlannelMetrics implements FlannelMonitor {
  readonly #registry = new MetricRegistry(flannelFamilies);

  subnetProgrammed(lastUs: number, meanUs: number): void {
    this.#registry.histogram(PROGRAMMING).observe(toSeconds(meanUs));
    this.#registry.histogram(LAST).observe(toSeconds(lastUs));
  }

  subnetRefused(host: string, message: string): void {
    this.#registry.scalar(REFUSALS, host, message).value++;
  }

  /** As of now; nothing for a cluster without flannel. */
  samplesOf(fleet: FlannelFleet | undefined): readonly MetricSample[] {
    if (fleet === undefined) return [];
    this.#registry.scalar(LEASES).value = fleet.subnetCount;
    this.#registry.scalar(UNREACHABLE).value = fleet.unreachablePairs;
    return this.#registry.samples;
  }
}
