// Everything about the scheduling of one pod, as plain data: what `kubeclock explain pod` shows.
// Times are microseconds since the start of the scenario.
import type { SchedulingResult } from '../../client/observer.js';
import type { TieBreakName } from '../../control-plane/scheduler/framework/select-host.js';
import type { StatusCode } from '../../control-plane/scheduler/framework/status.js';
import type { QueueStore } from '../../control-plane/scheduler/queue/queue-listener.js';
import type { EventRow, PodRow } from '../../metrics/run-result.js';

/** An amount of a resource: milli-CPU for `cpu`, otherwise whole units. */
export interface ResourceAmount {
  readonly resource: string;
  readonly amount: number;
}

/** A node that the filters let pass. */
export interface FeasibleNode {
  readonly node: string;
  /** Sum of the weighted scores; undefined when nothing was scored. */
  readonly total: number | undefined;
  /** One for each of the attempt's scorers, in their order. */
  readonly scores: readonly NodeScore[];
  readonly free: readonly ResourceAmount[];
}

/** What one plugin gave one node. */
export interface NodeScore {
  readonly raw: number;
  /** 0..100. */
  readonly normalized: number;
  /** Normalised score times weight. */
  readonly weighted: number;
}

/** A node that a filter refused: the first one in the order of the profile. */
export interface RefusedNode {
  readonly node: string;
  readonly plugin: string;
  readonly code: StatusCode;
  readonly reasons: readonly string[];
  /** Of what the pod asks for: allocatable less requested by the pods on the node. */
  readonly free: readonly ResourceAmount[];
}

/** A plugin that scored, with its weight. */
export interface Scorer {
  readonly plugin: string;
  readonly weight: number;
}

/** How nodes were looked for. */
export interface NodeSearch {
  /** Nodes of the snapshot. */
  readonly nodes: number;
  /** Plugins that left only some nodes to look at, and how many; all nodes without such plugins. */
  readonly narrowedBy: readonly string[];
  readonly candidates: number;
  /** The search could end when this many nodes were feasible and one more was found. */
  readonly wanted: number;
  /** The node that was judged first. */
  readonly firstNode: string;
  /** The node that the pod was nominated to and that was judged before all others; '' for none. */
  readonly nominatedNode: string;
  /** Nodes that the filters looked at. */
  readonly examined: number;
  /** Filters that ran, in order; others had nothing to say about this pod. */
  readonly filters: readonly string[];
}

/** Why the node was taken. */
export type NodeChoice =
  /** The nominated node is feasible, so that no other was looked at. */
  | { readonly rule: 'nominated node' }
  | { readonly rule: 'only feasible node' }
  /** No plugin of the profile scores: the first feasible node is taken. */
  | { readonly rule: 'first feasible node' }
  /** `runnerUp` is the next best node and its total. */
  | {
      readonly rule: 'highest total';
      readonly total: number;
      readonly runnerUp: { readonly node: string; readonly total: number };
    }
  /** `nodes` of the same highest total, in order of examination. */
  | {
      readonly rule: 'tie';
      readonly total: number;
      readonly nodes: readonly string[];
      readonly tieBreak: TieBreakName;
    };

/** A pod that preemption deletes. */
export interface Victim {
  /** `namespace/name`. */
  readonly pod: string;
  readonly uid: string;
  readonly priority: number;
  /** When it was gone; undefined when it never was. */
  readonly deletedUs: number | undefined;
}

/** A node on which preemption was tried. */
export interface PreemptionCandidate {
  readonly node: string;
  /** Who would have to go; none for a node that is no candidate. */
  readonly victims: readonly Victim[];
  readonly pdbViolations: number;
  /** Why the node is no candidate, and whose filter said so; empty for a candidate. */
  readonly reasons: readonly string[];
  readonly plugin: string;
}

/** What PostFilter did for a pod that fits nowhere. */
export interface PreemptionRecord {
  /** '' when no victims were found. */
  readonly nominatedNode: string;
  readonly victims: readonly Victim[];
  /** In order of trial. */
  readonly tried: readonly PreemptionCandidate[];
  /** The rule that left one candidate; '' without candidates. */
  readonly rule: string;
  /** As in the Event; '' when victims were found. */
  readonly message: string;
}

/** One scheduling attempt, from Pop to the binding's answer or the failure. */
export interface AttemptRecord {
  /** From 1, for each scheduler by itself. */
  readonly number: number;
  readonly startedUs: number;
  /** When the pod was assumed on its node, reserved and permitted; undefined when it was not. */
  readonly assumedUs: number | undefined;
  /** Permit plugins that made it wait before its binding, each for so long at most. */
  readonly permitWaits: readonly { readonly plugin: string; readonly timeoutUs: number }[];
  /** Undefined when the run ended before the attempt did. */
  readonly endedUs: number | undefined;
  /** The process: `kube-scheduler`, unless there are several. */
  readonly scheduler: string;
  /** Its profile: the scheduler's name that the pod asks for. */
  readonly profile: string;
  readonly result: SchedulingResult;
  /** The node that the cycle chose; '' for none. */
  readonly node: string;
  /** Of the Event FailedScheduling, as kube-scheduler words it; '' for a pod that was bound. */
  readonly message: string;
  /** Undefined when the pod was refused before any node was looked at. */
  readonly search: NodeSearch | undefined;
  /** Refusal of the pod as a whole; undefined when its nodes were looked at. */
  readonly preFilter: { readonly plugin: string; readonly reasons: readonly string[] } | undefined;
  readonly scorers: readonly Scorer[];
  /** In order of examination. */
  readonly feasible: readonly FeasibleNode[];
  /** In order of examination. */
  readonly refused: readonly RefusedNode[];
  /** In order of the snapshot. */
  readonly notExamined: readonly string[];
  /** Whether the nodes of this attempt were not kept, because there are very many attempts. */
  readonly isAbridged: boolean;
  /** Undefined for a pod that got no node. */
  readonly choice: NodeChoice | undefined;
  readonly preemption: PreemptionRecord | undefined;
}

/** What happened in the cluster, as a plugin's queueing hint sees it. */
export interface Occasion {
  /** As in scheduler_queue_incoming_pods_total: `AssignedPodDelete`. */
  readonly event: string;
  /** `Pod default/web-1`; '' when it is about no object. */
  readonly object: string;
  /** Plugins that had refused the pod and whose hint says that this may help. */
  readonly plugins: readonly string[];
}

/** The pod enters a store of the scheduling queue. */
export interface QueueMove {
  readonly timeUs: number;
  /** Whose queue: `kube-scheduler`, unless there are several. */
  readonly scheduler: string;
  readonly store: QueueStore;
  readonly cause: Occasion;
  /** What happened during the failed attempt and lets the pod be tried again. */
  readonly missed: readonly Occasion[];
  /** In backoffQ: when the backoff ends. */
  readonly backoffEndsUs: number | undefined;
  /** Gated: by which PreEnqueue plugin, and why. */
  readonly gate: { readonly plugin: string; readonly reasons: readonly string[] } | undefined;
}

/** The scheduling of one pod. Without moves no scheduler has taken it up. */
export interface PodExplanation {
  readonly pod: PodRow;
  readonly priority: number;
  readonly requests: readonly ResourceAmount[];
  /** In order of time. */
  readonly attempts: readonly AttemptRecord[];
  readonly moves: readonly QueueMove[];
  /** Kubernetes Events about the pod. */
  readonly events: readonly EventRow[];
}
