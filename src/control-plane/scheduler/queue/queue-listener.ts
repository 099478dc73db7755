// Who wants to know which pod enters which store of the scheduling queue, and why. Absent in most
// runs. Source of stores and causes: kube-scheduler v1.36, the labels of
// scheduler_queue_incoming_pods_total; reference: scheduler 1.2 and 4.

import type { ClusterEvent } from '../framework/cluster-event.js';
import type { QueueingHint } from '../framework/plugin.js';
import type { Status, StatusCode } from '../framework/status.js';
import type { ObservedEvent } from './in-flight-events.js';
import type { QueuedPodInfo } from './queued-pod-info.js';
import type { QueueingHints } from './queueing-hints.js';

/** As in scheduler_pending_pods. */
export type QueueStore = 'active' | 'backoff' | 'unschedulable' | 'gated';

/** What brings a pod into a store; the label of its event is that of the metric. */
export interface QueueCause extends ObservedEvent {
  /** After a failed attempt: what happened in the cluster while it was under way. */
  readonly missed?: readonly ObservedEvent[] | undefined;
}

/** One pod entering one store. */
export interface QueueEntry {
  readonly entry: QueuedPodInfo;
  readonly store: QueueStore;
  readonly cause: QueueCause;
  /** Why the pod is kept out; undefined unless it is gated. */
  readonly refusal: Status | undefined;
  /** Of the pod's profile; they say whose hint has let the pod go. */
  readonly hints: QueueingHints;
}

/** Must change nothing. */
export interface QueueListener {
  entered(entry: QueueEntry): void;
}

/** Who counts what the queue does. Must change nothing. */
export interface QueueMonitor extends QueueListener {
  /** All plugins of a point have run for one pod, in `durationUs` of simulated time. */
  pointRan(profile: string, point: 'PreEnqueue', code: StatusCode, durationUs: number): void;
  /** A plugin was asked if an event helps a pod that it has rejected. */
  hinted(plugin: string, event: string, hint: QueueingHint): void;
}

function internalCause(label: string): QueueCause {
  const event: ClusterEvent = { resource: '*', action: 0, label };
  return { event, previous: undefined, object: undefined };
}

/** Causes that are no change in the cluster. */
export const podAdded: QueueCause = internalCause('UnschedulablePodAdd');
export const attemptFailed: QueueCause = internalCause('ScheduleAttemptFailure');
export const backoffCompleted: QueueCause = internalCause('BackoffComplete');
export const poppedFromBackoffQ: QueueCause = internalCause('PopFromBackoffQ');
