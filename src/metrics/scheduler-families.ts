// The metrics of kube-scheduler under its own names, labels and buckets. Left out: those of feature
// gates that are off (SchedulerAsyncAPICalls, GenericWorkload), of ResourceClaims, and of the
// volume binder's cache, which is not modelled.
// Source: kube-scheduler v1.36 metrics/metrics.go; reference: scheduler 4.
import { exponentialBuckets } from '../stats/histogram.js';
import type { MetricFamily } from './metric-registry.js';

const cycleBuckets = exponentialBuckets(0.001, 2, 15);
const pointBuckets = exponentialBuckets(0.0001, 2, 12);
const pluginBuckets = exponentialBuckets(0.00001, 1.5, 20);
const batchBuckets = exponentialBuckets(0.00001, 2, 12);
const longBuckets = exponentialBuckets(0.01, 2, 20);

function counter(name: string, help: string, ...labels: readonly string[]): MetricFamily {
  return { name: `scheduler_${name}`, help, type: 'counter', labels };
}

function gauge(name: string, help: string, ...labels: readonly string[]): MetricFamily {
  return { name: `scheduler_${name}`, help, type: 'gauge', labels };
}

function histogram(
  name: string,
  buckets: readonly number[],
  help: string,
  ...labels: readonly string[]
): MetricFamily {
  return { name: `scheduler_${name}`, help, type: 'histogram', labels, buckets };
}

/** All of them; labels in ascending order. */
export const schedulerFamilies: readonly MetricFamily[] = [
  counter('batch_attempts_total', 'Looks for a node hint of an equal pod.', 'profile', 'result'),
  counter('batch_cache_flushed_total', 'Hints thrown away, by reason.', 'profile', 'reason'),
  gauge('cache_size', 'Nodes, pods and assumed pods in the cache.', 'type'),
  histogram(
    'event_handling_duration_seconds',
    pointBuckets,
    'Time to handle an event of an informer (0: the model does it in no time).',
    'event',
  ),
  histogram(
    'framework_extension_point_duration_seconds',
    pointBuckets,
    'Time of all plugins of an extension point for one pod.',
    'extension_point',
    'profile',
    'status',
  ),
  histogram(
    'get_node_hint_duration_seconds',
    batchBuckets,
    'Time to look for a node hint (0: the model does it in no time).',
    'hinted',
    'profile',
  ),
  gauge('goroutines', 'Goroutines by what they do.', 'operation'),
  gauge('inflight_events', 'Events that pods in flight may ask for.', 'event'),
  gauge('pending_pods', 'Pods that wait, by store of the queue.', 'queue'),
  histogram(
    'permit_wait_duration_seconds',
    cycleBuckets,
    'Time that a pod waits on Permit.',
    'result',
  ),
  counter(
    'plugin_evaluation_total',
    'Calls of a plugin that had something to say about the pod.',
    'extension_point',
    'plugin',
    'profile',
  ),
  histogram(
    'plugin_execution_duration_seconds',
    pluginBuckets,
    'Time of one call of a plugin, in a sample of the cycles.',
    'extension_point',
    'plugin',
    'status',
  ),
  counter('pod_scheduled_after_flush_total', 'Pods scheduled after five minutes without an event.'),
  histogram('pod_scheduling_attempts', exponentialBuckets(1, 2, 5), 'Attempts of a scheduled pod.'),
  histogram(
    'pod_scheduling_sli_duration_seconds',
    longBuckets,
    'Time from the first entry into activeQ to the binding.',
    'attempts',
  ),
  counter('preemption_attempts_total', 'Tries to make room by preemption.'),
  histogram(
    'preemption_goroutines_duration_seconds',
    longBuckets,
    'Time to delete the victims of one preemption.',
    'result',
  ),
  counter('preemption_goroutines_execution_total', 'Preemptions carried out.', 'result'),
  histogram('preemption_victims', exponentialBuckets(1, 2, 7), 'Victims of one preemption.'),
  counter('queue_incoming_pods_total', 'Pods that enter a store of the queue.', 'event', 'queue'),
  histogram(
    'queueing_hint_execution_duration_seconds',
    pluginBuckets,
    'Time of a queueing hint (0: the model does it in no time).',
    'event',
    'hint',
    'plugin',
  ),
  counter('schedule_attempts_total', 'Scheduling attempts by result.', 'profile', 'result'),
  histogram(
    'scheduling_algorithm_duration_seconds',
    cycleBuckets,
    'Time from Pop to the choice of a node, with preemption.',
  ),
  histogram(
    'scheduling_attempt_duration_seconds',
    cycleBuckets,
    'Time of one scheduling attempt with its binding.',
    'profile',
    'result',
  ),
  histogram(
    'store_schedule_results_duration_seconds',
    batchBuckets,
    'Time to keep scores for an equal pod (0: the model does it in no time).',
    'profile',
  ),
  gauge('unschedulable_pods', 'Pods by plugin that has rejected them.', 'plugin', 'profile'),
];
