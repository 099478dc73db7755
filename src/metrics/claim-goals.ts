// The claims of a run as goals, kept up to date with what is stored and said of them.
import { claimKeysOf } from '../api/claim-volumes.js';
import type { Event } from '../api/event.js';
import type { PersistentVolumeClaim } from '../api/persistent-volume.js';
import type { Pod } from '../api/pod.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { ClaimGoal } from './claim-goal.js';

/** All operations O(1), but for pods of several claims. */
export class ClaimGoals {
  readonly #byUid = new Map<string, ClaimGoal>();
  readonly #byKey = new Map<string, ClaimGoal>();

  of(uid: string): ClaimGoal | undefined {
    return this.#byUid.get(uid);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }

  /** A claim was stored, or has gone. */
  committed(claim: PersistentVolumeClaim, { type }: WatchEvent): ClaimGoal {
    const { uid = '' } = claim.metadata;
    const goal = this.#byUid.get(uid) ?? new ClaimGoal(claim);
    this.#byUid.set(uid, goal);
    this.#byKey.set(keyOf(claim), goal);
    goal.update(claim, type === 'DELETED');
    return goal;
  }

  /** Something was said; returns the claim that it was about. */
  reported(event: Event): ClaimGoal | undefined {
    const { kind, uid = '' } = event.involvedObject;
    const goal = kind === 'PersistentVolumeClaim' ? this.#byUid.get(uid) : undefined;
    goal?.report(event);
    return goal;
  }

  /** What holds up the claims of a pod. */
  readonly faultsOf = (pod: Pod): readonly string[] =>
    claimKeysOf(pod).flatMap((key) => {
      const fault = this.#byKey.get(key)?.fault ?? '';
      return fault === '' ? [] : [fault];
    });
}
