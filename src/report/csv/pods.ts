// pods.csv: the life of every pod.
import type { PodRow } from '../../metrics/run-result.js';
import { schedulingLatencyUs, startupUs } from '../pod-latencies.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row a pod, in order of creation. */
export const podsCsv: CsvFile = csvFile<PodRow>(
  'pods.csv',
  'One row a pod, in order of creation.',
  [
    textColumn('namespace', 'Namespace of the pod.', (pod) => pod.namespace),
    textColumn('name', 'Name of the pod.', (pod) => pod.name),
    textColumn('uid', 'UID of the pod.', (pod) => pod.uid),
    textColumn(
      'owner',
      'Top-most owner, `Deployment/frontend`; empty for a bare pod.',
      (pod) => pod.owner,
    ),
    textColumn('node', 'Node it was bound to; empty when it was not.', (pod) => pod.node),
    textColumn('phase', 'Phase at the end of the run.', (pod) => pod.phase),
    numberColumn('attempts', 'Times the scheduler tried to place it.', (p) => p.schedulingAttempts),
    secondsColumn('created_seconds', 'Create committed to the API.', (pod) => pod.createdUs),
    secondsColumn('queued_seconds', 'First seen by the scheduler.', (pod) => pod.queuedUs),
    secondsColumn('scheduled_seconds', 'Node chosen and assumed.', (pod) => pod.scheduledUs),
    secondsColumn('bound_seconds', 'Binding committed to the API.', (pod) => pod.boundUs),
    secondsColumn('sandbox_seconds', 'Pod sandbox with its network made.', (pod) => pod.sandboxUs),
    secondsColumn('image_pulled_seconds', 'Last image on the node.', (pod) => pod.imagePulledUs),
    secondsColumn('started_seconds', 'Last container started.', (pod) => pod.startedUs),
    secondsColumn(
      'ready_seconds',
      'Ready condition committed to the API; the first time.',
      (pod) => pod.readyUs,
    ),
    secondsColumn(
      'endpoint_published_seconds',
      'First EndpointSlice with this pod ready committed; empty too when no Service selects it.',
      (pod) => pod.endpointPublishedUs,
    ),
    secondsColumn(
      'endpoint_programmed_seconds',
      'Endpoint programmed by every kube-proxy.',
      (pod) => pod.endpointProgrammedUs,
    ),
    secondsColumn('deleted_seconds', 'Pod removed from the API.', (pod) => pod.deletedUs),
    secondsColumn('scheduling_latency_seconds', 'From queued to bound.', schedulingLatencyUs),
    secondsColumn('startup_seconds', 'From created to ready.', startupUs),
    secondsColumn(
      'cpu_asked_seconds',
      'CPU that its containers asked for; empty when they do not say.',
      (pod) => pod.cpu?.askedUs,
    ),
    secondsColumn('cpu_used_seconds', 'CPU that they got of that.', (pod) => pod.cpu?.usedUs),
    textColumn(
      'message',
      'Last message of a FailedScheduling event; empty when there was none.',
      (pod) => pod.message,
    ),
  ],
  (result) => result.pods,
);
