// What a sync of a pod starts next: init containers one after the other, then the containers in the
// order of the spec; what has ended is started again where the restart policy says so.
// Source: Kubernetes v1.36 pkg/kubelet/kuberuntime/kuberuntime_manager.go
// (reference: nodes-controllers §1.7, §1.10).
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Whether a container that has ended is to run again. */
export function isRestarted(record: PodRecord, container: ContainerRecord): boolean {
  if (container.isSidecar) return true;
  const restartPolicy = record.pod.spec.restartPolicy ?? 'Always';
  const isSuccess = container.termination?.exitCode === 0;
  if (container.isInit) return !isSuccess && restartPolicy !== 'Never';
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && !isSuccess);
}

/** Whether a container waits to be started, and has not been tried in this sync. */
function isDue(record: PodRecord, container: ContainerRecord): boolean {
  if (container.triedInSync === record.syncNumber || container.isStopping) return false;
  if (container.seen === 'waiting') return container.state === 'waiting';
  return container.seen === 'terminated' && isRestarted(record, container);
}

/** The container to start next; undefined when the sync has nothing more to do. */
export function nextToStart(record: PodRecord): ContainerRecord | undefined {
  for (const container of record.containers) {
    if (container.isSidecar) {
      if (isDue(record, container)) return container;
      if (!container.isStarted) return undefined; // the others wait for it
    } else if (container.isInit) {
      if (container.seen === 'terminated' && container.termination?.exitCode === 0) continue;
      return isDue(record, container) ? container : undefined;
    } else if (isDue(record, container)) {
      return container;
    }
  }
  return undefined;
}
