// Starts one container: its backoff, its image, what its environment is made of, CreateContainer,
// StartContainer, and the postStart hook, which holds up the containers after it.
// Source: Kubernetes v1.36 pkg/kubelet/kuberuntime (reference: nodes-controllers §1.7, §1.9,
// §1.10).
import type { LifecycleHandler } from '../../api/probe.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { BackOff, type BackOffLimits } from './back-off.js';
import { ConfigReader } from './config-reader.js';
import { environmentReferences } from './config-references.js';
import { leaveDead } from './dead-containers.js';
import type { EventPoster } from './event-poster.js';
import type { ImageManager, PullWaiter } from './image-manager.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf } from './node-agent.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import type { TimeTable } from './pod-times.js';
import { killedExitCode } from './run-behaviour.js';

/** How long a lifecycle hook runs; hooks that do not sleep count as done at once. */
export function hookUs(handler: LifecycleHandler | undefined): number {
  return (handler?.sleep?.seconds ?? 0) * 1_000_000;
}

/** Why a container waits whose environment cannot be made. */
const configError = 'CreateContainerConfigError';

/** What the starter works with. */
export interface StarterParts {
  readonly images: () => ImageManager;
  readonly events: EventPoster;
  readonly times: TimeTable;
  /** The container has been started, or cannot be now: the sync goes on. */
  readonly done: (record: PodRecord) => void;
  /** A runtime call has ended for a pod that was asked to go meanwhile. */
  readonly interrupted: (record: PodRecord) => void;
  /** A container has ended by itself. */
  readonly exited: (record: PodRecord) => void;
}

export class ContainerStarter {
  readonly #context: KubeletContext;
  readonly #parts: StarterParts;
  readonly #restartBackOff: BackOffLimits;
  readonly #config: ConfigReader;
  readonly #created: EventKind;
  readonly #started: EventKind;
  readonly #hookEnded: EventKind;
  readonly #exited: EventKind;

  constructor(context: KubeletContext, parts: StarterParts) {
    const { simulation, settings, pods } = context;
    this.#context = context;
    this.#parts = parts;
    this.#config = new ConfigReader((record, container, fault) =>
      this.#onConfigRead(record, container as ContainerRecord, fault?.message),
    );
    this.#restartBackOff = {
      initialUs: settings.restartBackoffInitialUs,
      maxUs: settings.restartBackoffMaxUs,
      resetUs: settings.restartBackoffResetUs,
    };
    const define = (
      name: string,
      act: (record: PodRecord, container: ContainerRecord, now: SimTime) => void,
    ): EventKind =>
      simulation.defineEvent(name, (slot, index, now) => {
        const record = pods.get(slot);
        act(record, record.containers[index] as ContainerRecord, now);
      });
    this.#created = define('kubelet.ContainerCreated', (record, container) =>
      this.#onCreated(record, container),
    );
    this.#started = define('kubelet.ContainerStarted', (record, container, now) =>
      this.#onStarted(record, container, now),
    );
    this.#hookEnded = define('kubelet.PostStartHookEnded', (record) => {
      record.stepEvent = noEvent;
      parts.done(record);
    });
    this.#exited = define('kubelet.ContainerExited', (record, container, now) => {
      container.exitEvent = noEvent;
      leaveDead(record, container, now);
      container.state = 'terminated';
      const { startedAtUs: startedUs, times } = container;
      const finishedUs = clockOf(record.agent, now);
      const reason = times.exitReason && { reason: times.exitReason };
      container.termination = { exitCode: times.exitCode, ...reason, startedUs, finishedUs };
      this.#context.servers.closed(record, container);
      this.#context.servers.stopped(record, container);
      this.#context.cpus?.containerEnded(record.agent.index, record.pod, container.spec);
      parts.exited(record);
    });
  }

  /** Begins; the sync goes on when `done` is called. */
  start(record: PodRecord, container: ContainerRecord): void {
    container.triedInSync = record.syncNumber;
    if (container.seen === 'terminated') prepareRestart(container);
    if (this.#isBackingOff(record, container)) return this.#parts.done(record);
    const image = container.spec.image ?? '';
    const isRepeated = container.restartCount > 0;
    switch (this.#parts.images().ensure(record, container)) {
      case 'present':
        this.#report(record, container, 'Pulled', `Container image "${image}" already present`);
        return this.#create(record, container);
      case 'pulling':
        record.awaitedImage = container.index;
        this.#report(record, container, 'Pulling', `Pulling image "${image}"`);
        return;
      case 'neverPulled':
        this.#fail(record, container, 'ErrImageNeverPull', `Container image "${image}" is absent`);
        return this.#parts.done(record);
      case 'refused':
        this.#fail(record, container, 'ErrImagePull', 'pull QPS exceeded');
        this.#parts.events.record(record, container, 'Failed', 'pull QPS exceeded', isRepeated);
        return this.#parts.done(record);
      case 'backingOff':
        this.#fail(record, container, 'ImagePullBackOff', `Back-off pulling image "${image}"`);
        return this.#parts.done(record);
    }
  }

  /** The image that a sync waits for has arrived. */
  imagePulled({ record, container }: PullWaiter, durationUs: number): void {
    if (record.state !== 'syncing' || record.awaitedImage !== container.index) return;
    record.awaitedImage = -1;
    const took = `${Math.round(durationUs / 1000)}ms`;
    const image = container.spec.image ?? '';
    this.#report(record, container, 'Pulled', `Successfully pulled image "${image}" in ${took}`);
    this.#create(record, container);
  }

  /** The image that a sync waits for cannot be had now. */
  pullFailed({ record, container }: PullWaiter, fault: string): void {
    if (record.state !== 'syncing' || record.awaitedImage !== container.index) return;
    record.awaitedImage = -1;
    const message = `Failed to pull image "${container.spec.image ?? ''}": ${fault}`;
    this.#fail(record, container, 'ErrImagePull', message);
    const { imageBackoffInitialUs } = this.#context.settings;
    const isRepeated = (container.pullBackOff?.delayUs ?? 0) > imageBackoffInitialUs;
    this.#parts.events.record(record, container, 'Failed', message, isRepeated);
    this.#parts.done(record);
  }

  #create(record: PodRecord, container: ContainerRecord): void {
    const { observer } = this.#context;
    if (!container.hasImage) {
      container.hasImage = true;
      if (record.containers.every(({ hasImage }) => hasImage)) {
        observer.podReached(record.uid, 'imagesPulled');
      }
    }
    const references = environmentReferences(container.spec);
    if (references.length > 0) return this.#config.read(record, container, references);
    this.#perform(record, container, container.times.createUs, this.#created);
  }

  #onConfigRead(record: PodRecord, container: ContainerRecord, fault: string | undefined): void {
    if (fault === undefined) {
      return this.#perform(record, container, container.times.createUs, this.#created);
    }
    const isRepeated = container.waitingReason === configError;
    this.#fail(record, container, configError, fault);
    this.#parts.events.record(record, container, 'Failed', `Error: ${fault}`, isRepeated);
    this.#parts.done(record);
  }

  #perform(record: PodRecord, { index }: ContainerRecord, aloneUs: number, kind: EventKind): void {
    record.callsInFlight++;
    this.#context.runtime.perform(record.agent.index, aloneUs, kind, record.slot, index);
  }

  #onCreated(record: PodRecord, container: ContainerRecord): void {
    record.callsInFlight--;
    if (record.state !== 'syncing') return this.#parts.interrupted(record);
    this.#report(record, container, 'Created', `Created container: ${container.spec.name}`);
    this.#perform(record, container, container.times.startUs, this.#started);
  }

  #onStarted(record: PodRecord, container: ContainerRecord, now: SimTime): void {
    const { simulation, observer, servers, cpus, monitor } = this.#context;
    record.callsInFlight--;
    if (record.state === 'orphaned') return this.#parts.interrupted(record);
    record.hasActed = true;
    container.state = 'running';
    container.isRestarting = false;
    container.startedUs = now;
    container.startedAtUs = clockOf(record.agent, now);
    servers.started(record, container);
    if (!container.isInit) cpus?.containerStarted(record.agent.index, record.pod, container.spec);
    this.planExit(record, container);
    monitor?.containerStarted(container.isInit ? 'init_container' : 'container');
    this.#report(record, container, 'Started', `Started container ${container.spec.name}`);
    if (container.restartCount === 0) {
      record.containersStarted++;
      if (record.containersStarted === record.containers.length) {
        observer.podReached(record.uid, 'containersStarted');
        monitor?.podStarted(now - record.seenUs);
      }
    }
    if (record.state !== 'syncing') return this.#parts.interrupted(record);
    const waitUs = hookUs(container.spec.lifecycle?.postStart);
    if (waitUs === 0) return this.#parts.done(record);
    record.stepEvent = simulation.after(waitUs, this.#hookEnded, record.slot, container.index);
  }

  /** A container that runs ends by itself when its time has come. */
  planExit(record: PodRecord, container: ContainerRecord): void {
    const { runUs } = container.times;
    if (runUs === Number.POSITIVE_INFINITY) return;
    const at = container.startedUs + runUs;
    container.exitEvent = this.#context.simulation.at(
      at,
      this.#exited,
      record.slot,
      container.index,
    );
  }

  /** The kernel kills a container now, because the memory of the node is used up. */
  killForMemory(record: PodRecord, index: number): void {
    const container = record.containers[index] as ContainerRecord;
    const { simulation } = this.#context;
    if (container.exitEvent !== noEvent) simulation.cancel(container.exitEvent);
    const runUs = simulation.now - container.startedUs;
    const end = { runUs, exitCode: killedExitCode, exitReason: 'OOMKilled' } as const;
    container.times = { ...container.times, ...end };
    this.planExit(record, container);
  }

  /** Whether a container that has ended must wait; counts the restart when it need not. */
  #isBackingOff(record: PodRecord, container: ContainerRecord): boolean {
    const { lastTermination } = container;
    if (lastTermination === undefined || container.isRestarting) return false;
    const now = clockOf(record.agent, this.#context.simulation.now);
    const { finishedUs } = lastTermination;
    container.restartBackOff ??= new BackOff();
    const backOff = container.restartBackOff;
    if (backOff.isWaiting(this.#restartBackOff, finishedUs, now)) {
      const { restartRequeueMaxUs } = this.#context.settings;
      const leftUs = backOff.readyUs(this.#restartBackOff, finishedUs) - now;
      const isRepeated = container.waitingReason === 'CrashLoopBackOff';
      container.waitingReason = 'CrashLoopBackOff';
      const delaySeconds = backOff.delayUs / 1_000_000;
      const { name, namespace } = record.pod.metadata;
      const whose = `container=${container.spec.name} pod=${name}_${namespace}(${record.uid})`;
      container.waitingMessage = `back-off ${delaySeconds}s restarting failed ${whose}`;
      this.#parts.events.record(record, container, 'BackOff', container.waitingMessage, isRepeated);
      this.#retryAfter(record, Math.min(leftUs, restartRequeueMaxUs));
      return true;
    }
    backOff.next(this.#restartBackOff, finishedUs, now);
    container.restartCount++;
    container.isRestarting = true;
    const runtime = this.#context.runtime.timesOf(record.agent.index);
    container.times = this.#parts.times.redraw(record.pod, container, runtime);
    return false;
  }

  #fail(record: PodRecord, container: ContainerRecord, reason: string, message: string): void {
    container.waitingReason = reason;
    container.waitingMessage = message;
    this.#retryAfter(record, this.#context.settings.syncBackoffUs);
  }

  /** Asks for another sync after the delay, with the jitter of the workers' queue. */
  #retryAfter(record: PodRecord, delayUs: number): void {
    const { simulation, settings } = this.#context;
    record.requeueStream ??= simulation.random.stream(`kubelet/${record.uid}/requeue`);
    const jitter = 1 + settings.syncBackoffJitter * record.requeueStream.uniform();
    const at = simulation.now + Math.round(delayUs * jitter);
    record.retryUs = record.retryUs === 0 ? at : Math.min(record.retryUs, at);
  }

  #report(
    record: PodRecord,
    container: ContainerRecord,
    reason: 'Pulling' | 'Pulled' | 'Created' | 'Started',
    message: string,
  ): void {
    this.#parts.events.record(record, container, reason, message, container.restartCount > 0);
  }
}

/** Moves the run that has ended into the past. */
function prepareRestart(container: ContainerRecord): void {
  container.lastTermination = container.termination;
  container.termination = undefined;
  container.state = 'waiting';
  container.seen = 'waiting';
  container.waitingReason = 'ContainerCreating';
  container.waitingMessage = '';
}
