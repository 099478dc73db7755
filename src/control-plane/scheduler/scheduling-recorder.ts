// Who wants to know, for some pods, everything about their scheduling: each cycle with its nodes
// and scores, how the attempt ended, each move through the queue. Absent in ordinary runs.

import type { SimTime } from '../../kernel/time.js';
import type { Snapshot } from './cache/snapshot.js';
import type { CycleNotes } from './framework/cycle-notes.js';
import type { Decision } from './framework/decision.js';
import type { Framework } from './framework/framework.js';
import type { PodInfo } from './framework/pod-info.js';
import type { SchedulingAlgorithm } from './framework/scheduling-algorithm.js';
import type { QueueListener } from './queue/queue-listener.js';
import type { QueuedPodInfo } from './queue/queued-pod-info.js';
import type { Failure } from './scheduling-cycle.js';

/** One cycle that has decided. Buffers of the algorithm and the snapshot are valid during a call. */
export interface RecordedCycle {
  readonly entry: QueuedPodInfo;
  readonly framework: Framework;
  readonly decision: Decision;
  readonly notes: CycleNotes;
  /** Which nodes were feasible, their totals, and why the others were refused. */
  readonly algorithm: SchedulingAlgorithm;
  readonly snapshot: Snapshot;
}

/** Must change nothing: a run with a recorder goes as it goes without. */
export interface SchedulingRecorder extends QueueListener {
  /** Where the next cycle of this pod is to note what it does; undefined if nobody asks. */
  notesFor(pod: PodInfo): CycleNotes | undefined;
  /** Called for cycles with notes, at their beginning; they take effect when their time is over. */
  decided(cycle: RecordedCycle): void;
  /**
   * The pod has its node, reserved and permitted; `waits`: Permit plugins that let it wait, and how
   * long at most. Called for every pod.
   */
  assumed(pod: PodInfo, waits: ReadonlyMap<string, SimTime>): void;
  /** An attempt is over: the pod is bound, or why it is not. Called for every pod. */
  attemptEnded(pod: PodInfo, failure: Failure | undefined): void;
}
