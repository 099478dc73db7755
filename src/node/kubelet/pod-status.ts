// The status that a kubelet reports of a pod: phase, conditions and containers, from what it has
// seen. Conditions that did not change keep their object and their time.
// Source: Kubernetes v1.36 pkg/kubelet/kubelet_pods.go (reference: nodes-controllers §1.15).
import type { ContainerState, ContainerStatus } from '../../api/container.js';
import {
  isPodPhaseTerminal,
  type Pod,
  type PodCondition,
  type PodPhase,
  type PodStatus,
} from '../../api/pod.js';
import { podQosClass } from '../../api/resource-requests.js';
import type { SimTime } from '../../kernel/time.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Condition types that the kubelet owns, in the order in which it lists them. */
export const ownConditions: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
];

/** An object under construction. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The phase that follows from what has been seen of the containers. */
export function phaseOf(record: PodRecord): PodPhase {
  if (record.rejection !== undefined || isEvicted(record)) return 'Failed';
  const restartPolicy = record.pod.spec.restartPolicy ?? 'Always';
  let [waiting, running, failed, succeeded] = [0, 0, 0, 0];
  for (const container of record.containers) {
    const { termination } = container;
    const hasFailed = container.seen === 'terminated' && termination?.exitCode !== 0;
    if (container.isSidecar) continue;
    if (container.isInit) {
      if (hasFailed && restartPolicy === 'Never') return 'Failed';
      if (container.seen !== 'terminated' || hasFailed) return 'Pending';
    } else if (container.seen === 'running') running++;
    else if (container.seen === 'waiting') {
      if (container.lastTermination === undefined) waiting++;
      else running++; // it waits to be started again
    } else if (hasFailed) failed++;
    else succeeded++;
  }
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (restartPolicy === 'Always' && !isEnding(record)) return 'Running';
  if (failed === 0 && succeeded > 0) return 'Succeeded';
  return restartPolicy === 'OnFailure' && !isEnding(record) ? 'Running' : 'Failed';
}

/** Put out by its node, and nothing of it runs any more. */
function isEvicted({ eviction, containers }: PodRecord): boolean {
  return eviction !== undefined && containers.every(({ seen }) => seen !== 'running');
}

function isEnding({ state }: PodRecord): boolean {
  return state === 'terminating' || state === 'terminated';
}

/** True when nothing will run in the pod any more: it is Succeeded or Failed by itself. */
export function isFinished(record: PodRecord): boolean {
  return isPodPhaseTerminal(phaseOf(record));
}

/** The status to report now. */
export function statusOf(record: PodRecord, now: SimTime): PodStatus {
  const { pod, rejection, agent, podIp } = record;
  if (rejection !== undefined) return { phase: 'Failed', ...rejection, startTime: now };
  const inits = record.containers.filter(isInitContainer);
  const apps = inits.length === 0 ? record.containers : record.containers.filter(isAppContainer);
  const { address } = agent;
  const phase = phaseOf(record);
  const status: Writable<PodStatus> = { phase };
  if (isEvicted(record)) Object.assign(status, record.eviction);
  status.conditions = conditionsOf(record, apps, phase, now);
  if (address !== '') {
    status.hostIP = address;
    status.hostIPs = agent.hostIPs;
  }
  if (podIp !== '') {
    status.podIP = podIp;
    const known = record.status;
    status.podIPs = known?.podIP === podIp && known.podIPs ? known.podIPs : [{ ip: podIp }];
  }
  status.startTime = record.startTimeUs;
  if (inits.length > 0) {
    status.initContainerStatuses = inits.map((each) => containerStatus(record.uid, each));
  }
  status.containerStatuses = apps.map((each) => containerStatus(record.uid, each));
  status.qosClass = podQosClass(pod.spec);
  return status;
}

function isInitContainer({ isInit }: ContainerRecord): boolean {
  return isInit;
}

function isAppContainer({ isInit }: ContainerRecord): boolean {
  return !isInit;
}

/** The kubelet's own conditions, then that of a pod that it puts out. */
function conditionsOf(
  record: PodRecord,
  apps: readonly ContainerRecord[],
  phase: PodPhase,
  now: SimTime,
): readonly PodCondition[] {
  const isCompleted = phase === 'Succeeded';
  const isReady = !isCompleted && phase !== 'Failed' && areReady(record);
  const values = [
    record.hasSandbox,
    isInitialised(record),
    isReady && areGatesOpen(record),
    isReady,
  ];
  const conditions: PodCondition[] = [];
  for (let i = 0; i < ownConditions.length; i++) {
    const type = ownConditions[i] as string;
    const status = values[i] === true ? 'True' : 'False';
    const known = conditionIn(record.status, type);
    if (known?.status === status) {
      conditions.push(known);
      continue;
    }
    const condition: Writable<PodCondition> = { type, status, lastTransitionTime: now };
    conditions.push(condition);
    if (status === 'True' || i < 2) continue;
    condition.reason = isCompleted ? 'PodCompleted' : 'ContainersNotReady';
    if (!isCompleted) condition.message = unreadyMessage(apps);
  }
  if (record.eviction !== undefined) conditions.push(disruptionOf(record, record.eviction, now));
  return conditions;
}

function conditionIn(status: PodStatus | undefined, type: string): PodCondition | undefined {
  for (const each of status?.conditions ?? []) if (each.type === type) return each;
  return undefined;
}

/** Init containers have ended well; those that go on have started. */
function isInitialised({ containers }: PodRecord): boolean {
  for (const { isInit, isSidecar, isStarted, seen, termination } of containers) {
    if (!isInit) continue;
    if (isSidecar ? !isStarted : seen !== 'terminated' || termination?.exitCode !== 0) return false;
  }
  return true;
}

/** All containers that run as long as the pod. */
function areReady({ containers }: PodRecord): boolean {
  for (const { isInit, isSidecar, isReady } of containers) {
    if (!isReady && (!isInit || isSidecar)) return false;
  }
  return true;
}

function areGatesOpen({ pod }: PodRecord): boolean {
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    if (conditionIn(pod.status, conditionType)?.status !== 'True') return false;
  }
  return true;
}

/** Says of a pod that its node puts out that it is no fault of its own. */
function disruptionOf(
  { status }: PodRecord,
  { message }: NonNullable<PodRecord['eviction']>,
  now: SimTime,
): PodCondition {
  const type = 'DisruptionTarget';
  const reason = 'TerminationByKubelet';
  const known = conditionIn(status, type);
  return known ?? { type, status: 'True', lastTransitionTime: now, reason, message };
}

function unreadyMessage(apps: readonly ContainerRecord[]): string {
  const names = apps.filter(({ isReady }) => !isReady).map(({ spec }) => spec.name);
  return `containers with unready status: [${names.join(' ')}]`;
}

/** The status of one container as it has been seen. */
export function containerStatus(uid: string, container: ContainerRecord): ContainerStatus {
  const { spec, restartCount, lastTermination } = container;
  const { image = '' } = spec;
  const isCreated = container.seen !== 'waiting' || lastTermination !== undefined;
  const status: Writable<ContainerStatus> = {
    name: spec.name,
    state: stateOf(container),
    ready: container.isReady,
    restartCount,
    image,
    // As long as a real digest and a real id: sizes of objects are what counts.
    imageID: isCreated ? imageIdOf(image) : '',
    started: container.isStarted,
  };
  if (isCreated) status.containerID = containerId(uid, container);
  if (lastTermination) status.lastState = { terminated: terminated(lastTermination) };
  return status;
}

const digitsOfDigest = 64;
const digest = `@sha256:${'0'.repeat(digitsOfDigest)}`;

/** Texts of images are forgotten, all at once, when there are more. */
const IMAGES_LIMIT = 4096;

const imageIds = new Map<string, string>();

/** The same text for all containers of an image. */
function imageIdOf(image: string): string {
  let id = imageIds.get(image);
  if (id === undefined) {
    if (imageIds.size === IMAGES_LIMIT) imageIds.clear();
    id = image + digest;
    imageIds.set(image, id);
  }
  return id;
}

/** Unique for each run of a container, as long as a real one. */
function containerId(uid: string, { index, restartCount }: ContainerRecord): string {
  const digits = `${uid.replaceAll('-', '')}${index}-${restartCount}`;
  return `containerd://${digits.padEnd(digitsOfDigest, '0')}`;
}

function stateOf(container: ContainerRecord): ContainerState {
  if (container.seen === 'running') return { running: { startedAt: container.startedAtUs } };
  const { termination, waitingReason, waitingMessage } = container;
  if (container.seen === 'terminated' && termination !== undefined) {
    return { terminated: terminated(termination) };
  }
  const message = waitingMessage === '' ? {} : { message: waitingMessage };
  return { waiting: { reason: waitingReason, ...message } };
}

function terminated(termination: NonNullable<ContainerRecord['termination']>) {
  const { exitCode, reason, startedUs, finishedUs } = termination;
  return {
    exitCode,
    reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: startedUs,
    finishedAt: finishedUs,
  };
}

/** The conditions of a stored status that are the kubelet's, in its order. */
export function ownConditionsOf({ conditions = [] }: PodStatus): readonly PodCondition[] {
  return ownConditions.flatMap((own) => conditions.find(({ type }) => type === own) ?? []);
}

/**
 * Whether a pod that the kubelet knows to be ready is shown as not ready: the node lifecycle
 * controller marks the pods of a lost node so, and gives no reason.
 */
export function isMarkedNotReady({ pod, status }: PodRecord): boolean {
  const shown = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (shown?.status !== 'False' || shown.reason !== undefined) return false;
  return status?.conditions?.some((own) => own.type === 'Ready' && own.status === 'True') === true;
}

/** Whether two statuses say the same. */
export function isSameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return (
    a !== undefined &&
    a.phase === b.phase &&
    a.podIP === b.podIP &&
    areSame(a.conditions, b.conditions, (x, y) => x === y) &&
    areSame(a.initContainerStatuses, b.initContainerStatuses, isSameContainer) &&
    areSame(a.containerStatuses, b.containerStatuses, isSameContainer)
  );
}

function areSame<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  isSame: (x: T, y: T) => boolean,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((item, index) => isSame(item, b[index] as T));
}

function isSameContainer(a: ContainerStatus, b: ContainerStatus): boolean {
  return (
    a.ready === b.ready &&
    a.started === b.started &&
    a.restartCount === b.restartCount &&
    a.state?.running?.startedAt === b.state?.running?.startedAt &&
    a.state?.terminated?.finishedAt === b.state?.terminated?.finishedAt &&
    a.state?.waiting?.reason === b.state?.waiting?.reason &&
    a.state?.waiting?.message === b.state?.waiting?.message
  );
}

/**
 * A stored pod with the kubelet's part of its status replaced; the same pod when it is so already.
 */
export function withStatus(current: Pod, status: PodStatus): Pod {
  const stored = current.status?.conditions ?? [];
  const own = status.conditions ?? [];
  const isSame =
    current.status?.phase === status.phase &&
    current.status?.containerStatuses === status.containerStatuses &&
    own.every((condition) => stored.includes(condition));
  if (isSame) return current;
  const others = stored.filter(({ type }) => !own.some((condition) => condition.type === type));
  const next: Writable<PodStatus> = { ...status, conditions: [...own, ...others] };
  // What others have written stays. Copied by name: a second spread would cost ten times as much.
  const { nominatedNodeName, observedGeneration, resize, message } = current.status ?? {};
  if (nominatedNodeName !== undefined) next.nominatedNodeName = nominatedNodeName;
  if (observedGeneration !== undefined) next.observedGeneration = observedGeneration;
  if (resize !== undefined) next.resize = resize;
  if (message !== undefined && status.message === undefined) next.message = message;
  const { apiVersion, kind, metadata, spec } = current;
  return { apiVersion, kind, metadata, spec, status: next };
}
