// PrioritySort: higher priority first, then who came first.
// Source: kube-scheduler v1.36 plugins/queuesort; reference: scheduler 1.2.

import type {
  ClusterEventWithHint,
  QueueSortKey,
  QueueSortPlugin,
} from '../../framework/plugin.js';

/** QueueSort. */
export class PrioritySort implements QueueSortPlugin {
  readonly name = 'PrioritySort';

  less(a: QueueSortKey, b: QueueSortKey): boolean {
    const difference = a.info.priority - b.info.priority;
    return difference > 0 || (difference === 0 && a.timestampUs < b.timestampUs);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [];
  }
}
