// Stops pods: all containers at once, each with its preStop hook, its signal and its grace; then
// sidecars in reverse order, the sandbox, the volumes; then the pod may be deleted. Single
// containers are stopped in the same way when a probe condemns them.
// Source: Kubernetes v1.36 pkg/kubelet/pod_workers.go, kuberuntime_container.go (reference:
// nodes-controllers §1.15).

import { isPodPhaseTerminal } from '../../api/pod.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { hookUs } from './container-starter.js';
import { leaveDead } from './dead-containers.js';
import type { EventPoster } from './event-poster.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf, type NodeAgent } from './node-agent.js';
import type { PodNetwork } from './pod-network.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import { forEver, killedExitCode, terminatedExitCode } from './run-behaviour.js';
import type { StatusManager } from './status-manager.js';

/** What a killer works with. */
export interface KillerParts {
  readonly status: StatusManager;
  readonly events: EventPoster;
  readonly network: PodNetwork;
  /** Forgets what was planned for a pod and its probes. */
  readonly abandon: (record: PodRecord) => void;
  /** A container that was stopped alone has ended. */
  readonly containerEnded: (record: PodRecord) => void;
  /** Begins to unmount the volumes of its claims; false when there is nothing to do. */
  readonly unmount: (record: PodRecord) => boolean;
  readonly nextRelist: (agent: NodeAgent) => SimTime;
  /** The pod has stopped, and its object is gone. */
  readonly released: (record: PodRecord) => void;
  /** A pod has given its place on a node back. */
  readonly freed: (agent: NodeAgent) => void;
}

export class PodKiller {
  readonly #context: KubeletContext;
  readonly #parts: KillerParts;
  readonly #hookEnded: EventKind;
  readonly #graceEnded: EventKind;
  readonly #stopped: EventKind;
  readonly #sandboxStopped: EventKind;
  readonly #terminated: EventKind;

  constructor(context: KubeletContext, parts: KillerParts) {
    const { simulation, pods } = context;
    this.#context = context;
    this.#parts = parts;
    const define = (
      name: string,
      act: (record: PodRecord, container: ContainerRecord) => void,
    ): EventKind =>
      simulation.defineEvent(name, (slot, index) => {
        const record = pods.get(slot);
        const container = record.containers[index] as ContainerRecord;
        container.stopEvent = noEvent;
        act(record, container);
      });
    this.#hookEnded = define('kubelet.PreStopHookEnded', (record, container) =>
      this.#signal(record, container),
    );
    this.#graceEnded = define('kubelet.GracePeriodEnded', (record, container) =>
      this.#stopProcess(record, container),
    );
    this.#stopped = define('kubelet.ContainerStopped', (record, container) =>
      this.#onStopped(record, container),
    );
    this.#sandboxStopped = simulation.defineEvent('kubelet.PodSandboxStopped', (slot) =>
      this.#onSandboxStopped(pods.get(slot)),
    );
    this.#terminated = simulation.defineEvent('kubelet.PodTerminated', (slot) =>
      this.#onTerminated(pods.get(slot)),
    );
  }

  /** Stops a pod within `graceUs`; a shorter grace than before shortens what is under way. */
  terminate(record: PodRecord, graceUs: number): void {
    if (record.state === 'terminated') return this.#offer(record);
    const { now } = this.#context.simulation;
    if (record.state === 'terminating') return this.#shorten(record, now + graceUs);
    record.state = 'terminating';
    record.graceUs = graceUs;
    record.deadlineUs = now + graceUs;
    this.#parts.abandon(record);
    if (record.callsInFlight === 0) this.proceed(record);
  }

  /** Goes on with stopping, when no call to the runtime is under way any more. */
  proceed(record: PodRecord): void {
    if (record.state === 'orphaned') return this.#parts.released(record);
    if (record.callsInFlight > 0) return;
    let areStopping = false;
    for (const container of record.containers) {
      if (container.isSidecar || container.state !== 'running') continue;
      areStopping = true;
      if (!container.isStopping) this.#begin(record, container, 'Stopping container');
    }
    if (areStopping) return;
    const sidecar = record.containers.findLast(({ state }) => state === 'running');
    if (sidecar !== undefined) {
      if (!sidecar.isStopping) this.#begin(record, sidecar, 'Stopping container');
    } else this.#stopSandbox(record);
  }

  /** Stops one container of a pod that goes on. */
  killContainer(record: PodRecord, container: ContainerRecord, graceUs: number, why: string): void {
    const { now } = this.#context.simulation;
    record.graceUs = graceUs;
    record.deadlineUs = now + graceUs;
    container.stopExitCode = killedExitCode;
    this.#begin(record, container, why);
  }

  #begin(record: PodRecord, container: ContainerRecord, why: string): void {
    const { simulation } = this.#context;
    container.isStopping = true;
    if (container.exitEvent !== noEvent) simulation.cancel(container.exitEvent);
    container.exitEvent = noEvent;
    const isRepeated = container.restartCount > 0;
    this.#parts.events.record(record, container, 'Killing', why, isRepeated);
    const preStopUs = Math.min(hookUs(container.spec.lifecycle?.preStop), record.graceUs);
    container.isSignalled = false;
    if (preStopUs === 0) return this.#signal(record, container);
    container.stopAtUs = simulation.now + preStopUs;
    container.stopEvent = simulation.after(
      preStopUs,
      this.#hookEnded,
      record.slot,
      container.index,
    );
  }

  /** Sends SIGTERM, which ends the container in its time, and SIGKILL when the grace is over. */
  #signal(record: PodRecord, container: ContainerRecord): void {
    const { simulation, settings } = this.#context;
    const { termUs } = container.times;
    if (isUnfinished(record, container)) container.stopExitCode ||= terminatedExitCode;
    if (termUs === 0) return this.#stopProcess(record, container);
    const killUs = Math.max(record.deadlineUs, simulation.now + settings.minimumGraceUs);
    const endUs = simulation.now + termUs;
    const at = Math.min(endUs, killUs);
    if (killUs < endUs) container.stopExitCode = killedExitCode;
    container.isSignalled = true;
    container.stopAtUs = at;
    container.stopEvent = simulation.at(at, this.#graceEnded, record.slot, container.index);
  }

  #stopProcess(record: PodRecord, container: ContainerRecord): void {
    const { stopUs } = container.times;
    record.callsInFlight++;
    const { runtime, servers } = this.#context;
    servers.closed(record, container);
    runtime.perform(record.agent.index, stopUs, this.#stopped, record.slot, container.index);
  }

  #onStopped(record: PodRecord, container: ContainerRecord): void {
    const { now } = this.#context.simulation;
    record.callsInFlight--;
    if (record.state === 'orphaned') return this.#parts.released(record);
    leaveDead(record, container, now);
    container.state = 'terminated';
    this.#context.servers.stopped(record, container);
    this.#context.cpus?.containerEnded(record.agent.index, record.pod, container.spec);
    container.isStopping = false;
    const { startedAtUs: startedUs, stopExitCode } = container;
    const finishedUs = clockOf(record.agent, now);
    container.termination = { exitCode: stopExitCode, startedUs, finishedUs };
    container.stopExitCode = 0;
    if (record.state === 'terminating') this.proceed(record);
    else this.#parts.containerEnded(record);
  }

  /** A new deadline, when it is earlier. */
  #shorten(record: PodRecord, deadlineUs: SimTime): void {
    if (deadlineUs >= record.deadlineUs) return;
    const { simulation } = this.#context;
    record.deadlineUs = deadlineUs;
    const at = Math.max(simulation.now, deadlineUs);
    for (const container of record.containers) {
      if (container.stopEvent === noEvent || container.stopAtUs <= at) continue;
      simulation.reschedule(container.stopEvent, at);
      if (container.isSignalled) container.stopExitCode = killedExitCode;
    }
  }

  #stopSandbox(record: PodRecord): void {
    if (!record.hasSandbox) return this.#onSandboxGone(record);
    record.callsInFlight++;
    const { stopSandboxUs } = record.times;
    const { runtime } = this.#context;
    runtime.perform(record.agent.index, stopSandboxUs, this.#sandboxStopped, record.slot);
  }

  #onSandboxStopped(record: PodRecord): void {
    record.callsInFlight--;
    if (record.state === 'orphaned') return this.#parts.released(record);
    record.hasSandbox = false;
    if (record.holdsAddress) this.#parts.network.release(record.agent.index, record.podIp);
    record.holdsAddress = false;
    this.#onSandboxGone(record);
  }

  /** Everything has stopped: the status says so, the cleaning up is left. */
  #onSandboxGone(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    const { agent, pod } = record;
    for (const container of record.containers) {
      container.seen = container.state;
      container.isReady = false;
      container.isStarted = false;
    }
    if (record.isCounted) {
      agent.usage.add(pod.spec, -1);
      this.#context.cpus?.setBurstable(agent.index, agent.usage.burstableMilli);
    }
    record.isCounted = false;
    if (agent.preemptors.size > 0) this.#parts.freed(agent);
    const isOver = isPodPhaseTerminal(record.status?.phase); // the sandbox is the only news
    if (settings.reportPodSandbox || !isOver) this.#parts.status.update(record);
    const hasVolumes = (pod.spec.volumes ?? []).length > 0;
    const unmountUs = hasVolumes ? settings.volumeLoopUs : 0;
    const at = this.#parts.nextRelist(agent) + unmountUs;
    record.stepEvent = simulation.at(at, this.#terminated, record.slot);
  }

  /** Nothing of the pod is mounted any more: the next poll sees it. */
  volumesUnmounted(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    if (record.state !== 'terminating') return;
    record.stepEvent = simulation.after(settings.volumeLoopUs, this.#terminated, record.slot);
  }

  #onTerminated(record: PodRecord): void {
    record.stepEvent = noEvent;
    if (this.#parts.unmount(record)) return;
    record.state = 'terminated';
    this.#offer(record);
  }

  /** Offers a pod that is done for deletion, or lets go of it. */
  #offer(record: PodRecord): void {
    if (record.isRemoved) return this.#parts.released(record);
    record.isDeletable = true;
    if (record.pod.metadata.deletionTimestamp !== undefined) this.#parts.status.queue(record);
  }
}

/**
 * Whether a container is stopped in the middle of its work. Programs that have work to do do not
 * catch SIGTERM, and so their pod has not succeeded; servers end with code 0. ASSUMED.
 */
function isUnfinished({ pod }: PodRecord, { times }: ContainerRecord): boolean {
  return times.runUs !== forEver && (pod.spec.restartPolicy ?? 'Always') !== 'Always';
}
