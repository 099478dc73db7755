// What a scheduling queue is made of, and how full it is.
// Source: kube-scheduler v1.36 backend/queue/scheduling_queue.go; reference: scheduler 1.2 and 4.

import type { SimTime } from '../../../kernel/time.js';
import type { Framework } from '../framework/framework.js';
import type { Nominator } from '../framework/nominator.js';
import type { QueueListener, QueueMonitor } from './queue-listener.js';

export interface SchedulingQueueOptions {
  /** All profiles; they share the QueueSort plugin of the first. */
  readonly frameworks: readonly Framework[];
  readonly nominator: Nominator;
  /** Whether extenders may reject pods. */
  readonly hasExtenders?: boolean;
  readonly podInitialBackoffUs: SimTime;
  readonly podMaxBackoffUs: SimTime;
  /** How long a pod may lie in unschedulablePods before it is tried again anyway. */
  readonly podMaxInUnschedulablePodsUs: SimTime;
  readonly listener?: QueueListener | undefined;
  readonly monitor?: QueueMonitor | undefined;
  /** The feature gate SchedulerQueueingHints; on by default. */
  readonly queueingHints?: boolean;
}

/** Number of pods by store, as in scheduler_pending_pods. */
export interface PendingPods {
  readonly active: number;
  readonly backoff: number;
  readonly unschedulable: number;
  readonly gated: number;
}
