// What the parts of the scheduler hand to each other about one attempt to place one pod: the cycle
// itself is in scheduler.ts, the binding in binding-cycle.ts, and how it ends in attempt-ends.ts.
// Source: kube-scheduler v1.36 schedule_one.go; reference: scheduler 1.11, 8.4.

import type { SimTime } from '../../kernel/time.js';
import type { CycleState } from './framework/cycle-state.js';
import type { Framework } from './framework/framework.js';
import type { PodInfo } from './framework/pod-info.js';
import type { QueuedPodInfo } from './queue/queued-pod-info.js';

/** What the parts of the scheduler hand to each other about one attempt. */
export interface SchedulingCycle {
  readonly entry: QueuedPodInfo;
  readonly framework: Framework;
  readonly state: CycleState;
  /** After Pop. */
  readonly startedUs: SimTime;
  /** The pod with its node. */
  readonly assumed: PodInfo;
  readonly nodeName: string;
}

/** Why an attempt has failed. */
export interface Failure {
  readonly result: 'unschedulable' | 'error';
  readonly message: string;
  readonly unschedulablePlugins: readonly string[];
  readonly pendingPlugins: readonly string[];
  /** '' clears the nomination, undefined leaves it. */
  readonly nominatedNodeName: string | undefined;
}
