// The extension points of the scheduling framework. A plugin implements one or more of these
// interfaces; which ones, is seen from its methods. Nodes are rows of the snapshot's node table.
// Source: kube-scheduler v1.36 staging framework/interface.go; reference: scheduler 1.6-1.11.

import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Pod } from '../../../api/pod.js';
import type { ApiRequest } from '../../../client/api-request.js';
import type { SimTime } from '../../../kernel/time.js';
import type { KindKey } from '../cache/kind-cache.js';
import type { Snapshot } from '../cache/snapshot.js';
import type { ClusterEvent } from './cluster-event.js';
import type { CycleState } from './cycle-state.js';
import type { NodeStatuses } from './node-statuses.js';
import type { PodInfo } from './pod-info.js';
import type { Status } from './status.js';

/** What an event means for a pod that a plugin has rejected. */
export type QueueingHint = 'Queue' | 'QueueSkip';

/** Judges one event; absent in a registration means `Queue`. The pod is the rejected one. */
export type QueueingHintFn = (
  pod: Pod,
  previous: KubernetesObject | undefined,
  object: KubernetesObject | undefined,
) => QueueingHint;

/** An event that may make pods schedulable which the plugin has rejected. */
export interface ClusterEventWithHint {
  readonly event: ClusterEvent;
  readonly hint?: QueueingHintFn;
}

/** Named as in Kubernetes: `NodeResourcesFit`. A plugin without registrations hears every event. */
export interface Plugin {
  readonly name: string;
  eventsToRegister?(): readonly ClusterEventWithHint[];
}

/** Keeps pods out of activeQ. */
export interface PreEnqueuePlugin extends Plugin {
  preEnqueue(pod: Pod): Status | undefined;
}

/** What the order of activeQ is made from. */
export interface QueueSortKey {
  readonly info: PodInfo;
  /** When the entry was made, or last came back. */
  readonly timestampUs: SimTime;
}

/** The order of activeQ: `less` of two equal entries is false both ways. */
export interface QueueSortPlugin extends Plugin {
  less(a: QueueSortKey, b: QueueSortKey): boolean;
}

/** `nodeNames`: only these can be feasible; absent, all. */
export interface PreFilterResult {
  readonly status?: Status | undefined;
  readonly nodeNames?: ReadonlySet<string>;
}

/** Looks at the pod once; `addPod` and `removePod` keep what it found right under trials. */
export interface PreFilterPlugin extends Plugin {
  preFilter(state: CycleState, pod: PodInfo, snapshot: Snapshot): PreFilterResult;
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, row: number, snapshot: Snapshot): void;
  removePod?(
    state: CycleState,
    pod: PodInfo,
    removed: PodInfo,
    row: number,
    snapshot: Snapshot,
  ): void;
}

/** Judges one node in the state it has now. */
export type NodeFilter = (row: number) => Status | undefined;

/** `filter` is called once a cycle and returns what is called a node; undefined: all nodes pass. */
export interface FilterPlugin extends Plugin {
  filter(state: CycleState, pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined;
  /**
   * Where the verdict follows from each node's own state and from some of what the pod asks for:
   * the latter, compared item by item. The framework then remembers which nodes pass, and asks
   * about the others only. Absent or undefined: it asks about every node.
   */
  verdictKey?(pod: PodInfo): KindKey | undefined;
}

/**
 * `nominatedNodeName`: where the pod waits for room; '' clears it, absent leaves it. `victims`: the
 * pods to delete for it, in the order of deletion; who takes the decision also carries it out.
 */
export interface PostFilterResult {
  readonly status: Status | undefined;
  readonly nominatedNodeName?: string;
  readonly victims?: readonly PodInfo[];
  /** Nodes on which preemption was tried, in order; absent: none. */
  readonly trials?: readonly PreemptionTrial[];
  /** What preemption, if it was tried, has cost. */
  readonly work?: PostFilterWork;
}

/** For the cost model. */
export interface PostFilterWork {
  /** Nodes that were tried without some of their pods. */
  readonly dryRunNodes: number;
  /** How often the filters judged one of these nodes. */
  readonly dryRunFilterPasses: number;
}

/** Runs when no node is feasible: preemption. */
export interface PostFilterPlugin extends Plugin {
  postFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): PostFilterResult;
}

/** What preempting on one node would take. */
export interface PreemptionTrial {
  readonly row: number;
  /** Most important first; empty when the node is no candidate. */
  readonly victims: readonly PodInfo[];
  /** Victims whose PodDisruptionBudget would be violated. */
  readonly numPDBViolations: number;
  /** Why the node is no candidate; undefined for a candidate. */
  readonly status: Status | undefined;
  /** Whose filter that was; '' for a candidate, and when the node has no victims to offer. */
  readonly plugin: string;
}

/** A PostFilter plugin that can show what it would do everywhere. */
export interface PreemptionPlugin extends PostFilterPlugin {
  /**
   * Tries every node whose status is Unschedulable, in snapshot order from the first: no limit to
   * the number of candidates, no random offset, whether or not the pod may preempt. Leaves
   * everything as it was.
   */
  dryRun(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): readonly PreemptionTrial[];
}

/** Feasible rows in the order in which they were found. Reused from cycle to cycle. */
export interface NodeList {
  readonly rows: Int32Array;
  readonly count: number;
}

export interface PreScorePlugin extends Plugin {
  preScore(
    state: CycleState,
    pod: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
  ): Status | undefined;
}

/** A score that depends on the other nodes in nothing, not even in its normalisation. */
export interface RowScore {
  /** What of the pod and the plugin's arguments it depends on; compared item by item. */
  readonly key: KindKey;
  /** The score of a node after normalisation. */
  readonly scoreOf: (row: number) => number;
}

/** Writes one raw score a node; after `normalizeScore` all are integers of 0..100. */
export interface ScorePlugin extends Plugin {
  score(
    state: CycleState,
    pod: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
    scores: Float64Array,
  ): Status | undefined;
  normalizeScore?(scores: Float64Array, count: number): void;
  /**
   * The score where it follows from each node's own state alone; undefined: `score` must be asked.
   * Absent: always. The framework remembers such scores, so `score` is then not called.
   */
  rowScore?(pod: PodInfo, snapshot: Snapshot): RowScore | undefined;
}

/** `unreserve` must be able to follow a `reserve` that failed or never ran. */
export interface ReservePlugin extends Plugin {
  reserve(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined;
  unreserve(state: CycleState, pod: PodInfo, nodeName: string): void;
}

/** `timeoutUs` of a Wait; more than 15 minutes counts as that. */
export interface PermitResult {
  readonly status: Status | undefined;
  readonly timeoutUs?: SimTime;
}

export interface PermitPlugin extends Plugin {
  permit(state: CycleState, pod: PodInfo, nodeName: string): PermitResult;
}

/** Requests to send before the binding, and what to wait for when they have been answered. */
export interface PreBindWork {
  readonly requests: readonly ApiRequest[];
  /** Asked once a second; a Status refuses the binding. Absent: the answers are enough. */
  isComplete?(): boolean | Status;
  /** How long `isComplete` may stay false. */
  readonly timeoutUs?: SimTime;
}

/**
 * `undefined`: nothing to do; a Status refuses the binding. `preBindPreFlight` says beforehand
 * whether there will be work: Skip when not; a plugin that does not say is taken to have some.
 */
export interface PreBindPlugin extends Plugin {
  preBindPreFlight?(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined;
  preBind(state: CycleState, pod: PodInfo, nodeName: string): PreBindWork | Status | undefined;
}

/** The request that binds the pod; undefined leaves it to the next plugin. */
export interface BindPlugin extends Plugin {
  bind(state: CycleState, pod: PodInfo, nodeName: string): ApiRequest | undefined;
}

export interface PostBindPlugin extends Plugin {
  postBind(state: CycleState, pod: PodInfo, nodeName: string): void;
}
