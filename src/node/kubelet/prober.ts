// Probes of running containers: at most one event for each outcome that changes something. A
// container that is started and healthy costs nothing. Workers of startup and liveness probes tick
// from the time at which the pod's sync has added them; a readiness probe is also asked at once
// when its container is seen to run.
// Source: Kubernetes v1.36 pkg/kubelet/prober (reference: nodes-controllers §1.11).
import type { Probe } from '../../api/probe.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { KubeletContext } from './kubelet-context.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import {
  failureUs,
  type ProbeTarget,
  probeCostUs,
  probePeriodUs,
  successUs,
} from './probe-times.js';

/** What the prober reports. */
export interface ProbeListener {
  /** `isReady` or `isStarted` of a container has changed. */
  probeChanged(record: PodRecord, container: ContainerRecord): void;
  /** A container is to be killed. */
  probeFailed(record: PodRecord, container: ContainerRecord, type: 'liveness' | 'startup'): void;
}

export class Prober {
  readonly #context: KubeletContext;
  readonly #readinessSucceeded: EventKind;
  readonly #startupSucceeded: EventKind;
  readonly #startupFailed: EventKind;
  readonly #livenessFailed: EventKind;

  constructor(context: KubeletContext, listener: ProbeListener) {
    const { simulation, pods } = context;
    this.#context = context;
    const define = (
      name: string,
      act: (record: PodRecord, container: ContainerRecord, now: SimTime) => void,
    ): EventKind =>
      simulation.defineEvent(name, (slot, index, now) => {
        const record = pods.get(slot);
        act(record, record.containers[index] as ContainerRecord, now);
      });
    this.#readinessSucceeded = define('kubelet.ReadinessProbeSucceeded', (record, container) => {
      container.readinessEvent = noEvent;
      container.isReady = true;
      listener.probeChanged(record, container);
    });
    this.#startupSucceeded = define('kubelet.StartupProbeSucceeded', (record, container, now) => {
      container.startupEvent = noEvent;
      this.#started(record, container, now);
      listener.probeChanged(record, container);
    });
    this.#startupFailed = define('kubelet.StartupProbeFailed', (record, container) => {
      container.startupEvent = noEvent;
      listener.probeFailed(record, container, 'startup');
    });
    this.#livenessFailed = define('kubelet.LivenessProbeFailed', (record, container) => {
      container.livenessEvent = noEvent;
      listener.probeFailed(record, container, 'liveness');
    });
  }

  /** A container is seen to run: plans what its probes will find. */
  arm(record: PodRecord, container: ContainerRecord): void {
    const { now } = this.#context.simulation;
    const { startupProbe } = container.spec;
    if (startupProbe === undefined || container.isStarted) {
      return this.#started(record, container, now);
    }
    const target = this.#workerTarget(record, container, startupProbe, container.startedUs);
    const failsUs = failureUs(startupProbe, target);
    const [kind, atUs] =
      failsUs < Number.POSITIVE_INFINITY
        ? [this.#startupFailed, failsUs]
        : [this.#startupSucceeded, successUs(startupProbe, target)];
    container.startupEvent = this.#plan(record, container, startupProbe, kind, atUs);
  }

  /** Forgets all probes of a container that stops. */
  disarm(container: ContainerRecord): void {
    const { simulation } = this.#context;
    for (const event of [
      container.readinessEvent,
      container.startupEvent,
      container.livenessEvent,
    ]) {
      if (event !== noEvent) simulation.cancel(event);
    }
    container.readinessEvent = noEvent;
    container.startupEvent = noEvent;
    container.livenessEvent = noEvent;
  }

  /** The container counts as started: readiness and liveness probes begin. */
  #started(record: PodRecord, container: ContainerRecord, now: SimTime): void {
    const { startedUs, times } = container;
    const { readinessProbe, livenessProbe } = container.spec;
    container.isStarted = true;
    container.isReady ||= readinessProbe === undefined; // it may be from before a restart
    if (readinessProbe !== undefined && !container.isReady) {
      const ableUs = startedUs + times.ableUs;
      const target = { tickUs: now, fromUs: now, startedUs, ableUs };
      const atUs = successUs(readinessProbe, target);
      const kind = this.#readinessSucceeded;
      container.readinessEvent = this.#plan(record, container, readinessProbe, kind, atUs);
    }
    if (livenessProbe !== undefined) {
      const target = this.#workerTarget(record, container, livenessProbe, now);
      const atUs = failureUs(livenessProbe, target);
      const kind = this.#livenessFailed;
      container.livenessEvent = this.#plan(record, container, livenessProbe, kind, atUs);
    }
  }

  /** On a kubelet that is up for less than a period, a worker begins somewhere in its period. */
  #workerTarget(
    record: PodRecord,
    { startedUs, times }: ContainerRecord,
    probe: Probe,
    fromUs: SimTime,
  ): ProbeTarget {
    const periodUs = probePeriodUs(probe);
    const isYoung = record.probesSinceUs - record.agent.startedUs < periodUs;
    const shiftUs = isYoung ? Math.floor(record.times.probePhase * periodUs) : 0;
    const tickUs = record.probesSinceUs + shiftUs;
    return {
      tickUs,
      fromUs: Math.max(fromUs, tickUs),
      startedUs,
      ableUs: startedUs + times.ableUs,
    };
  }

  #plan(
    record: PodRecord,
    container: ContainerRecord,
    probe: Probe,
    kind: EventKind,
    askedUs: SimTime,
  ): EventHandle {
    if (askedUs === Number.POSITIVE_INFINITY) return noEvent;
    const { simulation, settings } = this.#context;
    const at = Math.max(simulation.now, askedUs + probeCostUs(probe, settings));
    return simulation.at(at, kind, record.slot, container.index);
  }
}
