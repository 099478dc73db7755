// The lives of kubelets: a process stops and another starts in its place, with or without the loss
// of the machine. Containers go on while no kubelet watches them; the new process finds them at the
// runtime, takes them over and starts what has ended meanwhile. After the loss of a machine nothing
// of its pods is left but the images on its disk: they start anew, each run counted as a restart.
// Left out: calls to the runtime that are under way when a kubelet ends; the runtime drops them.
// Source: Kubernetes v1.36 pkg/kubelet/kubelet.go, kuberuntime_manager.go (reference:
// nodes-controllers §1.4, §1.17, §1.18).
import type { Pod } from '../../api/pod.js';
import { leaveDead } from './dead-containers.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf } from './node-agent.js';
import type { PodNetwork } from './pod-network.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import { ownConditionsOf } from './pod-status.js';

/** What containerd says of containers that it finds dead when it starts. */
const lostContainer = { exitCode: 255, reason: 'Unknown' } as const;

/** The kubelet of a pod has ended: nothing is planned for the pod any more but what runs in it. */
export function orphan(context: KubeletContext, record: PodRecord): void {
  const { simulation } = context;
  record.state = 'orphaned';
  for (const container of record.containers) {
    if (container.stopEvent !== noEvent) simulation.cancel(container.stopEvent);
    container.stopEvent = noEvent;
    container.isStopping = false;
  }
}

/** The machine of a pod is gone, and all that ran on it. */
export function loseSandbox(context: KubeletContext, record: PodRecord): void {
  const { simulation } = context;
  const finishedUs = clockOf(record.agent, simulation.now);
  record.hasSandbox = false;
  for (const container of record.containers) {
    if (container.exitEvent !== noEvent) simulation.cancel(container.exitEvent);
    container.exitEvent = noEvent;
    if (container.state !== 'running') continue;
    leaveDead(record, container, simulation.now);
    container.state = 'terminated';
    const { startedAtUs: startedUs } = container;
    container.termination = { ...lostContainer, startedUs, finishedUs };
  }
}

/** What taking over needs of others. */
export interface TakeOverParts {
  readonly network: PodNetwork;
  /** A container that runs will end by itself. */
  readonly planExit: (record: PodRecord, container: ContainerRecord) => void;
}

/** Hands what is left of a pod on its node to the record that a new kubelet has made of it. */
export function takeOver(
  context: KubeletContext,
  before: PodRecord,
  record: PodRecord,
  { network, planExit }: TakeOverParts,
): void {
  const { simulation } = context;
  before.isRemoved = true;
  record.startTimeUs = before.startTimeUs;
  record.isDeletable = before.isDeletable;
  record.rejection = before.rejection;
  record.containersStarted = before.containersStarted;
  const isLost = before.podIp !== '' && !before.hasSandbox && !before.isDeletable;
  if (before.holdsAddress && isLost) network.release(before.agent.index, before.podIp);
  record.holdsAddress = before.holdsAddress && !isLost;
  record.hasSandbox = before.hasSandbox;
  record.podIp = isLost ? '' : before.podIp;
  for (const [index, container] of before.containers.entries()) {
    const next = record.containers[index] as ContainerRecord;
    inherit(container, next);
    if (isLost && next.isInit) runAgain(next);
    if (container.exitEvent === noEvent) continue;
    simulation.cancel(container.exitEvent);
    planExit(record, next);
  }
  record.status = reportedStatus(record.pod);
}

/** What the runtime and the API know of a container; back-offs die with the kubelet. */
function inherit(from: ContainerRecord, to: ContainerRecord): void {
  to.state = from.state;
  to.seen = from.state;
  to.startedUs = from.startedUs;
  to.startedAtUs = from.startedAtUs;
  to.termination = from.termination;
  to.lastTermination = from.lastTermination;
  to.restartCount = from.restartCount;
  to.deadBytes = from.deadBytes;
  to.deadInodes = from.deadInodes;
  to.hasImage = from.hasImage;
  to.times = from.times;
  if (from.state !== 'running') return;
  to.isReady = from.isReady;
  to.isStarted = from.isStarted;
}

/** A new sandbox begins with the init containers. */
function runAgain(container: ContainerRecord): void {
  if (container.state !== 'terminated') return;
  container.lastTermination = container.termination;
  container.termination = undefined;
  container.state = 'waiting';
  container.seen = 'waiting';
}

/** The kubelet's part of what the API shows of a pod. */
function reportedStatus(pod: Pod): PodRecord['status'] {
  return pod.status && { ...pod.status, conditions: ownConditionsOf(pod.status) };
}
