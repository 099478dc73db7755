// Many objects that a load generator creates, changes or deletes at the pace of tuning sets, phases
// beside each other: what a step of ClusterLoader2 or a job of kube-burner does.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { PropagationPolicy } from '../client/api-request.js';
import type { ObjectReference, Timed } from './operation.js';
import type { TuningSet } from './tuning-set.js';

/** What is done to the objects of a phase; `apply` is a GET and then a POST or a PATCH. */
export type PhaseAction = 'apply' | 'create' | 'delete';

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
  /** Of a delete only what names them counts. */
  readonly units: readonly (readonly KubernetesObject[])[];
  /** One for each kind. */
  readonly changes: readonly PhaseChange[];
  /** Of a delete; `Background` when absent. */
  readonly propagationPolicy?: PropagationPolicy;
}

/** All phases begin at once; the next operation begins when the last of them is done. */
export interface PhasesOperation extends Timed {
  readonly op: 'phases';
  readonly phases: readonly Phase[];
  /** By name, those that the phases use. */
  readonly tuningSets: ReadonlyMap<string, TuningSet>;
}
