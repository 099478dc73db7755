// Who measures a scheduler: told of everything that kube-scheduler has a metric for, in simulated
// time. What the model does in no time is reported with a duration of 0: PreEnqueue, Reserve,
// Permit, PostBind, Unreserve, queueing hints, the handling of events.
// Source: kube-scheduler v1.36 metrics/metrics.go; reference: scheduler 4.

import type { CycleTimes } from './cost-model.js';
import type { Decision } from './framework/decision.js';
import type { Framework } from './framework/framework.js';
import type { NodeStatuses } from './framework/node-statuses.js';
import type { StatusCode } from './framework/status.js';
import type { QueueMonitor } from './queue/queue-listener.js';
import type { PendingPods } from './queue/queue-options.js';
import type { QueuedPodInfo } from './queue/queued-pod-info.js';

/** Extension points that a cycle does not run through itself, as the label of the metrics says. */
export type PointName =
  | 'PreEnqueue'
  | 'Reserve'
  | 'Unreserve'
  | 'Permit'
  | 'PreBindPreFlight'
  | 'PreBind'
  | 'Bind'
  | 'PostBind';

/** A scheduling cycle whose time has passed. Buffers are valid during the call. */
export interface MeasuredCycle {
  readonly framework: Framework;
  readonly decision: Decision;
  /** Why which node was refused. */
  readonly statuses: NodeStatuses;
  /** How long its parts have taken, µs of simulated time. */
  readonly times: CycleTimes;
}

/** An attempt that is over: bound, or back in the queue. */
export interface MeasuredAttempt {
  readonly entry: QueuedPodInfo;
  /** Name of the profile. */
  readonly profile: string;
  readonly result: Decision['result'];
  /** From Pop to the binding's end, or to the failure, µs. */
  readonly durationUs: number;
}

/** What a scheduler is like at a moment. */
export interface SchedulerState {
  readonly pendingPods: PendingPods;
  readonly cacheSize: {
    readonly nodes: number;
    readonly pods: number;
    readonly assumedPods: number;
  };
  /** Bindings under way, from assumption to the API server's answer. */
  readonly bindings: number;
  /** Events that pods in flight may ask for, by label; and those pods as `PodPopped`. */
  readonly inFlightEvents: ReadonlyMap<string, number>;
  /** Pods that a plugin has rejected, by profile and plugin. */
  readonly unschedulablePods: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Must change nothing. */
export interface SchedulerMonitor extends QueueMonitor {
  /** Called once, before anything else; `state` may be called at any time. */
  attached(frameworks: readonly Framework[], state: () => SchedulerState): void;
  cycleEnded(cycle: MeasuredCycle): void;
  attemptEnded(attempt: MeasuredAttempt): void;
  /** All plugins of a point have run for one pod. */
  pointRan(profile: string, point: PointName, code: StatusCode, durationUs: number): void;
  /** A pod has waited on Permit. */
  permitWaited(code: StatusCode, durationUs: number): void;
  /** A handler of an informer has done its work; `event` is the label of what it was. */
  eventHandled(event: string): void;
  /** Preemption was tried: DefaultPreemption's PostFilter has run. */
  preemptionAttempted(): void;
  /** Victims of one preemption are about to be deleted. */
  victimsSelected(count: number): void;
  /** They have been, or one of them could not be; µs since they were selected. */
  preemptionEnded(hasFailed: boolean, durationUs: number): void;
}
