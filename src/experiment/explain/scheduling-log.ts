// Collects everything that one scheduler does about the pods of one name: several, if one was
// deleted and made anew.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { keyOf } from '../../client/api-request.js';
import type { SchedulerSpec } from '../../cluster/cluster-spec.js';
import { CycleNotes } from '../../control-plane/scheduler/framework/cycle-notes.js';
import type { PodInfo } from '../../control-plane/scheduler/framework/pod-info.js';
import type { ObservedEvent } from '../../control-plane/scheduler/queue/in-flight-events.js';
import type { QueueEntry } from '../../control-plane/scheduler/queue/queue-listener.js';
import type { Failure } from '../../control-plane/scheduler/scheduling-cycle.js';
import type {
  RecordedCycle,
  SchedulingRecorder,
} from '../../control-plane/scheduler/scheduling-recorder.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { attemptOf, requestsOf } from './attempt-record.js';
import type { AttemptRecord, Occasion, PodExplanation, QueueMove } from './pod-explanation.js';

/** What the scheduler knows of one pod; the rest of its explanation comes from the run's result. */
export interface PodLog extends Pick<PodExplanation, 'priority' | 'requests'> {
  readonly attempts: AttemptRecord[];
  readonly moves: QueueMove[];
}

/**
 * Attempts of a pod, the first and the last ones, of which every node is kept. A pod that fits
 * nowhere in a large cluster may be tried for hours.
 */
export const wholeAttempts = 20;

/** Records pods by `namespace/name`. */
export class SchedulingLog implements SchedulingRecorder {
  /** By UID, in order of appearance. */
  readonly pods = new Map<string, PodLog>();
  readonly #simulation: Pick<Simulation, 'now'>;
  readonly #key: string;
  readonly #scheduler: Pick<SchedulerSpec, 'name' | 'tieBreak'>;

  constructor(
    simulation: Pick<Simulation, 'now'>,
    scheduler: Pick<SchedulerSpec, 'name' | 'tieBreak'>,
    key: string,
  ) {
    this.#simulation = simulation;
    this.#scheduler = scheduler;
    this.#key = key;
  }

  notesFor({ key }: PodInfo): CycleNotes | undefined {
    return key === this.#key ? new CycleNotes() : undefined;
  }

  decided(cycle: RecordedCycle): void {
    const { attempts } = this.#logOf(cycle.entry.info);
    attempts.push(attemptOf(cycle, this.#simulation.now, this.#scheduler));
    const middle = attempts.length - 1 - wholeAttempts;
    const attempt = attempts[middle];
    if (middle >= wholeAttempts && attempt !== undefined) attempts[middle] = abridged(attempt);
  }

  assumed(pod: PodInfo, waits: ReadonlyMap<string, SimTime>): void {
    if (pod.key !== this.#key) return;
    const permitWaits = [...waits].map(([plugin, timeoutUs]) => ({ plugin, timeoutUs }));
    this.#amend(pod, { assumedUs: this.#simulation.now, permitWaits });
  }

  attemptEnded(pod: PodInfo, failure: Failure | undefined): void {
    if (pod.key !== this.#key) return;
    const { result = 'scheduled', message = '' } = failure ?? {};
    this.#amend(pod, { endedUs: this.#simulation.now, result, message });
  }

  /** What has become of the pod's last attempt. */
  #amend(pod: PodInfo, fields: Partial<AttemptRecord>): void {
    const { attempts } = this.#logOf(pod);
    const last = attempts.pop();
    if (last !== undefined) attempts.push({ ...last, ...fields });
  }

  entered({ entry, store, cause, refusal, hints }: QueueEntry): void {
    if (entry.key !== this.#key) return;
    const occasion = (observed: ObservedEvent): Occasion => ({
      event: observed.event.label,
      object: describeObject(observed.object ?? observed.previous),
      plugins: hints.pluginsThatQueue(entry, observed),
    });
    this.#logOf(entry.info).moves.push({
      timeUs: this.#simulation.now,
      scheduler: this.#scheduler.name,
      store,
      cause: occasion(cause),
      missed: (cause.missed ?? [])
        .filter((each) => hints.strategyFor(entry, each) !== 'skip')
        .map(occasion),
      backoffEndsUs: store === 'backoff' ? entry.backoffExpirationUs : undefined,
      gate: refusal && { plugin: entry.gatingPlugin, reasons: refusal.reasons },
    });
  }

  #logOf(info: PodInfo): PodLog {
    let log = this.pods.get(info.uid);
    if (log === undefined) {
      log = { priority: info.priority, requests: requestsOf(info), attempts: [], moves: [] };
      this.pods.set(info.uid, log);
    }
    return log;
  }
}

/** The attempt without its nodes. */
function abridged(attempt: AttemptRecord): AttemptRecord {
  return { ...attempt, feasible: [], refused: [], notExamined: [], isAbridged: true };
}

function describeObject(object: KubernetesObject | undefined): string {
  return object === undefined ? '' : `${object.kind} ${keyOf(object)}`;
}
