// The workers of pods: they bring a pod up step by step, see what has become of it, and start again
// what has ended. One sync of a pod runs at a time; what happens meanwhile is looked at afterwards.
// Left out: syncs that find nothing to do (every 60-90 s), activeDeadlineSeconds.
// Source: Kubernetes v1.36 pkg/kubelet/{kubelet,pod_workers}.go, pkg/kubelet/pleg/generic.go
// (reference: nodes-controllers §1.6-1.8).
import type { EventKind } from '../../kernel/simulation.js';
import { nextTick } from './durations.js';
import type { EventPoster } from './event-poster.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf, type NodeAgent } from './node-agent.js';
import { nextToStart } from './pod-actions.js';
import { networkNotReady, type PodNetwork } from './pod-network.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import { isFinished } from './pod-status.js';
import type { Prober } from './prober.js';
import type { StatusManager } from './status-manager.js';
import type { VolumeManager } from './volume-manager.js';

/** What a worker works with. */
export interface WorkerParts {
  readonly status: StatusManager;
  readonly events: EventPoster;
  readonly network: PodNetwork;
  readonly volumes: () => VolumeManager;
  readonly prober: () => Prober;
  /** Starts a container and calls `PodWorkers.proceed`. */
  readonly startContainer: (record: PodRecord, container: ContainerRecord) => void;
  /** All containers have ended for good. */
  readonly finished: (record: PodRecord) => void;
  /** A runtime call has ended for a pod that was asked to go meanwhile. */
  readonly interrupted: (record: PodRecord) => void;
}

export class PodWorkers {
  readonly #context: KubeletContext;
  readonly #parts: WorkerParts;
  readonly #directoriesMade: EventKind;
  readonly #sandboxCreated: EventKind;
  readonly #sandboxRetried: EventKind;
  readonly #relisted: EventKind;
  readonly #requeued: EventKind;

  constructor(context: KubeletContext, parts: WorkerParts) {
    const { simulation, pods } = context;
    this.#context = context;
    this.#parts = parts;
    this.#directoriesMade = simulation.defineEvent('kubelet.PodDirectoriesMade', (slot) => {
      const record = pods.get(slot);
      record.stepEvent = noEvent;
      parts.volumes().mount(record);
    });
    this.#sandboxCreated = simulation.defineEvent('kubelet.PodSandboxCreated', (slot) =>
      this.#onSandboxCreated(pods.get(slot)),
    );
    this.#sandboxRetried = simulation.defineEvent('kubelet.PodSandboxRetried', (slot) => {
      const record = pods.get(slot);
      record.stepEvent = noEvent;
      this.createSandbox(record);
    });
    this.#relisted = simulation.defineEvent('kubelet.PodRelisted', (slot) => {
      const record = pods.get(slot);
      record.relistEvent = noEvent;
      this.#observe(record);
    });
    this.#requeued = simulation.defineEvent('kubelet.PodRequeued', (slot) => {
      const record = pods.get(slot);
      record.requeueEvent = noEvent;
      if (record.state === 'idle') this.#sync(record);
    });
  }

  /** Brings up a pod that was admitted now. */
  begin(record: PodRecord): void {
    const { simulation } = this.#context;
    record.state = 'syncing';
    if (record.startTimeUs === 0) record.startTimeUs = clockOf(record.agent, simulation.now);
    this.#parts.status.update(record);
    if (isFinished(record)) return this.#parts.finished(record); // with its machine, earlier
    const { directoriesUs } = record.times;
    record.stepEvent = simulation.after(directoriesUs, this.#directoriesMade, record.slot);
  }

  /** The volumes are there: the sandbox comes next. */
  createSandbox(record: PodRecord): void {
    const { runtime, simulation, settings } = this.#context;
    const { agent, pod } = record;
    if (pod.spec.hostNetwork !== true && !this.#parts.network.isInstalled(agent.index)) {
      const message = `network is not ready: ${networkNotReady}`;
      return this.#sandboxFailed(record, 'NetworkNotReady', message, settings.networkRetryUs);
    }
    if (record.probesSinceUs === 0) record.probesSinceUs = simulation.now;
    if (record.hasSandbox) return this.#resume(record);
    record.callsInFlight++;
    const { sandboxUs } = record.times;
    runtime.perform(agent.index, sandboxUs, this.#sandboxCreated, record.slot);
  }

  #onSandboxCreated(record: PodRecord): void {
    const { settings, observer } = this.#context;
    const { agent, pod } = record;
    record.callsInFlight--;
    record.hasSandbox = record.state !== 'orphaned';
    if (record.state !== 'syncing') return this.#parts.interrupted(record);
    const address =
      pod.spec.hostNetwork === true ? agent.address : this.#parts.network.assign(agent.index);
    if (address === undefined) {
      record.hasSandbox = false;
      const why = this.#parts.network.faultOf(agent.index);
      const message =
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network ' +
        `for sandbox: ${why}`;
      const { syncBackoffUs } = settings;
      return this.#sandboxFailed(record, 'FailedCreatePodSandBox', message, syncBackoffUs);
    }
    record.sandboxFailures = 0;
    record.podIp = address;
    record.holdsAddress = pod.spec.hostNetwork !== true;
    observer.podReached(record.uid, 'sandboxCreated');
    if (settings.reportPodSandbox) this.#parts.status.update(record);
    this.proceed(record);
  }

  /** The pod is tried again after the delay, with the jitter of the workers' queue. */
  #sandboxFailed(
    record: PodRecord,
    reason: 'FailedCreatePodSandBox' | 'NetworkNotReady',
    message: string,
    delayUs: number,
  ): void {
    const { settings, simulation } = this.#context;
    const isRepeated = record.sandboxFailures++ > 0;
    this.#parts.events.record(record, undefined, reason, message, isRepeated);
    record.requeueStream ??= simulation.random.stream(`kubelet/${record.uid}/requeue`);
    const jitter = 1 + settings.syncBackoffJitter * record.requeueStream.uniform();
    const afterUs = Math.round(delayUs * jitter);
    record.stepEvent = simulation.after(afterUs, this.#sandboxRetried, record.slot);
  }

  /** A sandbox from before a restart of the kubelet: what runs in it is probed again. */
  #resume(record: PodRecord): void {
    const prober = this.#parts.prober();
    for (const container of record.containers) {
      if (container.seen === 'running') prober.arm(record, container);
    }
    this.proceed(record);
  }

  /** Goes on with a sync: the next container, or its end. */
  proceed(record: PodRecord): void {
    if (record.state !== 'syncing') return;
    const container = nextToStart(record);
    if (container === undefined) this.#endSync(record);
    else this.#parts.startContainer(record, container);
  }

  #endSync(record: PodRecord): void {
    record.state = 'idle';
    const hasNews = record.containers.some((container) => container.state !== container.seen);
    if (record.hasActed || hasNews) this.#relistLater(record, record.hasActed);
    else this.#parts.status.update(record);
    if (record.retryUs > 0) this.#requeue(record);
  }

  #requeue(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    if (record.requeueEvent !== noEvent) simulation.cancel(record.requeueEvent);
    const at = nextTick(record.retryUs, record.agent.syncPhaseUs, settings.syncTickUs);
    record.requeueEvent = simulation.at(at, this.#requeued, record.slot);
  }

  /** A container has ended; `isOwnAct`: this kubelet has stopped it. */
  containerEnded(record: PodRecord, isOwnAct: boolean): void {
    if (record.state === 'idle') this.#relistLater(record, isOwnAct);
    else if (isOwnAct) record.hasActed = true;
  }

  /** Has the pod looked at: at once after an act of the kubelet, else at the next relist. */
  #relistLater(record: PodRecord, isOwnAct: boolean): void {
    const { simulation, settings } = this.#context;
    const { onDemandRelist } = record.agent.configuration;
    const isAtOnce = isOwnAct && settings.onDemandRelist && onDemandRelist;
    const isPlanned = record.relistEvent !== noEvent;
    if (isPlanned && !isAtOnce) return;
    const at = isAtOnce ? simulation.now + settings.podRelistUs : this.nextRelist(record.agent);
    if (isPlanned) simulation.reschedule(record.relistEvent, at);
    else record.relistEvent = simulation.at(at, this.#relisted, record.slot);
  }

  /** When the next relist of a node's pods is over. */
  nextRelist(agent: NodeAgent): number {
    const { simulation, settings } = this.#context;
    const tickUs = nextTick(simulation.now, agent.relistPhaseUs, settings.relistPeriodUs);
    const perPodUs = (settings.relistPerPodNanoseconds * agent.pods.size) / 1_000;
    return tickUs + settings.relistUs + Math.round(perPodUs);
  }

  /** The kubelet sees what the containers are. */
  #observe(record: PodRecord): void {
    const prober = this.#parts.prober();
    for (const container of record.containers) {
      if (container.seen === container.state) continue;
      container.seen = container.state;
      if (container.state === 'running') prober.arm(record, container);
      else {
        prober.disarm(container);
        container.isReady = false;
        container.isStarted = false;
      }
    }
    this.#parts.status.update(record);
    if (record.state !== 'idle') return;
    if (isFinished(record)) this.#parts.finished(record);
    else this.#syncIfDue(record);
  }

  /** A probe has changed what a container is: the status says so, and what waited for it starts. */
  probeChanged(record: PodRecord): void {
    this.#parts.status.update(record);
    if (record.state === 'idle') this.#syncIfDue(record);
  }

  #syncIfDue(record: PodRecord): void {
    record.syncNumber++; // a new sync may try again what the last one could not start
    if (nextToStart(record) !== undefined) this.#sync(record);
  }

  #sync(record: PodRecord): void {
    record.state = 'syncing';
    record.syncNumber++;
    record.hasActed = false;
    record.retryUs = 0;
    this.proceed(record);
  }

  /** Forgets what was planned for a pod that is to stop. */
  abandon(record: PodRecord): void {
    const { simulation } = this.#context;
    for (const event of [record.stepEvent, record.relistEvent, record.requeueEvent]) {
      if (event !== noEvent) simulation.cancel(event);
    }
    record.stepEvent = noEvent;
    record.relistEvent = noEvent;
    record.requeueEvent = noEvent;
  }
}
