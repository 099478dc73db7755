// Waiting for pods, namespace after namespace: a look at once, then every second, for ten minutes
// at most. What is counted are all pods of the namespace, whichever operation has created them.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/executor.go waitUntilPodsScheduled,
// waitUntilPodsAttempted.
import type { Labels } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import type { Informer } from '../../../client/informer.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import { schedulerPerfConstants } from '../constants.js';
import { hasLabels, isAttempted, isScheduled, refusalOf } from './pod-selection.js';

/** What is waited for. */
export interface PodGoal {
  readonly stage: 'Scheduled' | 'Attempted';
  readonly labelSelector: Labels;
  /** How many pods of each namespace have to be that far. */
  readonly counts: readonly { readonly namespace: string; readonly count: number }[];
}

/** Called when all are that far, or with the reason why one is not. */
export type WaitEnd = (failure: string | undefined) => void;

/** One wait at a time. */
export class PodWait {
  readonly #simulation: Simulation;
  readonly #pods: Informer<Pod>;
  readonly #polled: EventKind;
  #goal: PodGoal = { stage: 'Scheduled', labelSelector: {}, counts: [] };
  #onEnd: WaitEnd = () => {};
  /** Index of the namespace that is waited for. */
  #next = 0;
  #sinceUs: SimTime = 0;

  constructor(simulation: Simulation, pods: Informer<Pod>) {
    this.#simulation = simulation;
    this.#pods = pods;
    this.#polled = simulation.defineEvent('scheduler-perf.PodsPolled', () => this.#look());
  }

  /** Begins; `onEnd` may be called before this returns. */
  start(goal: PodGoal, onEnd: WaitEnd): void {
    this.#goal = goal;
    this.#onEnd = onEnd;
    this.#next = 0;
    this.#sinceUs = this.#simulation.now;
    this.#look();
  }

  #look(): void {
    const { counts } = this.#goal;
    const { pollIntervalUs, waitTimeoutUs } = schedulerPerfConstants;
    const { now } = this.#simulation;
    for (let wanted = counts[this.#next]; wanted !== undefined; wanted = counts[this.#next]) {
      const { count, laggard } = this.#state(wanted.namespace);
      if (count < wanted.count) {
        if (now - this.#sinceUs >= waitTimeoutUs) this.#giveUp(wanted, count, laggard);
        else this.#simulation.after(pollIntervalUs, this.#polled);
        return;
      }
      this.#next++;
      this.#sinceUs = now;
    }
    this.#onEnd(undefined);
  }

  /** How many pods of a namespace are far enough, and one that is not. Linear in all pods. */
  #state(namespace: string): { readonly count: number; readonly laggard: Pod | undefined } {
    const { stage, labelSelector } = this.#goal;
    const isThere = stage === 'Scheduled' ? isScheduled : isAttempted;
    let count = 0;
    let laggard: Pod | undefined;
    for (const pod of this.#pods.store.values()) {
      if (pod.metadata.namespace !== namespace || !hasLabels(pod, labelSelector)) continue;
      if (isThere(pod)) count++;
      else laggard ??= pod;
    }
    return { count, laggard };
  }

  #giveUp(wanted: PodGoal['counts'][number], count: number, laggard: Pod | undefined): void {
    const what = this.#goal.stage === 'Scheduled' ? 'have got a node' : 'have been attempted';
    const { waitTimeoutUs } = schedulerPerfConstants;
    const head =
      `${count} of ${wanted.count} pods in namespace ${wanted.namespace} ${what} ` +
      `after ${waitTimeoutUs / 60_000_000} minutes`;
    const why = laggard === undefined ? '' : refusalOf(laggard);
    const name = `${wanted.namespace}/${laggard?.metadata.name}`;
    const example = laggard === undefined ? '' : `; ${name} has not`;
    this.#onEnd(`${head}${example}${why === '' ? '' : `: ${why}`}`);
  }
}
