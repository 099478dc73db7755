// A Namespace that is being deleted as a goal: its deletion has converged when all that was in it
// is gone, and it with it.
import type { Namespace } from '../api/namespace.js';
import type { WatchEvent } from '../client/watch.js';
import type { Activity } from './critical-path/activities.js';
import { type ApiStage, Goal } from './goal.js';

class NamespaceGoal extends Goal {
  override get replicas(): number {
    return 0;
  }

  override holds(stage: ApiStage): boolean | undefined {
    return stage === 'ready' ? this.isDeleted : undefined;
  }

  override waitsFor(): Activity {
    return 'empty';
  }

  override lacks(_stage: ApiStage): string {
    return 'the namespace is Terminating: not all that is in it has gone';
  }
}

/** The namespaces of a run that are being deleted. All operations O(1). */
export class NamespaceGoals {
  readonly #byUid = new Map<string, NamespaceGoal>();

  of(uid: string): NamespaceGoal | undefined {
    return this.#byUid.get(uid);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }

  /** A namespace was stored, or has gone; undefined while nobody wants it to go. */
  committed(namespace: Namespace, { type }: WatchEvent): NamespaceGoal | undefined {
    const { uid = '', deletionTimestamp } = namespace.metadata;
    const known = this.#byUid.get(uid);
    if (known === undefined && deletionTimestamp === undefined) return undefined;
    const goal = known ?? new NamespaceGoal(namespace);
    this.#byUid.set(uid, goal);
    goal.isDeleted = type === 'DELETED';
    return goal;
  }
}
