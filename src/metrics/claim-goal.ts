// A PersistentVolumeClaim as a goal: it has converged when it is bound, or when it waits for its
// first consumer, as its class wants it to.
import type { Event } from '../api/event.js';
import type { PersistentVolumeClaim } from '../api/persistent-volume.js';
import type { Activity } from './critical-path/activities.js';
import { type ApiStage, Goal } from './goal.js';

/** Events by which the PV controller says that a claim is not bound before a pod has its node. */
const waitingReasons: ReadonlySet<string> = new Set([
  'WaitForFirstConsumer',
  'WaitForPodScheduled',
]);

export class ClaimGoal extends Goal {
  #claim: PersistentVolumeClaim;
  #lastEvent: Event | undefined;

  constructor(claim: PersistentVolumeClaim) {
    super(claim);
    this.#claim = claim;
  }

  /** Takes over a new state. */
  update(claim: PersistentVolumeClaim, isDeleted: boolean): void {
    this.#claim = claim;
    this.isDeleted = isDeleted;
  }

  /** Something was said about the claim. */
  report(event: Event): void {
    this.#lastEvent = event;
  }

  override get replicas(): number {
    return 0;
  }

  override get impossible(): string {
    const isLost = this.#claim.status?.phase === 'Lost';
    return super.impossible || (isLost ? 'the claim has lost its volume' : '');
  }

  override holds(stage: ApiStage): boolean | undefined {
    if (stage !== 'ready') return undefined;
    const isWaiting = waitingReasons.has(this.#lastEvent?.reason ?? '');
    return this.isDeleted || isWaiting || this.#isBound;
  }

  override waitsFor(): Activity {
    return 'volume';
  }

  override lacks(_stage: ApiStage): string {
    return `the claim is Pending${this.#reason && `: ${this.#reason}`}`;
  }

  /** `claim "data": ...`, when it is not bound and somebody has said why; else ''. */
  get fault(): string {
    if (this.#isBound || this.#reason === '') return '';
    return `claim "${this.#claim.metadata.name}": ${this.#reason}`;
  }

  get #isBound(): boolean {
    return this.#claim.status?.phase === 'Bound';
  }

  get #reason(): string {
    return this.#lastEvent?.message ?? '';
  }
}
