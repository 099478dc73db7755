// SchedulingGates: a pod with gates stays out of the queue until they are gone.
// Source: kube-scheduler v1.36 plugins/schedulinggates; reference: scheduler 2.12, 2.13.

import type { Pod } from '../../../../api/pod.js';
import { clusterEvent } from '../../framework/cluster-event.js';
import type { ClusterEventWithHint, PreEnqueuePlugin } from '../../framework/plugin.js';
import { type Status, status } from '../../framework/status.js';

/** PreEnqueue. */
export class SchedulingGates implements PreEnqueuePlugin {
  readonly name = 'SchedulingGates';

  preEnqueue(pod: Pod): Status | undefined {
    const gates = pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    const names = gates.map(({ name }) => name).join(' ');
    return status('UnschedulableAndUnresolvable', `waiting for scheduling gates: [${names}]`);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent('Pod', 'UpdatePodSchedulingGatesEliminated'),
        hint: (_pod, _previous, object) =>
          object?.kind === 'Pod' && (object.spec.schedulingGates ?? []).length === 0
            ? 'Queue'
            : 'QueueSkip',
      },
    ];
  }
}
