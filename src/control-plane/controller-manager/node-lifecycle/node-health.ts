// What is said of a node that has stopped reporting.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle tryUpdateNodeHealth (reference:
// nodes-controllers 3.14).
import type { Node, NodeCondition } from '../../../api/node.js';
import type { SimTime } from '../../../kernel/time.js';

/** Condition types that become Unknown with Ready. */
const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The node with all conditions Unknown; the same node when they already are. */
export function withUnknownConditions(node: Node, now: SimTime): Node {
  const conditions = node.status?.conditions ?? [];
  let isChanged = false;
  const unknown = (before: NodeCondition | undefined, type: string): NodeCondition => {
    if (before?.status === 'Unknown') return before;
    isChanged = true;
    const isNew = before === undefined;
    return {
      ...before,
      type,
      status: 'Unknown',
      reason: isNew ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: isNew ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
    };
  };
  const kept = conditions.filter(({ type }) => !WATCHED.includes(type));
  const changed = WATCHED.map((type) =>
    unknown(
      conditions.find((each) => each.type === type),
      type,
    ),
  );
  return isChanged
    ? { ...node, status: { ...node.status, conditions: [...kept, ...changed] } }
    : node;
}
