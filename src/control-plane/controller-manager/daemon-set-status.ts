// What a DaemonSet says about its pods. Source: Kubernetes v1.36
// pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus (reference: nodes-controllers
// 3.7).
import type { DaemonSetStatus } from '../../api/daemon-set.js';
import type { DaemonView } from './daemon-set-plan.js';
import { isPodAvailable, isPodReady } from './pod-state.js';
import { REVISION_LABEL } from './revision-history.js';

/** The status that a set with these nodes and pods should have. O(nodes). */
export function daemonSetStatus(view: DaemonView): DaemonSetStatus {
  const { set, nodes, podsOn, judge, hash, now } = view;
  const { minReadySeconds = 0 } = set.spec;
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const [oldest] = podsOn.get(node.metadata.name) ?? [];
    if (!judge.judge(node).shouldRun) {
      if (oldest !== undefined) count.misscheduled++;
      continue;
    }
    count.desired++;
    if (oldest === undefined) continue;
    count.current++;
    if (isPodReady(oldest)) count.ready++;
    if (isPodAvailable(oldest, minReadySeconds, now)) count.available++;
    if (oldest.metadata.labels?.[REVISION_LABEL] === hash) count.updated++;
  }
  return {
    observedGeneration: set.metadata.generation ?? 1,
    desiredNumberScheduled: count.desired,
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    numberReady: count.ready,
    updatedNumberScheduled: count.updated,
    numberAvailable: count.available,
    numberUnavailable: count.desired - count.available,
  };
}

/** True when nothing is worth a write. */
export function isSameDaemonSetStatus(a: DaemonSetStatus, b: DaemonSetStatus | undefined): boolean {
  return (
    b !== undefined &&
    a.observedGeneration === b.observedGeneration &&
    a.desiredNumberScheduled === b.desiredNumberScheduled &&
    a.currentNumberScheduled === b.currentNumberScheduled &&
    a.numberMisscheduled === b.numberMisscheduled &&
    a.numberReady === b.numberReady &&
    a.updatedNumberScheduled === (b.updatedNumberScheduled ?? 0) &&
    a.numberAvailable === (b.numberAvailable ?? 0) &&
    a.numberUnavailable === (b.numberUnavailable ?? 0)
  );
}
