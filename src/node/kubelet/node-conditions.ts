// The conditions that a kubelet reports of its node: Ready, and what the node is short of. Those
// that others have written stay.
// Source: Kubernetes v1.36 pkg/kubelet/nodestatus/setters.go (reference: nodes-controllers §1.18).
import type { Node, NodeCondition } from '../../api/node.js';
import type { SimTime } from '../../kernel/time.js';
import type { NodePressure } from './node-agent.js';

type ConditionText = readonly [type: string, reason: string, message: string];

/** Of what a node can be short, and what it says when it is not. */
const healthy: readonly (readonly [keyof NodePressure, ...ConditionText])[] = [
  [
    'memory',
    'MemoryPressure',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
  ],
  ['disk', 'DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['pid', 'PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
];

/** What is said instead by a node that is short of something. */
const short: Readonly<Record<keyof NodePressure, ConditionText>> = {
  memory: [
    'MemoryPressure',
    'KubeletHasInsufficientMemory',
    'kubelet has insufficient memory available',
  ],
  disk: ['DiskPressure', 'KubeletHasDiskPressure', 'kubelet has disk pressure'],
  pid: ['PIDPressure', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
};

/**
 * The conditions a kubelet reports at `now`, by the clock of its node; `fault`: why it is not
 * Ready, '' when it is.
 */
export function conditionsAt(
  node: Node,
  pressure: NodePressure,
  fault: string,
  now: SimTime,
): readonly NodeCondition[] {
  const known = node.status?.conditions ?? [];
  const condition = (
    type: string,
    status: 'True' | 'False',
    reason: string,
    message: string,
  ): NodeCondition => {
    const before = known.find((each) => each.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  };
  const own = [
    ...healthy.map(([what, type, reason, message]) => {
      if (!pressure[what]) return condition(type, 'False', reason, message);
      const [, pressedReason, pressedMessage] = short[what];
      return condition(type, 'True', pressedReason, pressedMessage);
    }),
    fault === ''
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', fault),
  ];
  const others = known.filter(({ type }) => !own.some((each) => each.type === type));
  return [...others, ...own];
}
