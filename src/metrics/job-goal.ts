// A Job as a goal: it has converged when it is Complete or suspended, and cannot any more when it
// has Failed.
import type { Job } from '../api/job.js';
import type { Activity } from './critical-path/activities.js';
import { type ApiStage, Goal } from './goal.js';
import { WorkloadGoal } from './workload-goal.js';

export class JobGoal extends Goal {
  /** Its pods; nothing waits for them but the Job. */
  readonly pods: WorkloadGoal;
  #job: Job;

  constructor(job: Job) {
    super(job);
    this.pods = new WorkloadGoal(job);
    this.#job = job;
  }

  /** Takes over a new state. */
  update(job: Job, isDeleted: boolean): void {
    this.#job = job;
    this.isDeleted = isDeleted;
  }

  override get replicas(): number {
    const { completions, parallelism = 1 } = this.#job.spec;
    return completions ?? parallelism;
  }

  override get impossible(): string {
    const failure = this.#condition('Failed');
    return super.impossible || (failure === undefined ? '' : `the Job has Failed: ${failure}`);
  }

  override holds(stage: ApiStage): boolean | undefined {
    if (stage !== 'ready') return undefined;
    // A suspended Job waits for nobody but the one who suspended it.
    return this.isDeleted || this.#isTrue('Complete') || this.#isTrue('Suspended');
  }

  override waitsFor(): Activity {
    const { completions = Number.POSITIVE_INFINITY, parallelism = 1 } = this.#job.spec;
    const missing = completions - (this.#job.status?.succeeded ?? 0);
    if (this.pods.activePods < Math.min(parallelism, missing)) return 'create';
    const inFlight = this.pods.inFlight();
    if (inFlight !== undefined && inFlight !== 'readiness') return inFlight;
    return this.pods.activePods > 0 ? 'run' : 'create';
  }

  override lacks(_stage: ApiStage): string {
    return `${this.#job.status?.succeeded ?? 0} of ${this.replicas} pods have succeeded`;
  }

  #isTrue(wanted: string): boolean {
    return this.#condition(wanted) !== undefined;
  }

  /** The reason and message of a condition that is True; undefined when it is not. */
  #condition(wanted: string): string | undefined {
    const found = this.#job.status?.conditions?.find(
      ({ type, status }) => type === wanted && status === 'True',
    );
    if (found === undefined) return undefined;
    const { reason = wanted, message } = found;
    return message === undefined ? reason : `${reason}, ${message}`;
  }
}
