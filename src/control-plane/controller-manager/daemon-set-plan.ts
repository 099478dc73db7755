// What a DaemonSet does next, as pure functions of its nodes and pods: pods to create and to delete
// so that every node that should has one, and the replacement of old pods within maxUnavailable or
// maxSurge. Source: Kubernetes v1.36 pkg/controller/daemon/daemon_controller.go, update.go
// (reference: nodes-controllers 3.7).
import type { DaemonSet } from '../../api/daemon-set.js';
import { resolveIntOrPercent } from '../../api/int-or-string.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';
import { type DaemonNodeJudge, nodeOfDaemonPod } from './daemon-pod.js';
import { isPodAvailable } from './pod-state.js';
import { REVISION_LABEL } from './revision-history.js';

/** What a plan looks at. */
export interface DaemonView {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
  readonly judge: DaemonNodeJudge;
  /** Hash label of pods made from the present template. */
  readonly hash: string;
  readonly now: SimTime;
}

/** Nodes that get a pod, and pods that go. */
export interface DaemonPlan {
  readonly creations: readonly string[];
  readonly deletions: readonly Pod[];
  /** Ended pods among `deletions`, with the node each was on. */
  readonly ended: readonly Pod[];
}

/** Pods by the node they are on or meant for, oldest first. O(pods). */
export function podsByNode(pods: Iterable<Pod>): ReadonlyMap<string, readonly Pod[]> {
  const map = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = nodeOfDaemonPod(pod);
    const there = map.get(node);
    if (there === undefined) map.set(node, [pod]);
    else there.push(pod);
  }
  for (const there of map.values()) if (there.length > 1) there.sort(byAge);
  return map;
}

function byAge(a: Pod, b: Pod): number {
  const age = (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0);
  return age !== 0 ? age : a.metadata.name < b.metadata.name ? -1 : 1;
}

const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/**
 * Gives nodes without a pod one, and takes away pods that are not wanted. `mayReplace` says whether
 * a pod that failed may be replaced yet. O(nodes + pods).
 */
export function planPlacement(view: DaemonView, mayReplace: (pod: Pod) => boolean): DaemonPlan {
  const creations: string[] = [];
  const deletions: Pod[] = [];
  const ended: Pod[] = [];
  const known = new Set<string>();
  for (const node of view.nodes) {
    const { name } = node.metadata;
    known.add(name);
    const pods = view.podsOn.get(name) ?? [];
    const { shouldRun, mayStay } = view.judge.judge(node);
    if (shouldRun && pods.length === 0) creations.push(name);
    else if (!mayStay) deletions.push(...pods.filter((pod) => !isGoing(pod)));
    else planNode(view, pods, mayReplace, { creations, deletions, ended });
  }
  for (const [node, pods] of view.podsOn) {
    // Its node is gone before it was bound: nobody else would ever take it away.
    if (known.has(node)) continue;
    deletions.push(...pods.filter((pod) => pod.spec.nodeName === undefined && !isGoing(pod)));
  }
  return { creations, deletions, ended };
}

interface OpenPlan {
  readonly creations: string[];
  readonly deletions: Pod[];
  readonly ended: Pod[];
}

/** A node that has pods: ended ones go, and of several running ones the oldest stays. */
function planNode(
  view: DaemonView,
  pods: readonly Pod[],
  mayReplace: (pod: Pod) => boolean,
  plan: OpenPlan,
): void {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (isGoing(pod)) continue;
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || (phase === 'Failed' && mayReplace(pod))) {
      plan.deletions.push(pod);
      plan.ended.push(pod);
    } else if (phase !== 'Failed') running.push(pod);
  }
  if (surgeOf(view) === 0) plan.deletions.push(...running.slice(1));
  else planSurgedNode(view, running, plan);
}

/** With a surge an old and a new pod may share a node until the new one is available. */
function planSurgedNode(view: DaemonView, running: readonly Pod[], plan: OpenPlan): void {
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] === view.hash;
  const [newest, ...otherNew] = running.filter(isNew);
  const [oldest, ...otherOld] = running.filter((pod) => !isNew(pod));
  plan.deletions.push(...otherNew, ...otherOld);
  if (newest !== undefined && oldest !== undefined && isAvailable(view, newest))
    plan.deletions.push(oldest);
}

function isAvailable({ set, now }: DaemonView, pod: Pod): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

function desiredOf({ nodes, judge }: DaemonView): number {
  return nodes.reduce((count, node) => count + (judge.judge(node).shouldRun ? 1 : 0), 0);
}

function surgeOf(view: DaemonView): number {
  const { type = 'RollingUpdate', rollingUpdate } = view.set.spec.updateStrategy ?? {};
  const { maxSurge = 0 } = rollingUpdate ?? {};
  if (type === 'OnDelete' || maxSurge === 0) return 0;
  return resolveIntOrPercent(maxSurge, desiredOf(view), 'up') ?? 0;
}

/** Pods that may be unavailable at a time; 1 when neither that nor a surge is allowed. */
function unavailableLimit(view: DaemonView, surge: number): number {
  const { maxUnavailable = 1 } = view.set.spec.updateStrategy?.rollingUpdate ?? {};
  const limit = resolveIntOrPercent(maxUnavailable, desiredOf(view), 'up') ?? 0;
  return limit === 0 && surge === 0 ? 1 : limit;
}

const NOTHING: DaemonPlan = { creations: [], deletions: [], ended: [] };

/** The next replacements of a rolling update. O(nodes). */
export function planUpdate(view: DaemonView): DaemonPlan {
  if (view.set.spec.updateStrategy?.type === 'OnDelete') return NOTHING;
  const surge = surgeOf(view);
  return surge > 0 ? planSurge(view, surge) : planReplacement(view);
}

function planReplacement(view: DaemonView): DaemonPlan {
  const replaceable: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const node of view.nodes) {
    const { current, old } = podsOfNode(view, node);
    if (current !== undefined) {
      if (!isAvailable(view, current)) unavailable++;
    } else if (old === undefined) {
      if (view.judge.judge(node).shouldRun) unavailable++;
    } else if (isAvailable(view, old)) {
      candidates.push(old);
    } else {
      replaceable.push(old);
      unavailable++;
    }
  }
  const room = Math.max(0, unavailableLimit(view, 0) - unavailable);
  const deletions = [...replaceable, ...candidates.slice(0, room)].filter((pod) => !isGoing(pod));
  return { creations: [], deletions, ended: [] };
}

/** New pods start beside old ones; an old one goes when its successor is available. */
function planSurge(view: DaemonView, surge: number): DaemonPlan {
  const replaceable: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  for (const node of view.nodes) {
    const { current, old } = podsOfNode(view, node);
    if (old === undefined) continue;
    if (current !== undefined) {
      if (!isAvailable(view, current)) surging++;
    } else if (!view.judge.judge(node).shouldRun) continue;
    else if (isAvailable(view, old)) candidates.push(node.metadata.name);
    else replaceable.push(node.metadata.name);
  }
  const room = Math.max(0, surge - surging);
  return { creations: [...replaceable, ...candidates.slice(0, room)], deletions: [], ended: [] };
}

/** The oldest pods of the present template and of another one that are not going. */
function podsOfNode(
  { podsOn, hash }: DaemonView,
  { metadata }: Node,
): { readonly current: Pod | undefined; readonly old: Pod | undefined } {
  const pods = (podsOn.get(metadata.name) ?? []).filter((pod) => !isGoing(pod));
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] === hash;
  return { current: pods.find(isNew), old: pods.find((pod) => !isNew(pod)) };
}
