// What happens in the cluster that may make a pod schedulable: a resource and an action.
// Source: kube-scheduler v1.36 kube-scheduler/framework/types.go, framework/events.go; reference:
// scheduler 1.3.

import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import type { Labels } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import { resizedSpec } from '../../../api/pod-resize.js';
import { nodeAllocatable, type ResourceAmounts } from '../../../api/resource-requests.js';
import { PodInfo } from './pod-info.js';

/** `Pod` is what plugins register; events say if the pod is assigned. `*` is every resource. */
export type EventResource =
  | 'Pod'
  | 'AssignedPod'
  | 'UnschedulablePod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'StorageClass'
  | 'VolumeAttachment'
  | '*';

/** Actions by bit, so that a plugin can register several at once. */
export const actions: Readonly<Record<ActionName, number>> = {
  Add: 1,
  Delete: 2,
  UpdateNodeAllocatable: 4,
  UpdateNodeLabel: 8,
  UpdateNodeTaint: 16,
  UpdateNodeCondition: 32,
  UpdateNodeAnnotation: 64,
  UpdateNodeDeclaredFeature: 128,
  UpdatePodLabel: 256,
  UpdatePodScaleDown: 512,
  UpdatePodToleration: 1024,
  UpdatePodSchedulingGatesEliminated: 2048,
  UpdatePodGeneratedResourceClaim: 4096,
  /** Any other change of an object. */
  UpdateOther: 8192,
  Update: 16_380,
  All: 16_383,
};

type ActionName =
  | 'Add'
  | 'Delete'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'
  | 'UpdateNodeDeclaredFeature'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodGeneratedResourceClaim'
  | 'UpdateOther'
  | 'Update'
  | 'All';

/** `action` is one bit, or several of a registration. */
export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: number;
  /** As in queue_incoming_pods_total: `NodeAdd`, `AssignedPodDelete`. */
  readonly label: string;
}

/** An event of one or more actions; the label names the first. */
export function clusterEvent(resource: EventResource, ...names: ActionName[]): ClusterEvent {
  const action = names.reduce((bits, name) => bits | actions[name], 0);
  const name = names[0] ?? 'All';
  return { resource, action, label: `${resource}${name === 'UpdateOther' ? 'Update' : name}` };
}

export const assignedPodAdd: ClusterEvent = clusterEvent('AssignedPod', 'Add');
export const assignedPodDelete: ClusterEvent = clusterEvent('AssignedPod', 'Delete');
export const nodeAdd: ClusterEvent = clusterEvent('Node', 'Add');
export const nodeDelete: ClusterEvent = clusterEvent('Node', 'Delete');
/** Pods that nothing has moved for a long time. Matches what is registered for every resource. */
export const unschedulableTimeout: ClusterEvent = {
  resource: '*',
  action: actions.All,
  label: 'UnschedulableTimeout',
};
/** A plugin wants one pod back at once. */
export const forceActivate: ClusterEvent = {
  resource: '*',
  action: actions.All,
  label: 'ForceActivate',
};

/** Whether the event may move every pod, whoever has rejected it. */
export function isWildcard(event: ClusterEvent): boolean {
  return event.resource === '*';
}

/** Whether a registration covers an event. */
export function eventMatches(registered: ClusterEvent, event: ClusterEvent): boolean {
  if (registered.resource === '*' && registered.action === actions.All) return true;
  if ((registered.action & event.action) === 0) return false;
  if (registered.resource === event.resource) return true;
  return (
    registered.resource === 'Pod' &&
    (event.resource === 'AssignedPod' || event.resource === 'UnschedulablePod')
  );
}

const nodeUpdates: readonly [ClusterEvent, (before: Node, after: Node) => boolean][] = [
  [
    clusterEvent('Node', 'UpdateNodeTaint'),
    (before, after) => before.spec?.unschedulable === true && after.spec?.unschedulable !== true,
  ],
  [
    clusterEvent('Node', 'UpdateNodeAllocatable'),
    (before, after) =>
      before.status?.allocatable !== after.status?.allocatable &&
      !sameAmounts(nodeAllocatable(before), nodeAllocatable(after)),
  ],
  [
    clusterEvent('Node', 'UpdateNodeLabel'),
    (before, after) => !sameLabels(before.metadata.labels, after.metadata.labels),
  ],
  [
    clusterEvent('Node', 'UpdateNodeTaint'),
    (before, after) => !sameList(before.spec?.taints ?? [], after.spec?.taints ?? [], sameTaint),
  ],
  [
    clusterEvent('Node', 'UpdateNodeCondition'),
    (before, after) => !sameLabels(conditionsOf(before), conditionsOf(after)),
  ],
  [
    clusterEvent('Node', 'UpdateNodeAnnotation'),
    (before, after) => !sameLabels(before.metadata.annotations, after.metadata.annotations),
  ],
  [
    clusterEvent('Node', 'UpdateNodeDeclaredFeature'),
    (before, after) =>
      !sameList(
        before.status?.declaredFeatures ?? [],
        after.status?.declaredFeatures ?? [],
        (a, b) => a === b,
      ),
  ],
];

/** What has changed on a node, one event a property; nothing for a heartbeat. */
export function nodeSchedulingPropertiesChange(before: Node, after: Node): ClusterEvent[] {
  const events = nodeUpdates.filter(([, hasChanged]) => hasChanged(before, after));
  return events.map(([event]) => event);
}

const assignedPodUpdate: readonly ClusterEvent[] = [clusterEvent('AssignedPod', 'UpdateOther')];
const pendingPodUpdate: readonly ClusterEvent[] = [clusterEvent('UnschedulablePod', 'UpdateOther')];

/** What has changed on a pod, one event a property; a general update when it is none of them. */
export function podSchedulingPropertiesChange(before: Pod, after: Pod): readonly ClusterEvent[] {
  const isAssigned = (after.spec.nodeName ?? '') !== '';
  const resource = isAssigned ? 'AssignedPod' : 'UnschedulablePod';
  const events: ClusterEvent[] = [];
  if (!sameLabels(before.metadata.labels, after.metadata.labels)) {
    events.push(clusterEvent(resource, 'UpdatePodLabel'));
  }
  if (isScaledDown(before, after)) events.push(clusterEvent(resource, 'UpdatePodScaleDown'));
  if (before.spec !== after.spec) {
    const gates = (pod: Pod): number => pod.spec.schedulingGates?.length ?? 0;
    if (gates(before) > 0 && gates(after) === 0) {
      events.push(clusterEvent(resource, 'UpdatePodSchedulingGatesEliminated'));
    }
    const tolerations = (pod: Pod): number => pod.spec.tolerations?.length ?? 0;
    if (tolerations(before) !== tolerations(after)) {
      events.push(clusterEvent(resource, 'UpdatePodToleration'));
    }
  }
  if (events.length > 0) return events;
  return isAssigned ? assignedPodUpdate : pendingPodUpdate;
}

/** Whether the pod now requests less of some resource. */
export function isScaledDown(before: Pod, after: Pod): boolean {
  if (resizedSpec(before).containers === resizedSpec(after).containers) return false;
  const was = new PodInfo(before).requests;
  const is = new PodInfo(after).requests;
  return (
    is.cpuMilli < was.cpuMilli ||
    is.memoryBytes < was.memoryBytes ||
    is.ephemeralStorageBytes < was.ephemeralStorageBytes ||
    [...was.scalars].some(([name, amount]) => (is.scalars.get(name) ?? 0) < amount)
  );
}

/** The node or pod of an event; a hint that is given another kind sees undefined. */
export function asNode(object: KubernetesObject | undefined): Node | undefined {
  return object?.kind === 'Node' ? object : undefined;
}

export function asPod(object: KubernetesObject | undefined): Pod | undefined {
  return object?.kind === 'Pod' ? object : undefined;
}

function sameLabels(before: Labels | undefined, after: Labels | undefined): boolean {
  if (before === after) return true;
  const left = before ?? {};
  const right = after ?? {};
  const keys = Object.keys(left).sort(byCodeUnits);
  const count = Object.keys(right).sort(byCodeUnits).length;
  return keys.length === count && keys.every((key) => left[key] === right[key]);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameList<T>(
  before: readonly T[],
  after: readonly T[],
  isSame: (a: T, b: T) => boolean,
): boolean {
  if (before === after) return true;
  if (before.length !== after.length) return false;
  return before.every((item, index) => isSame(item, after[index] as T));
}

type Taint = NonNullable<Node['spec']['taints']>[number];

function sameTaint(a: Taint, b: Taint): boolean {
  return (
    a.key === b.key &&
    (a.value ?? '') === (b.value ?? '') &&
    a.effect === b.effect &&
    a.timeAdded === b.timeAdded
  );
}

function sameAmounts(a: ResourceAmounts, b: ResourceAmounts): boolean {
  return (
    a.cpuMilli === b.cpuMilli &&
    a.memoryBytes === b.memoryBytes &&
    a.ephemeralStorageBytes === b.ephemeralStorageBytes &&
    a.scalars.size === b.scalars.size &&
    [...a.scalars].every(([name, amount]) => b.scalars.get(name) === amount)
  );
}

function conditionsOf(node: Node): Record<string, string> {
  const conditions: Record<string, string> = {};
  for (const { type, status } of node.status?.conditions ?? []) conditions[type] = status;
  return conditions;
}
