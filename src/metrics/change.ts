// One change that a client asked for, and its row in convergence.csv.
import type { ObjectReference } from '../cluster/operation.js';
import { causeOf } from './critical-path/activities.js';
import { type ActivityTimes, type PathPart, pathBetween } from './critical-path/activity-ledger.js';
import { type Goal, STAGES, type StageTimes } from './goal.js';
import type { ConvergenceRow, CriticalPathRow } from './run-result.js';

/** The verb of the change that the pods are which were pending when the run began. */
export const STARTING = 'start';

/** What the acceptance of a change consists of that is no single call. */
const waits: Readonly<Record<string, string>> = {
  drain: 'evictions, and evicted pods coming to their end',
  [STARTING]: 'pods that were pending when the run began',
};

/** From when on a change waits for a goal, and where the goal's time had gone by then. */
interface Wait {
  readonly sinceUs: number;
  /** Undefined: nowhere yet. */
  readonly before: ActivityTimes | undefined;
}

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
  readonly #goals = new Map<Goal, Wait>();
  /** Of the converged objects: the last to reach a stage counts. */
  readonly #reachedUs: StageTimes = [];
  /** Goals of objects that have converged. */
  readonly #done: Goal[] = [];
  /** The way of the object that has converged last. */
  #path: readonly CriticalPathRow[] = [];

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

  /** One of its objects has a goal, which it waits for from now on. */
  await(goal: Goal, before: ActivityTimes | undefined, now: number): void {
    this.#goals.set(goal, { sinceUs: now, before });
  }

  /** It does not wait for a goal any more. */
  abandon(goal: Goal): void {
    this.#goals.delete(goal);
  }

  /** What it has been waiting for since it began, on the way to a goal. */
  pathTo(goal: Goal, now: number): readonly CriticalPathRow[] {
    const wait = this.#goals.get(goal);
    const { ledger } = goal;
    if (wait === undefined || ledger === undefined) return [];
    const parts = pathBetween(wait.before, ledger.timesAt(now), ledger.clients);
    return [...this.#callTo(wait.sinceUs), ...parts.map(pathRow)];
  }

  /** One object has converged, with all that follows from it; without `path` by its acceptance. */
  converge(reachedUs: StageTimes, path: readonly CriticalPathRow[] | undefined, goal?: Goal): void {
    this.converged++;
    if (goal !== undefined && this.verb !== 'delete') this.#done.push(goal);
    this.#path = path ?? this.#callTo(this.acceptedUs ?? this.startedUs);
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
   * Of an open change with the stages that hold now for all of its objects, what is missing, and
   * its way until now. `empty`: Services that select nothing. `obstacle`: why nothing can be stored.
   */
  row(now: number, empty: ReadonlySet<Goal>, obstacle?: string): ConvergenceRow {
    const { verb, target, startedUs, acceptedUs } = this;
    const { kind, namespace, name } = target;
    const emptiness = this.#emptiness(empty);
    const isConverged = this.converged === this.objects && emptiness === '';
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
      criticalPath: this.#pathUntil(now),
      reason: isConverged ? '' : emptiness || this.#reason(obstacle),
    };
  }

  /** Why an object that has converged serves nothing. */
  #emptiness(empty: ReadonlySet<Goal>): string {
    for (const goal of this.#done) {
      if (empty.has(goal) && !goal.isDeleted) return 'its selector selects no pod';
      if (goal.emptiness !== '') return goal.emptiness;
    }
    return '';
  }

  #callTo(untilUs: number): readonly CriticalPathRow[] {
    const us = untilUs - this.startedUs;
    if (us === 0) return [];
    const cause = waits[this.verb] ?? causeOf('api_call');
    return [{ activity: 'api_call', us, cause }];
  }

  #pathUntil(now: number): readonly CriticalPathRow[] {
    const [goal] = this.#goals.keys();
    return goal === undefined ? this.#path : this.pathTo(goal, now);
  }

  #latest(known: number | undefined, at: number): number {
    return Math.max(at, known ?? this.startedUs);
  }

  /** Undefined unless all objects have reached the stage, or it is none of theirs. */
  #timeOf(stage: number): number | undefined {
    if (this.answered < this.objects || this.failed > 0) return undefined;
    let latest = this.#reachedUs[stage];
    for (const { reachedUs } of this.#goals.keys()) {
      const at = reachedUs[stage];
      if (at === undefined) return undefined;
      latest = this.#latest(latest, at);
    }
    return latest;
  }

  #reason(obstacle: string | undefined): string {
    const shortage = this.#shortage();
    return this.isClosed || obstacle === undefined ? shortage : `${obstacle}; ${shortage}`;
  }

  #shortage(): string {
    const { objects, answered, converged, failed, failure } = this;
    if (this.verb === STARTING) return `${objects - converged} of ${objects} pods are not Ready`;
    const [goal] = this.#goals.keys();
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

function pathRow({ activity, us, client }: PathPart): CriticalPathRow {
  const cause = client
    ? `${client.name} waiting for the ${client.qps} requests a second of its client`
    : causeOf(activity);
  return { activity, us, cause };
}
