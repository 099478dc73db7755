// What a kubelet knows about one pod and its containers. Data only. A container has two states:
// what it is, and what the kubelet has seen of it; only the latter reaches the API.
import type { Container } from '../../api/container.js';
import type { ObjectReference } from '../../api/object-meta.js';
import type { Pod, PodStatus } from '../../api/pod.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import type { BackOff } from './back-off.js';
import type { NodeAgent } from './node-agent.js';
import type { Rejection } from './pod-admission.js';
import type { ContainerTimes, PodTimes } from './pod-times.js';

/**
 * What the worker of a pod is at: `new` until admitted, `syncing` while it starts something, `idle`
 * between syncs, `terminating` until all has stopped, `terminated` for good; `orphaned` when its
 * kubelet has ended: what runs goes on, and nobody looks.
 */
export type WorkerState = 'new' | 'syncing' | 'idle' | 'terminating' | 'terminated' | 'orphaned';

export type ContainerPhase = 'waiting' | 'running' | 'terminated';

/** Says that no event is pending. */
export const noEvent: EventHandle = -1;

/** How a container ended. */
export interface Termination {
  readonly exitCode: number;
  /** Absent: as the exit code says, Completed or Error. */
  readonly reason?: string;
  /** Both by the clock of its node. */
  readonly startedUs: SimTime;
  readonly finishedUs: SimTime;
}

/** One container of a pod; init containers come first in a pod's list. */
export class ContainerRecord {
  readonly spec: Container;
  readonly index: number;
  readonly isInit: boolean;
  /** An init container that stays up beside the others. */
  readonly isSidecar: boolean;
  state: ContainerPhase = 'waiting';
  seen: ContainerPhase = 'waiting';
  waitingReason: string;
  waitingMessage = '';
  startedUs: SimTime = 0;
  /** The same, by the clock of its node. */
  startedAtUs: SimTime = 0;
  /** Of the current or latest run. */
  termination: Termination | undefined;
  /** Of the run before. */
  lastTermination: Termination | undefined;
  restartCount = 0;
  /** Of its latest run that has ended, what is still on the disk. */
  deadBytes = 0;
  deadInodes = 0;
  /** Its restart is counted, and it has not been started yet. */
  isRestarting = false;
  isReady = false;
  /** Its startup probe has succeeded, or it has none. */
  isStarted = false;
  /** Number of the sync that has tried to start it last. */
  triedInSync = -1;
  /** Its image was there when its first run was to be made. */
  hasImage = false;
  times: ContainerTimes;
  restartBackOff: BackOff | undefined;
  pullBackOff: BackOff | undefined;
  pullFailedUs: SimTime = 0;
  exitEvent: EventHandle = noEvent;
  readinessEvent: EventHandle = noEvent;
  startupEvent: EventHandle = noEvent;
  livenessEvent: EventHandle = noEvent;
  /** Questions of its liveness probe in a row that took too long. */
  lateAnswers = 0;
  stopEvent: EventHandle = noEvent;
  /** When its hook or its own way of stopping is over, or it is killed. */
  stopAtUs: SimTime = 0;
  /** It has got SIGTERM. */
  isSignalled = false;
  /** On its way to stop: hook, signal or kill; then it will have ended with this code. */
  isStopping = false;
  stopExitCode = 0;
  /** What its Events are about; undefined: it has none yet. */
  reference: ObjectReference | undefined;

  constructor(spec: Container, index: number, isInit: boolean, times: ContainerTimes) {
    this.spec = spec;
    this.index = index;
    this.isInit = isInit;
    this.isSidecar = isInit && spec.restartPolicy === 'Always';
    this.waitingReason = isInit ? 'PodInitializing' : 'ContainerCreating';
    this.times = times;
  }
}

/** The containers of a pod, init containers first, each with its times. */
export function containersOf(
  { spec }: Pod,
  timesOf: (index: number) => ContainerTimes,
): readonly ContainerRecord[] {
  const inits = spec.initContainers ?? [];
  return [...inits, ...spec.containers].map(
    (each, index) => new ContainerRecord(each, index, index < inits.length, timesOf(index)),
  );
}

/** One pod on its node. */
export class PodRecord {
  /** Target of the pod's events. */
  slot = -1;
  readonly agent: NodeAgent;
  readonly uid: string;
  /** As the watch has shown it last. */
  pod: Pod;
  readonly containers: readonly ContainerRecord[];
  readonly times: PodTimes;
  state: WorkerState = 'new';
  rejection: Rejection | undefined;
  /** Why its node has put it out; shown when its containers have stopped. */
  eviction: Rejection | undefined;
  /** When the kubelet has seen it. */
  readonly seenUs: SimTime;
  startTimeUs: SimTime = 0;
  /** When its probe workers began to tick. */
  probesSinceUs: SimTime = 0;
  podIp = '';
  /** Times that its sandbox could not be made, or had to wait for the network. */
  sandboxFailures = 0;
  hasSandbox = false;
  /** Its address is one of the node's subnet, and taken. */
  holdsAddress = false;
  isCounted = false;
  containersStarted = 0;
  syncNumber = 0;
  /** The running sync has changed something at the runtime. */
  hasActed = false;
  /** When a failed sync wants to come again; 0: no need. */
  retryUs: SimTime = 0;
  /** The container whose image the worker waits for. */
  awaitedImage = -1;
  /** Runtime calls under way; the slot stays in use until they are over. */
  callsInFlight = 0;
  /** The next step of a sync, the next relist, the next sync. At most one each. */
  stepEvent: EventHandle = noEvent;
  relistEvent: EventHandle = noEvent;
  requeueEvent: EventHandle = noEvent;
  requeueStream: RandomStream | undefined;
  graceUs = 0;
  deadlineUs: SimTime = 0;
  /** Visits of the sync loop still to come; the slot stays in use until they are over. */
  pendingHandlings = 0;
  /** Of a static pod: the object that stands for it in the API. */
  mirrorUid: string | undefined;
  isBeingMirrored = false;
  /** The object is gone from the API. */
  isRemoved = false;
  /** The status the kubelet wants the API to show. */
  status: PodStatus | undefined;
  statusVersion = 0;
  /** When the status has changed last. */
  statusChangedUs: SimTime = 0;
  writtenVersion = 0;
  /** Places in the line of the status manager. */
  statusesQueued = 0;
  /** Statuses to be written one by one, oldest first, where newer ones do not replace older ones. */
  readonly unwritten: PodStatus[] = [];
  /** The status manager has asked for it and waits for the answer. */
  isBeingRead = false;
  /** All is cleaned up: the object may be deleted. */
  isDeletable = false;
  isDeleteSent = false;
  /** A write of its status has failed and is to be repeated. */
  needsResync = false;
  /** When its worker began to wait for volumes, and how long a failed mount waits. */
  volumesSinceUs: SimTime = 0;
  mountRetryUs = 0;
  /** Times that a mount has failed, or its worker has lost patience. */
  mountFaults = 0;
  /** Debt of the pod's Event spam filter: the time up to which its Events are paid for. */
  eventDebtUs: SimTime = 0;

  constructor(
    agent: NodeAgent,
    pod: Pod,
    containers: readonly ContainerRecord[],
    times: PodTimes,
    seenUs: SimTime,
  ) {
    this.agent = agent;
    this.uid = pod.metadata.uid ?? '';
    this.pod = pod;
    this.containers = containers;
    this.times = times;
    this.seenUs = seenUs;
  }
}
