// Pods that have been running since before the simulation began: what the kubelet of their node
// finds at its runtime, and the status that it has reported of them. They have run since the
// beginning of simulated time, were never restarted, and are Ready.
import type { Pod, PodStatus } from '../../api/pod.js';
import { podQosClass } from '../../api/resource-requests.js';
import { type ContainerRecord, containersOf, type PodRecord } from './pod-record.js';
import { containerStatus, ownConditions } from './pod-status.js';
import type { ContainerTimes } from './pod-times.js';

/** The times of a run that only its status is wanted of. */
const noTimes: ContainerTimes = {
  createUs: 0,
  startUs: 0,
  stopUs: 0,
  termUs: 0,
  ableUs: 0,
  runUs: 0,
  exitCode: 0,
  exitReason: undefined,
};

/** Makes what a kubelet knows of a pod that of one which an earlier kubelet has left running. */
export function makeRunning(record: PodRecord, podIp: string): void {
  record.state = 'orphaned';
  record.hasSandbox = true;
  record.podIp = podIp;
  record.holdsAddress = record.pod.spec.hostNetwork !== true;
  record.containersStarted = record.containers.length;
  for (const container of record.containers) run(container);
}

function run(container: ContainerRecord): void {
  const isOver = container.isInit && !container.isSidecar;
  container.state = isOver ? 'terminated' : 'running';
  container.seen = container.state;
  if (isOver) container.termination = { exitCode: 0, startedUs: 0, finishedUs: 0 };
  container.isReady = true;
  container.isStarted = !isOver;
}

/** The status of such a pod. `address`: of its node; '' when that states none. */
export function runningStatus(pod: Pod, address: string, podIp: string): PodStatus {
  const containers = containersOf(pod, () => noTimes);
  for (const container of containers) run(container);
  const { uid = '' } = pod.metadata;
  const statuses = (isInit: boolean) =>
    containers.filter((each) => each.isInit === isInit).map((each) => containerStatus(uid, each));
  const initContainerStatuses = statuses(true);
  return {
    phase: 'Running',
    conditions: [...ownConditions, 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: 0,
    })),
    ...(address !== '' && { hostIP: address, hostIPs: [{ ip: address }] }),
    ...(podIp !== '' && { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: 0,
    ...(initContainerStatuses.length > 0 && { initContainerStatuses }),
    containerStatuses: statuses(false),
    qosClass: podQosClass(pod.spec),
  };
}
