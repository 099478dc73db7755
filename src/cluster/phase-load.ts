// The load generator behind `phases`: one client outside the cluster, without a rate limit of its
// own, that begins units when their tuning set says so. The objects of a unit follow one another.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import { type ApiResponse, isSuccess } from '../client/api-request.js';
import type { EventKind } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { DriverOptions } from './driver.js';
import {
  addressOf,
  applyStep,
  createStep,
  deleteStep,
  patchRequest,
  referenceOf,
  type StepRequest,
} from './driver-step.js';
import type { Phase, PhasesOperation } from './phase-operation.js';
import { mostInFlight, type Schedule, schedulesOf, type TuningSet } from './tuning-set.js';

/** A phase under way. */
interface Running {
  readonly phase: Phase;
  readonly schedule: Schedule;
  readonly limit: number;
  /** Ids of changes by kind. */
  readonly changes: ReadonlyMap<string, number>;
  /** Places of the schedule whose units have begun. */
  begun: number;
  inFlight: number;
  isTimerSet: boolean;
}

/** The request under way for one object of a unit. */
interface Turn {
  readonly running: Running;
  readonly index: number;
  readonly unit: number;
  /** Of the unit. */
  readonly object: number;
  readonly step: StepRequest;
}

export class PhaseLoad {
  readonly #options: DriverOptions;
  readonly #operation: PhasesOperation;
  readonly #onFinished: () => void;
  readonly #client: ApiClient;
  readonly #due: EventKind;
  #running: readonly Running[] = [];
  /** Units that are not done yet. */
  #left = 0;
  #startUs: SimTime = 0;

  /** `onFinished` is called when the last unit is done. */
  constructor(options: DriverOptions, operation: PhasesOperation, onFinished: () => void) {
    const { simulation, transport, connection } = options;
    this.#options = options;
    this.#operation = operation;
    this.#onFinished = onFinished;
    const name = `load-generator/${operation.source}`;
    const user = 'load-generator';
    this.#client = new ApiClient(transport, { name, user, connection, contentType: 'json' });
    this.#due = simulation.defineEvent(`${name}.UnitDue`, (index) => {
      const running = this.#running[index] as Running;
      running.isTimerSet = false;
      this.#beginDue(running, index);
    });
  }

  start(): void {
    const { phases, tuningSets, source } = this.#operation;
    const { simulation } = this.#options;
    const sizes = phases.map(({ tuningSet, units }) => ({ tuningSet, units: units.length }));
    const stream = simulation.random.stream(`load-generator/${source}`);
    const schedules = schedulesOf(sizes, tuningSets, () => stream);
    this.#startUs = simulation.now;
    this.#left = sizes.reduce((total, { units }) => total + units, 0);
    if (this.#left === 0) return this.#onFinished();
    this.#running = phases.map((phase, index) => ({
      phase,
      schedule: schedules[index] as Schedule,
      limit: mostInFlight(tuningSets.get(phase.tuningSet) as TuningSet),
      changes: this.#announce(phase),
      begun: 0,
      inFlight: 0,
      isTimerSet: false,
    }));
    for (const [index, running] of this.#running.entries()) this.#beginDue(running, index);
  }

  #announce({ action, changes }: Phase): ReadonlyMap<string, number> {
    const listener = this.#options.changes;
    return new Map(
      changes.map(({ target, objects }) => [
        target.kind,
        listener.changeStarted(action, target, objects),
      ]),
    );
  }

  /** Begins what is due, as far as units under way allow; sets the timer for the next. */
  #beginDue(running: Running, index: number): void {
    const { simulation } = this.#options;
    const { order, dueUs } = running.schedule;
    while (running.begun < order.length && running.inFlight < running.limit) {
      const due = this.#startUs + (dueUs[running.begun] as number);
      if (due > simulation.now) {
        if (!running.isTimerSet) simulation.at(due, this.#due, index);
        running.isTimerSet = true;
        return;
      }
      const unit = order[running.begun++] as number;
      running.inFlight++;
      this.#turn(running, index, unit, 0);
    }
  }

  #turn(running: Running, index: number, unit: number, object: number): void {
    const body = running.phase.units[unit]?.[object];
    if (body === undefined) return this.#finish(running, index);
    const step = stepOf(running.phase, unit, body);
    const turn: Turn = { running, index, unit, object, step };
    this.#client.send(step.request, this.#answered, turn);
  }

  readonly #answered = (call: ApiCall): void => {
    const turn = call.context as Turn;
    const { running, index, unit, object } = turn;
    const response = call.response as ApiResponse;
    const following = turn.step.next?.(response);
    if (following !== undefined && 'request' in following) {
      const next: Turn = { ...turn, step: following };
      return this.#client.send(following.request, this.#answered, next);
    }
    const { changes } = this.#options;
    const { kind } = running.phase.units[unit]?.[object] ?? { kind: '' };
    const change = running.changes.get(kind);
    if (change !== undefined) {
      if (following !== undefined) changes.changeRefused(change, following.refusal);
      else if (isSuccess(response)) changes.changeAccepted(change, response.object);
      else changes.changeRefused(change, response.message);
    }
    this.#turn(running, index, unit, object + 1);
  };

  #finish(running: Running, index: number): void {
    running.inFlight--;
    this.#left--;
    if (this.#left === 0) this.#onFinished();
    else this.#beginDue(running, index);
  }
}

function stepOf({ action, patches }: Phase, unit: number, object: KubernetesObject): StepRequest {
  switch (action) {
    case 'apply':
      return applyStep(object);
    case 'create':
      return createStep(object);
    case 'delete':
      return deleteStep(referenceOf(object));
    case 'get':
      return { request: { verb: 'get', ...addressOf(referenceOf(object)) } };
    case 'patch':
      return { request: patchRequest(referenceOf(object), patches?.[unit] ?? {}) };
  }
}
