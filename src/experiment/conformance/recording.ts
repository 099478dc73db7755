// The format of recorded decisions: cases, sequences, churn runs, vectors. Fields that are read are
// named here; what a case expects is compared as plain data, field by field.
// Source: the README of the recordings of kube-scheduler v1.36.

/** Plain data as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of plain data. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** An API object as recorded: without apiVersion and kind. */
export type RecordedObject = JsonObject;

/** Lists of API objects by field name; order is the order of entry into the scheduler's cache. */
export interface RecordedCluster {
  readonly [list: string]: readonly RecordedObject[] | null | undefined;
}

/** One scheduling attempt. */
export interface RecordedCase {
  readonly id: string;
  readonly family: string;
  readonly config: Json;
  readonly cluster: RecordedCluster;
  readonly pod: RecordedObject;
  readonly expected: JsonObject;
}

/** What one pod of a sequence came to. */
export interface RecordedAttempt {
  readonly pod: string;
  readonly node: string | null;
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  readonly message?: string;
  readonly preemption?: {
    readonly nominatedNode: string;
    readonly victims: readonly string[];
    readonly retry: JsonObject;
  };
}

/** `template` with `{i}` and `{i%K}`, expanded for `count` numbers from `start`. */
export interface RecordedTemplate {
  readonly template: RecordedObject;
  readonly count: number;
  readonly start: number;
}

/** Pods one after the other. */
export interface RecordedSequence {
  readonly id: string;
  readonly config: Json;
  readonly cluster: {
    readonly nodeTemplates?: readonly RecordedTemplate[];
    /** Instead of templates: names of manifest files. */
    readonly nodesFile?: string;
    readonly podsFile?: string;
    readonly [list: string]: unknown;
  };
  readonly podTemplates?: readonly RecordedObject[];
  /** Template index and count. */
  readonly podSequence?: readonly (readonly [number, number])[];
  readonly expected: readonly RecordedAttempt[];
  readonly final: JsonObject;
}

/** One step of a churn run. */
export type RecordedOperation =
  | { readonly op: 'addNode' | 'updateNode'; readonly node: RecordedObject }
  | { readonly op: 'removeNode'; readonly name: string }
  | { readonly op: 'deletePod'; readonly name: string; readonly namespace?: string }
  | { readonly op: 'schedule'; readonly pod: RecordedObject; readonly expected: JsonObject }
  | { readonly op: 'check'; readonly nodes: Json; readonly podsOnNode: Json };

/** Nodes and pods that come and go. */
export interface RecordedChurn {
  readonly id: string;
  readonly config: Json;
  readonly ops: readonly RecordedOperation[];
  readonly final: JsonObject;
}
