/**
 * The metrics that a threshold can name: figures of pods and changes, derived from the result of a
 * run, and metrics of the components under the names that Kubernetes gives them.
 */

/** A metric that thresholds can name. */
export interface ThresholdMetric {
  /** What is measured, for people. */
  readonly meaning: string;
  /** Labels that can narrow it down; undefined when Kubernetes decides. */
  readonly labels: readonly string[] | undefined;
}

const podLabels: readonly string[] = ['namespace', 'owner', 'node'];
const changeLabels: readonly string[] = ['namespace', 'kind', 'name'];

const derived = (meaning: string, labels: readonly string[]): ThresholdMetric => ({
  meaning,
  labels,
});
const component = (meaning: string): ThresholdMetric => ({ meaning, labels: undefined });

/** Every metric by name. Durations are in seconds; counts are plain numbers. */
export const thresholdMetrics: ReadonlyMap<string, ThresholdMetric> = new Map([
  ['pod_startup_seconds', derived('pod created to Ready', podLabels)],
  ['pod_scheduling_latency_seconds', derived('first seen by the scheduler to bound', podLabels)],
  ['pod_image_pull_seconds', derived('sandbox created to last image pulled', podLabels)],
  ['pod_endpoint_programming_seconds', derived('Ready to programmed on every node', podLabels)],
  ['pods_ready', derived('pods that became Ready', podLabels)],
  ['pods_not_ready', derived('pods that never became Ready', podLabels)],
  ['convergence_seconds', derived('a change asked for to its last consequence', changeLabels)],
  ['apiserver_request_duration_seconds', component('requests by verb and resource')],
  ['apiserver_request_sli_duration_seconds', component('requests without webhooks and queueing')],
  ['apiserver_request_total', component('requests by verb, resource and code')],
  ['etcd_disk_wal_fsync_duration_seconds', component('fsync of the write-ahead log')],
  ['etcd_disk_backend_commit_duration_seconds', component('commit of the database')],
  ['scheduler_pod_scheduling_sli_duration_seconds', component('first attempt to bound')],
  ['scheduler_scheduling_attempt_duration_seconds', component('one attempt')],
  ['scheduler_pod_scheduling_attempts', component('attempts until scheduled')],
  ['workqueue_queue_duration_seconds', component('an item in a queue of a controller')],
  ['workqueue_work_duration_seconds', component('an item in the hands of a controller')],
  ['rest_client_rate_limiter_duration_seconds', component('wait for the client rate limiter')],
  ['kubelet_pod_start_duration_seconds', component('pod seen by the kubelet to running')],
  ['kubelet_pod_start_sli_duration_seconds', component('as above, without image pulls')],
  ['kubelet_image_pull_duration_seconds', component('one image pull')],
  ['kubeproxy_sync_proxy_rules_duration_seconds', component('one sync of the rules')],
  ['kubeproxy_network_programming_duration_seconds', component('endpoint change to programmed')],
]);
