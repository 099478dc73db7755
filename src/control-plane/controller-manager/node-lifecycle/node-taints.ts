// Which taints a node's conditions ask for. Pure.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle nodeConditionToTaintKeyStatusMap
// (reference: nodes-controllers 3.14).
import type { Node, NodeCondition, Taint } from '../../../api/node.js';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Taint key by condition type and status. */
const keyOfCondition: ReadonlyMap<string, string> = new Map([
  ['Ready/False', NOT_READY],
  ['Ready/Unknown', UNREACHABLE],
  ['MemoryPressure/True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure/True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure/True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable/True', 'node.kubernetes.io/network-unavailable'],
]);

const managedKeys: ReadonlySet<string> = new Set([...keyOfCondition.values(), UNSCHEDULABLE]);

/** What is to be added to a node's taints and taken from them. */
export interface TaintChange {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

export function conditionOf(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** True when the node has a taint with that key and effect. */
export function hasTaint({ spec }: Node, { key, effect }: Taint): boolean {
  return spec?.taints?.some((taint) => taint.key === key && taint.effect === effect) === true;
}

/** The NoSchedule taints that conditions and `unschedulable` ask for and those they do not. */
export function noScheduleChange(node: Node): TaintChange {
  const wanted = new Set<string>();
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = keyOfCondition.get(`${type}/${status}`);
    if (key !== undefined) wanted.add(key);
  }
  if (node.spec?.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const present = (node.spec?.taints ?? []).filter(
    ({ key, effect }) => effect === 'NoSchedule' && managedKeys.has(key),
  );
  const remove = present.filter(({ key }) => !wanted.has(key));
  for (const { key } of present) wanted.delete(key);
  return { add: [...wanted].map((key): Taint => ({ key, effect: 'NoSchedule' })), remove };
}

/** The two NoExecute taints, which exclude each other. */
const notReady: Taint = { key: NOT_READY, effect: 'NoExecute' };
const unreachable: Taint = { key: UNREACHABLE, effect: 'NoExecute' };

/** The NoExecute taint for a status of the Ready condition; undefined for True. */
export function noExecuteTaintFor(status: string): Taint | undefined {
  if (status === 'False') return notReady;
  return status === 'Unknown' ? unreachable : undefined;
}

/** The change after which a node has the NoExecute taint of its status and not the other. */
export function noExecuteChange(status: string): TaintChange {
  const taint = noExecuteTaintFor(status);
  const both = [notReady, unreachable];
  return {
    add: taint === undefined ? [] : [taint],
    remove: both.filter((each) => each !== taint),
  };
}

/** The node with the change made; the same node when there is nothing to change. */
export function withTaints(node: Node, { add, remove }: TaintChange, now: number): Node {
  const missing = add.filter((taint) => !hasTaint(node, taint));
  const kept = (node.spec?.taints ?? []).filter(
    ({ key, effect }) => !remove.some((each) => each.key === key && each.effect === effect),
  );
  if (missing.length === 0 && kept.length === (node.spec?.taints ?? []).length) return node;
  const added = missing.map((taint): Taint => ({ ...taint, timeAdded: now }));
  return { ...node, spec: { ...node.spec, taints: [...kept, ...added] } };
}
