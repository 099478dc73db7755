// What kubectl does to workloads by words of its own. A part of operation.ts.
import type { HorizontalPodAutoscaler } from '../api/horizontal-pod-autoscaler.js';
import type { ObjectReference, Timed } from './operation.js';

interface OnTarget extends Timed {
  readonly target: ObjectReference;
}

/** `kubectl rollout restart`: all pods of a workload are replaced as by a rolling update. */
export interface RolloutRestartOperation extends OnTarget {
  readonly op: 'rolloutRestart';
}

/** `kubectl rollout undo`: the template of an earlier revision becomes the present one. */
export interface RolloutUndoOperation extends OnTarget {
  readonly op: 'rolloutUndo';
  /** undefined: the one before the present. */
  readonly toRevision: number | undefined;
}

/** `kubectl rollout pause` and `resume`: changes of the template have no effect in between. */
export interface RolloutPauseOperation extends OnTarget {
  readonly op: 'rolloutPause' | 'rolloutResume';
}

/** `kubectl set image`: containers by name, or `*` for all, with their new images. */
export interface SetImageOperation extends OnTarget {
  readonly op: 'setImage';
  readonly images: readonly (readonly [container: string, image: string])[];
}

/** `kubectl label` and `annotate`; null takes a key away. */
export interface MarkOperation extends OnTarget {
  readonly op: 'label' | 'annotate';
  readonly marks: Readonly<Record<string, string | null>>;
}

/** `kubectl autoscale`: makes an autoscaler of the same name as its target. */
export interface AutoscaleOperation extends OnTarget {
  readonly op: 'autoscale';
  readonly autoscaler: HorizontalPodAutoscaler;
}

export type WorkloadOperation =
  | RolloutRestartOperation
  | RolloutUndoOperation
  | RolloutPauseOperation
  | SetImageOperation
  | MarkOperation
  | AutoscaleOperation;

const names: ReadonlySet<string> = new Set<WorkloadOperation['op']>([
  'rolloutRestart',
  'rolloutUndo',
  'rolloutPause',
  'rolloutResume',
  'setImage',
  'label',
  'annotate',
  'autoscale',
]);

/** Whether an operation is one of them. */
export function isWorkloadOperation(operation: {
  readonly op: string;
}): operation is WorkloadOperation {
  return names.has(operation.op);
}
