// What a workload of scheduler_perf does, as plain data: parameters in place, templates read,
// createPodSets unrolled. Durations are in µs.

import type { Labels } from '../../api/object-meta.js';
import type { ObjectTemplate } from './object-template.js';

interface Numbered {
  /** Place in the workload's list, from 0; names of namespaces, nodes and messages have it. */
  readonly index: number;
}

/** What is done to nodes after all of an operation have been created. */
export type NodePreparation =
  | { readonly kind: 'none' }
  /** `values` are dealt out in turn, in the order of the nodes' names. */
  | { readonly kind: 'label'; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'uniqueLabel'; readonly key: string }
  | {
      readonly kind: 'allocatable';
      readonly allocatable: Readonly<Record<string, string>>;
      /** How many volumes a node can attach, by CSI driver; undefined: any number. */
      readonly drivers: readonly { readonly name: string; readonly count: number | undefined }[];
      readonly migratedPlugins: readonly string[];
    };

export interface CreateNodes extends Numbered {
  readonly opcode: 'createNodes';
  readonly count: number;
  readonly template: ObjectTemplate;
  readonly preparation: NodePreparation;
  /** Features that each node is said to have, `Feature1` and so on. */
  readonly declaredFeatures: number;
}

export interface CreateNamespaces extends Numbered {
  readonly opcode: 'createNamespaces';
  readonly prefix: string;
  readonly count: number;
  readonly template: ObjectTemplate;
}

/** A volume and a claim, bound to each other, for every pod. */
export interface VolumeTemplates {
  readonly volume: ObjectTemplate;
  readonly claim: ObjectTemplate;
}

export interface CreatePods extends Numbered {
  readonly opcode: 'createPods';
  readonly namespace: string;
  readonly count: number;
  readonly template: ObjectTemplate;
  readonly volumes: VolumeTemplates | undefined;
  /** Keeps `count` pods waiting for this long, deleting those that got a node; 0: creates once. */
  readonly steadyUs: number;
  readonly collectMetrics: boolean;
  readonly skipWaitToCompletion: boolean;
}

export interface DeletePods extends Numbered {
  readonly opcode: 'deletePods';
  readonly namespace: string;
  readonly labelSelector: Labels;
  /** 0: as fast as the client can. */
  readonly perSecond: number;
  readonly skipWaitToCompletion: boolean;
}

export interface Churn extends Numbered {
  readonly opcode: 'churn';
  readonly mode: 'create' | 'recreate';
  /** Of `create`: how often, 0 for ever; of `recreate`: objects of each template at most. */
  readonly number: number;
  readonly intervalUs: number;
  readonly namespace: string;
  readonly templates: readonly ObjectTemplate[];
}

export interface Barrier extends Numbered {
  readonly opcode: 'barrier';
  /** Empty: all in which pods have been created without waiting for them. */
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
  readonly stage: 'Scheduled' | 'Attempted';
}

export interface Sleep extends Numbered {
  readonly opcode: 'sleep';
  readonly durationUs: number;
}

export interface StartCollectingMetrics extends Numbered {
  readonly opcode: 'startCollectingMetrics';
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
}

export interface StopCollectingMetrics extends Numbered {
  readonly opcode: 'stopCollectingMetrics';
}

export interface CreateAny extends Numbered {
  readonly opcode: 'createAny';
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly template: ObjectTemplate;
  readonly count: number;
}

export interface UpdateAny extends Numbered {
  readonly opcode: 'updateAny';
  readonly namespace: string;
  readonly template: ObjectTemplate;
  readonly count: number;
  readonly perSecond: number;
  /** What is replaced first; undefined: the object itself. Its status is replaced after that. */
  readonly subresource: 'resize' | 'status' | undefined;
}

export type PerfOperation =
  | CreateNodes
  | CreateNamespaces
  | CreatePods
  | DeletePods
  | Churn
  | Barrier
  | Sleep
  | StartCollectingMetrics
  | StopCollectingMetrics
  | CreateAny
  | UpdateAny;
