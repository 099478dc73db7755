// The outcome of one scheduling cycle, and what it has had to do for that.
// Source: kube-scheduler v1.36 schedule_one.go ScheduleResult, framework/types.go Diagnosis.

import type { CycleState } from './cycle-state.js';
import type { ExtenderWork } from './extender-chain.js';
import type { PostFilterWork } from './plugin.js';
import type { PluginWalk } from './plugin-walk.js';
import type { PodInfo } from './pod-info.js';
import type { StatusCode } from './status.js';

/** Why the cycle ended: as in scheduler_schedule_attempts_total. */
export type DecisionResult = 'scheduled' | 'unschedulable' | 'error';

/** What a cycle has had to do; the cost model turns it into time. */
export interface CycleWork {
  snapshotNodes: number;
  /** Nodes that the filters looked at. */
  examinedNodes: number;
  /** Nodes that were scored: 0 when one was feasible. */
  scoredNodes: number;
  /** Passes over the cluster in PreFilter and PreScore. */
  readonly walks: readonly PluginWalk[];
  /** Filter and score plugins that had something to say, by name. */
  filters: readonly string[];
  scorers: readonly string[];
  /** Absent when nobody was asked. */
  extenders?: ExtenderWork;
  /** Absent when preemption was not tried. */
  postFilter?: PostFilterWork;
}

/** How the extension points of a cycle have answered; undefined: they have not run. */
export interface PointCodes {
  preFilter?: StatusCode;
  /** One for each search for feasible nodes: that of the nominated node, that of the others. */
  readonly filter: StatusCode[];
  postFilter?: StatusCode;
  preScore?: StatusCode;
  score?: StatusCode;
}

/** The outcome of one scheduling cycle. */
export interface Decision {
  readonly result: DecisionResult;
  /** '' unless scheduled. */
  readonly nodeName: string;
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  /** Of the Event and the condition; '' when scheduled. */
  readonly message: string;
  /** Plugins whose events bring the pod back, sorted. */
  readonly unschedulablePlugins: readonly string[];
  /** Of those, the ones that wait for something to happen and let the pod skip its backoff. */
  readonly pendingPlugins: readonly string[];
  /** Set by preemption; '' clears the nomination, undefined leaves it. */
  readonly nominatedNodeName: string | undefined;
  /** Pods that preemption wants deleted, in order; empty without preemption. */
  readonly victims: readonly PodInfo[];
  readonly state: CycleState;
  readonly work: CycleWork;
  readonly points: PointCodes;
}
