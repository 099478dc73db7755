// A steady state: a number of pods is created; then each pod that gets a node is deleted at once
// and another one created, by one goroutine, until the time is up.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/executor.go createPodsSteadily.
import type { Pod } from '../../../api/pod.js';
import type { Informer } from '../../../client/informer.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { CreatePods } from '../operations.js';
import { podCreation } from './pod-plans.js';
import { isScheduled } from './pod-selection.js';
import type { SeriesEnd, SeriesPlan, SeriesRunner } from './request-series.js';

/** One steady state at a time. */
export class SteadyPods {
  readonly #simulation: Simulation;
  readonly #runner: SeriesRunner;
  readonly #timeUp: EventKind;
  #operation: CreatePods | undefined;
  #onEnd: SeriesEnd = () => {};
  #scheduled: Pod[] = [];
  #seen = 0;
  #isBusy = false;

  constructor(simulation: Simulation, runner: SeriesRunner, pods: Informer<Pod>) {
    this.#simulation = simulation;
    this.#runner = runner;
    this.#timeUp = simulation.defineEvent('scheduler-perf.SteadyStateEnded', () => this.#finish());
    pods.addHandler({
      updated: (previous, pod) => {
        if (!isScheduled(previous) && isScheduled(pod)) this.#note(pod);
      },
    });
  }

  /** Begins; ends when the time is up. */
  start(operation: CreatePods, onEnd: SeriesEnd): void {
    this.#operation = operation;
    this.#onEnd = onEnd;
    this.#scheduled = [];
    this.#seen = 0;
    this.#isBusy = true;
    this.#simulation.after(operation.steadyUs, this.#timeUp);
    this.#runner.run(podCreation(operation), this.#answered);
  }

  #note(pod: Pod): void {
    if (pod.metadata.namespace !== this.#operation?.namespace) return;
    this.#scheduled.push(pod);
    this.#seen++;
    this.#next();
  }

  /** Replaces the pod that has waited longest. */
  #next(): void {
    const operation = this.#operation;
    if (operation === undefined || this.#isBusy) return;
    const pod = this.#scheduled.shift();
    if (pod === undefined) return;
    this.#isBusy = true;
    this.#runner.run(replacement(operation, pod), this.#answered);
  }

  readonly #answered: SeriesEnd = (failure) => {
    this.#isBusy = false;
    if (this.#operation === undefined) return;
    if (failure === undefined) this.#next();
    else this.#finish(failure);
  };

  #finish(failure?: string): void {
    if (this.#operation === undefined) return;
    this.#operation = undefined;
    const nothing = this.#seen === 0 ? 'no pod at all has got a node in the time' : undefined;
    this.#onEnd(failure ?? nothing);
  }
}

/** Deletes a pod without grace, then creates another one. */
function replacement(operation: CreatePods, pod: Pod): SeriesPlan {
  const { namespace = '', name } = pod.metadata;
  const another = podCreation(operation, 1);
  return {
    ...another,
    accepts: (response) => response.code === 404 || (another.accepts?.(response) ?? false),
    request: (index, step, previous) =>
      step === 0
        ? { verb: 'delete', resource: 'pods', namespace, name, gracePeriodSeconds: 0 }
        : another.request(index, step - 1, previous),
  };
}
