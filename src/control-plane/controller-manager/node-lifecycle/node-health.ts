// What the node lifecycle controller knows of each node's life: when it last saw a sign of it, by
// its own clock, and which condition it saw then. A sign is a new heartbeat time in the Ready
// condition or a new renew time of the node's Lease.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle tryUpdateNodeHealth (reference:
// nodes-controllers 3.14).
import type { Lease } from '../../../api/lease.js';
import type { Node, NodeCondition } from '../../../api/node.js';
import type { SimTime } from '../../../kernel/time.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import { conditionOf } from './node-taints.js';

/** Condition types that become Unknown with Ready. */
const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

interface Health {
  probeUs: SimTime;
  /** Of the Ready condition as last seen; undefined: there was none. */
  heartbeatUs: SimTime | undefined;
  renewUs: SimTime | undefined;
}

/** Health by node name. */
export class NodeHealth {
  readonly #health = new Map<string, Health>();

  /** Notes what is seen now. True when the node has given no sign of life for too long. */
  observe(node: Node, lease: Lease | undefined, now: SimTime): boolean {
    const { name, creationTimestamp } = node.metadata;
    const ready = conditionOf(node, 'Ready');
    const renewUs = lease?.spec?.renewTime;
    let health = this.#health.get(name);
    if (health === undefined) {
      // A node that never reported counts from its creation.
      const sinceUs = ready === undefined ? (creationTimestamp ?? now) : now;
      health = { probeUs: sinceUs, heartbeatUs: ready?.lastHeartbeatTime, renewUs };
      this.#health.set(name, health);
    }
    if (ready?.lastHeartbeatTime !== health.heartbeatUs) {
      health.heartbeatUs = ready?.lastHeartbeatTime;
      health.probeUs = now;
    }
    if (renewUs !== undefined && renewUs > (health.renewUs ?? Number.NEGATIVE_INFINITY)) {
      health.renewUs = renewUs;
      health.probeUs = now;
    }
    const { nodeStartupGracePeriodUs, nodeMonitorGracePeriodUs } = constants;
    const graceUs = ready === undefined ? nodeStartupGracePeriodUs : nodeMonitorGracePeriodUs;
    return now > health.probeUs + graceUs;
  }

  /** Takes all nodes as seen now: nobody could have reported while all zones were down. */
  restart(now: SimTime): void {
    for (const health of this.#health.values()) health.probeUs = now;
  }

  forget(name: string): void {
    this.#health.delete(name);
  }
}

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
