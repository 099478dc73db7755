// How an attempt ends: the pod is bound, or it goes back to the queue, and an Event and the pod's
// condition say why. Everybody who counts attempts is told here.
// Source: kube-scheduler v1.36 schedule_one.go bindingCycle, handleSchedulingFailure; reference:
// scheduler 1.10, 1.11, 4.

import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import type { Informer } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { SeriesEventRecorder } from '../../client/series-event-recorder.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { statusPatch, truncatedNote } from './failure-handler.js';
import type { DecisionResult } from './framework/decision.js';
import type { Nominator } from './framework/nominator.js';
import { PodInfo } from './framework/pod-info.js';
import type { QueuedPodInfo } from './queue/queued-pod-info.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { Failure, SchedulingCycle } from './scheduling-cycle.js';
import type { SchedulingRecorder } from './scheduling-recorder.js';

export interface AttemptEndsOptions {
  readonly simulation: Simulation;
  /** Writes conditions. */
  readonly client: ApiClient;
  readonly pods: Pick<Informer<Pod>, 'get'>;
  readonly observer: ClusterObserver;
  readonly recorder?: SchedulingRecorder | undefined;
  readonly monitor?: SchedulerMonitor | undefined;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  /** The recorder of Events of the pod's profile. */
  readonly recorderOf: (pod: PodInfo) => SeriesEventRecorder;
  /** Whether the scheduling goroutine waits until a condition is written. */
  readonly isAwaited: boolean;
  /** A pod has come back to the queue. */
  readonly requeued: () => void;
}

/** What of an attempt its end needs. */
interface EndingAttempt {
  readonly entry: QueuedPodInfo;
  readonly startedUs: SimTime;
}

/** Ends the attempts of one scheduler. */
export class AttemptEnds {
  readonly #options: AttemptEndsOptions;

  constructor(options: AttemptEndsOptions) {
    this.#options = options;
  }

  /** The API server has accepted the binding. */
  bound(cycle: SchedulingCycle): void {
    const { recorder, recorderOf } = this.#options;
    const { assumed, nodeName } = cycle;
    this.#count(cycle, 'scheduled');
    recorder?.attemptEnded(assumed, undefined);
    const note = `Successfully assigned ${assumed.key} to ${nodeName}`;
    recorderOf(assumed).record(assumed.pod, 'Normal', 'Scheduled', note);
  }

  /**
   * Requeues, reports and writes the condition. `then` runs when the condition is written, at once
   * if there is nothing to write or nobody waits for it.
   */
  failed(attempt: EndingAttempt, failure: Failure, then?: (call?: ApiCall) => void): void {
    const { simulation, client, recorder, recorderOf } = this.#options;
    const { entry } = attempt;
    this.#count(attempt, failure.result);
    recorder?.attemptEnded(entry.info, failure);
    this.#requeue(entry, failure);
    const { pod } = entry.info;
    const note = truncatedNote(failure.message);
    recorderOf(entry.info).record(pod, 'Warning', 'FailedScheduling', note);
    const patch = statusPatch(pod, failure, simulation.now);
    const isAwaited = then !== undefined && this.#options.isAwaited;
    if (patch !== undefined) client.send(patch, isAwaited ? then : ignoreAnswer);
    if (patch === undefined || !isAwaited) then?.();
  }

  #count({ entry, startedUs }: EndingAttempt, result: DecisionResult): void {
    const { simulation, observer, monitor } = this.#options;
    const { uid, schedulerName: profile } = entry.info;
    const durationUs = simulation.now - startedUs;
    observer.schedulingAttempted(uid, result, durationUs);
    monitor?.attemptEnded({ entry, profile, result, durationUs });
  }

  /** Back to the queue, unless the pod is gone or has got a node from somebody else. */
  #requeue(entry: QueuedPodInfo, failure: Failure): void {
    const { pods, queue, nominator, simulation, requeued } = this.#options;
    const { uid, key } = entry.info;
    entry.unschedulablePlugins = new Set(failure.unschedulablePlugins);
    entry.pendingPlugins = new Set(failure.pendingPlugins);
    const current = pods.get(key);
    const isGone = current === undefined || current.metadata.uid !== entry.info.pod.metadata.uid;
    if (isGone || (current.spec.nodeName ?? '') !== '') {
      queue.done(uid);
      return;
    }
    if (current !== entry.info.pod) entry.info = new PodInfo(current);
    queue.addUnschedulableIfNotPresent(entry, simulation.now);
    const { nominatedNodeName } = failure;
    if (nominatedNodeName !== undefined) nominator.nominate(entry.info, nominatedNodeName);
    requeued();
  }
}

function ignoreAnswer(): void {}
