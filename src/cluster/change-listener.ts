// Who is told of the changes that clients ask for, so that their consequences can be followed.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ObjectReference } from './operation.js';

/** Follows changes from the client's call to their last consequence. */
export interface ChangeListener {
  /**
   * A client has sent its first call; returns an id for the change. `verb`: `apply`, `scale`, …;
   * `objects`: how many objects it is about, each of which is accepted or refused on its own.
   */
  changeStarted(verb: string, target: ObjectReference, objects: number): number;
  /** The API server has accepted one; `object` as stored, of a delete its last state. */
  changeAccepted(id: number, object: KubernetesObject | undefined): void;
  /** The API server has refused one. */
  changeRefused(id: number, message: string): void;
  /** True when every change so far has had all its consequences. */
  isSettled(): boolean;
  /** Called back once, as soon as `isSettled` holds. */
  whenSettled(callback: () => void): void;
}
