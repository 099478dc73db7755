/**
 * The metrics that a threshold can name: figures of pods, changes and Events, derived from the
 * result of a run.
 */

/** A metric that thresholds can name. */
export interface ThresholdMetric {
  /** What is measured, for people. */
  readonly meaning: string;
  /** Labels that can narrow it down; undefined when Kubernetes decides. */
  readonly labels: readonly string[] | undefined;
}

const podLabels: readonly string[] = ['namespace', 'owner', 'node'];
const eventLabels: readonly string[] = ['reason', 'namespace', 'kind', 'name'];
const changeLabels: readonly string[] = ['namespace', 'kind', 'name'];
const trafficLabels: readonly string[] = ['traffic', 'namespace', 'service'];

const lookupLabels: readonly string[] = ['traffic', 'outcome'];

const derived = (meaning: string, labels: readonly string[]): ThresholdMetric => ({
  meaning,
  labels,
});

/** Every metric by name. Durations are in seconds; counts are plain numbers. */
export const thresholdMetrics: ReadonlyMap<string, ThresholdMetric> = new Map([
  ['pod_startup_seconds', derived('pod created to Ready', podLabels)],
  ['pod_scheduling_latency_seconds', derived('first seen by the scheduler to bound', podLabels)],
  ['pod_image_pull_seconds', derived('sandbox created to last image pulled', podLabels)],
  ['pod_endpoint_programming_seconds', derived('Ready to programmed on every node', podLabels)],
  ['pod_cpu_share', derived('CPU that a pod got of what it asked for, 0 to 1', podLabels)],
  ['scheduling_throughput', derived('pods bound in each second', [])],
  ['pods_ready', derived('pods that became Ready', podLabels)],
  ['pods_not_ready', derived('pods that never became Ready', podLabels)],
  ['events_seen', derived('Kubernetes Events, each as often as it was seen', eventLabels)],
  ['convergence_seconds', derived('a change asked for to its last consequence', changeLabels)],
  ['dns_lookup_seconds', derived('a name looked up by a pod to its answer', lookupLabels)],
  ['dns_lookups', derived('lookups of names by pods', lookupLabels)],
  ['dns_stale_lookups', derived('lookups that a cache answered with the past', lookupLabels)],
  ['traffic_connections', derived('connections of clients', trafficLabels)],
  [
    'traffic_dead_endpoint_connections',
    derived('connections sent to an endpoint that did not answer', trafficLabels),
  ],
  ['traffic_dead_endpoint_share', derived('share of such connections, 0 to 1', trafficLabels)],
  ['traffic_failed_share', derived('share of connections nobody accepted, 0 to 1', trafficLabels)],
  [
    'traffic_same_node_share',
    derived("share of accepted ones that stay on the client's node", trafficLabels),
  ],
  ['traffic_same_zone_share', derived('share that stay in its zone', trafficLabels)],
  [
    'traffic_same_endpoint_share',
    derived('share that go where the last one of the client went', trafficLabels),
  ],
  ['traffic_broken_connections', derived('open connections cut off', trafficLabels)],
]);
