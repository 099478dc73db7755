// Many objects that a load generator creates, changes or deletes at the pace of tuning sets, phases
// beside each other: what a step of ClusterLoader2 or a job of kube-burner does.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ObjectPatch } from './driver-step.js';
import type { ObjectReference, Timed } from './operation.js';
import type { TuningSet } from './tuning-set.js';

/** What is done to the objects of a phase; `apply` is a GET and then a POST or a PATCH. */
export type PhaseAction = 'apply' | 'create' | 'delete' | 'get' | 'patch';

/** Objects that are alike in kind, for the list of changes. */
export interface PhaseChange {
  /** Its name ends in `*` where it stands for several objects. */
  readonly target: ObjectReference;
  readonly objects: number;
}

/** Units of work, each an object or several that follow one another. */
export interface Phase {
  readonly action: PhaseAction;
  /** The name of its tuning set. */
  readonly tuningSet: string;
  /** Of a delete, a get or a patch only what names them counts. */
  readonly units: readonly (readonly KubernetesObject[])[];
  /** One for each kind; none for reads. */
  readonly changes: readonly PhaseChange[];
  /** Of a patch: for each unit its own. */
  readonly patches?: readonly ObjectPatch[];
}

/** All objects of a kind with certain labels, as a client finds them when it begins. */
export interface ForEachOperation extends Timed {
  readonly op: 'forEach';
  readonly action: 'delete' | 'get' | 'patch';
  readonly kind: string;
  /** '' for all. */
  readonly namespace: string;
  /** What the objects must have, by key. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  /** How often each of them has its turn. */
  readonly times: number;
  /** Of a patch: one for each time. */
  readonly patches: readonly ObjectPatch[];
  readonly tuningSet: TuningSet;
}

/** All phases begin at once; the next operation begins when the last of them is done. */
export interface PhasesOperation extends Timed {
  readonly op: 'phases';
  readonly phases: readonly Phase[];
  /** By name, those that the phases use. */
  readonly tuningSets: ReadonlyMap<string, TuningSet>;
}
