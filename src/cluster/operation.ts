// Timed operations: what clients ask of the cluster during a run, in the words of scheduler_perf
// and KEP-140. The driver performs them in order; `barrier` and `sleep` hold the following ones
// back.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod } from '../api/pod.js';
import type { ContentType, PropagationPolicy } from '../client/api-request.js';
import type { ArrivalsOperation } from './arrivals-operation.js';
import type { StopSignal } from './elected-process.js';
import type { EtcdOperation } from './etcd-operation.js';
import type { FaultOperation } from './fault-operation.js';
import type { NodeOperation } from './node-operation.js';
import type { ForEachOperation, PhasesOperation } from './phase-operation.js';
import type { WorkloadOperation } from './workload-operation.js';

/** Identity of an object: kind, namespace ('' for cluster-scoped), name. */
export interface ObjectReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** When an operation is performed, and where it stands in the scenario. */
export interface Timed {
  /** Not before this time, µs from scenario start. */
  readonly atUs: number;
  /** For messages: `operations[3]`. */
  readonly source: string;
}

/** `kubectl apply`: one request an object, in order, by one client. */
export interface ApplyOperation extends Timed {
  readonly op: 'apply';
  readonly objects: readonly KubernetesObject[];
}

export interface CreateOperation extends Timed {
  readonly op: 'create';
  readonly objects: readonly KubernetesObject[];
}

export interface DeleteOperation extends Timed {
  readonly op: 'delete';
  readonly targets: readonly ObjectReference[];
  /** Of dependents; `Background`, kubectl's default, when absent. */
  readonly propagationPolicy?: PropagationPolicy;
}

export interface ScaleOperation extends Timed {
  readonly op: 'scale';
  readonly target: ObjectReference;
  readonly replicas: number;
}

/** Changes an object by a merge patch (merge-patch.ts). */
export interface UpdateOperation extends Timed {
  readonly op: 'update';
  readonly target: ObjectReference;
  readonly patch: Readonly<Record<string, unknown>>;
}

/** Adds nodes of a pool of the cluster. */
export interface CreateNodesOperation extends Timed {
  readonly op: 'createNodes';
  readonly pool: string;
  readonly count: number;
}

/** Creates bare pods from a template at `qps` (Infinity: as fast as the client can). */
export interface CreatePodsOperation extends Timed {
  readonly op: 'createPods';
  readonly namespace: string;
  readonly namePrefix: string;
  readonly template: KubernetesObject;
  readonly count: number;
  readonly qps: number;
  /** Requests in flight at most. */
  readonly workers: number;
}

/** A kind of pods in a mix. */
export interface PodKind {
  readonly template: Pod;
  readonly count: number;
}

/** Creates bare pods of several kinds, in an order that the seed may decide (pod-mix.ts). */
export interface CreatePodMixOperation extends Timed {
  readonly op: 'createPodMix';
  readonly namespace: string;
  readonly namePrefix: string;
  readonly kinds: readonly PodKind[];
  /** The seed decides the order; else kind by kind. */
  readonly isShuffled: boolean;
  /** As many pods as ask for this part of what the nodes have; undefined: as many as counted. */
  readonly load: { readonly resource: string; readonly ratio: number } | undefined;
  readonly qps: number;
  /** Requests in flight at most. */
  readonly workers: number;
}

/**
 * Every `intervalUs` creates one object a template, `count` times; in mode `recreate` it deletes
 * those of the time before first, and the last ones one interval after the last creation.
 */
export interface ChurnOperation extends Timed {
  readonly op: 'churn';
  readonly mode: 'create' | 'recreate';
  /** Of templates that state none and whose kind has one. */
  readonly namespace: string;
  readonly templates: readonly KubernetesObject[];
  readonly count: number;
  readonly intervalUs: number;
}

/**
 * Stops a replica of a component; it starts again after `downUs`.
 */
export interface RestartOperation extends Timed {
  readonly op: 'restart';
  readonly component: RestartableComponent;
  readonly signal: StopSignal;
  readonly downUs: number;
  /** From 0; absent: of the apiservers the first, of others the leader. */
  readonly replica?: number;
}

/** Components that the operation `restart` knows. */
export const restartableComponents = [
  'kube-apiserver',
  'kube-scheduler',
  'kube-controller-manager',
  'cloud-controller-manager',
  'cluster-autoscaler',
  'karpenter',
] as const;

/** One of them. */
export type RestartableComponent = (typeof restartableComponents)[number];

/** Holds until everything so far has converged. */
export interface BarrierOperation extends Timed {
  readonly op: 'barrier';
}

export interface SleepOperation extends Timed {
  readonly op: 'sleep';
  readonly durationUs: number;
}

/** Clients that read over and over for `durationUs`, beside what follows. */
export interface RequestsOperation extends Timed {
  readonly op: 'requests';
  readonly verb: 'get' | 'list';
  /** Plural, `pods`. */
  readonly resource: string;
  /** '' for all. */
  readonly namespace: string;
  /** Of a get. */
  readonly name: string;
  /** False: any cached state will do. */
  readonly isConsistent: boolean;
  readonly contentType: ContentType;
  /** Several clients get numbers behind this name. */
  readonly user: string;
  readonly clients: number;
  /** Of each client (Infinity: as fast as it can). */
  readonly qps: number;
  /** Requests in flight at most, of each client. */
  readonly workers: number;
  readonly durationUs: number;
}

export type Operation =
  | ApplyOperation
  | CreateOperation
  | DeleteOperation
  | ScaleOperation
  | UpdateOperation
  | CreateNodesOperation
  | CreatePodsOperation
  | ArrivalsOperation
  | CreatePodMixOperation
  | ChurnOperation
  | ForEachOperation
  | PhasesOperation
  | RestartOperation
  | BarrierOperation
  | SleepOperation
  | RequestsOperation
  | EtcdOperation
  | FaultOperation
  | NodeOperation
  | WorkloadOperation;
