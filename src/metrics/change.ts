// One change that a client asked for, and its row in convergence.csv.
import type { ObjectReference } from '../cluster/operation.js';
import { type Goal, STAGES, type StageTimes } from './goal.js';
import type { ConvergenceRow } from './run-result.js';

/** A change from the client's first call on. */
export class Change {
  readonly verb: string;
  readonly target: ObjectReference;
  readonly startedUs: number;
  /** Objects that it is about. */
  readonly objects: number;
  /** Objects that are accepted or refused. */
  answered = 0;
  /** Objects that have converged, and those that never will. */
  converged = 0;
  failed = 0;
  /** The last acceptance. */
  acceptedUs: number | undefined;
  /** Pods wanted when it was accepted, or as soon as that was known. */
  replicas = 0;
  /** Why the first of the failed objects never will; empty when none. */
  failure = '';
  /** Goals of objects that were accepted and have not converged. */
  readonly goals = new Set<Goal>();
  /** Of the converged objects: the last to reach a stage counts. */
  readonly #reachedUs: StageTimes = [];

  constructor(verb: string, target: ObjectReference, startedUs: number, objects: number) {
    this.verb = verb;
    this.target = target;
    this.startedUs = startedUs;
    this.objects = objects;
  }

  /** Every object has converged or failed. */
  get isClosed(): boolean {
    return this.converged + this.failed === this.objects;
  }

  /** One object has converged, with all that follows from it. */
  converge(reachedUs: StageTimes): void {
    this.converged++;
    for (const [index, at] of reachedUs.entries()) {
      if (at !== undefined) this.#reachedUs[index] = this.#latest(this.#reachedUs[index], at);
    }
  }

  /** One object never will. */
  fail(reason: string): void {
    this.failed++;
    this.failure ||= reason;
  }

  /**
   * Of an open change with the stages that hold now for all of its objects, and what is missing.
   */
  get row(): ConvergenceRow {
    const { verb, target, startedUs, acceptedUs } = this;
    const { kind, namespace, name } = target;
    const isConverged = this.converged === this.objects;
    const times = STAGES.map((_, index) => this.#timeOf(index));
    const [created, scheduled, ready, published, programmed, resolvable] = times;
    const reached = [acceptedUs, ...times].filter((time) => time !== undefined);
    return {
      change: `${verb} ${kind}/${namespace === '' ? name : `${namespace}/${name}`}`,
      namespace,
      kind,
      name,
      replicas: this.objects > 1 ? this.objects : this.replicas,
      startedUs,
      acceptedUs: this.answered === this.objects ? acceptedUs : undefined,
      createdUs: created,
      scheduledUs: scheduled,
      readyUs: ready,
      endpointsPublishedUs: published,
      endpointsProgrammedUs: programmed,
      dnsResolvableUs: resolvable,
      convergedUs: isConverged ? Math.max(startedUs, ...reached) : undefined,
      longestStage: longestStage(startedUs, [acceptedUs, ...times]),
      reason: isConverged ? '' : this.#reason(),
    };
  }

  #latest(known: number | undefined, at: number): number {
    return Math.max(at, known ?? this.startedUs);
  }

  /** Undefined unless all objects have reached the stage, or it is none of theirs. */
  #timeOf(stage: number): number | undefined {
    if (this.answered < this.objects || this.failed > 0) return undefined;
    let latest = this.#reachedUs[stage];
    for (const { reachedUs } of this.goals) {
      const at = reachedUs[stage];
      if (at === undefined) return undefined;
      latest = this.#latest(latest, at);
    }
    return latest;
  }

  #reason(): string {
    const { objects, answered, converged, failed, failure } = this;
    const [goal] = this.goals;
    const waitsFor = answered === objects ? (goal?.unfinished ?? '') : 'not all are answered';
    const why = failure || waitsFor;
    if (objects > 1) {
      const fate = failed > 0 ? `${failed} never will` : '';
      return [`${converged} of ${objects} objects have converged`, fate, why]
        .filter((part) => part !== '')
        .join('; ');
    }
    return answered === 0 ? 'the API server has not answered' : why;
  }
}

/** The stage that added most time after all stages before it; '' when nothing was reached. */
function longestStage(startedUs: number, ends: StageTimes): string {
  let latestUs = startedUs;
  let longest = '';
  let longestUs = 0;
  for (const [index, end] of ends.entries()) {
    if (end === undefined) continue;
    if (end - latestUs > longestUs) {
      longest = STAGES[index - 1] ?? 'accepted';
      longestUs = end - latestUs;
    }
    latestUs = Math.max(latestUs, end);
  }
  return longest;
}
