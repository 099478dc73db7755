// Probes of running containers: at most one event for each outcome that changes something. A
// container that is started and healthy costs nothing. Workers of startup and liveness probes tick
// from the time at which the pod's sync has added them; a readiness probe is also asked at once
// when its container is seen to run.
// A command that a probe runs shares the CPU of its container: on a node that is too busy its
// answer comes late, and one that takes longer than the timeout is a bad one. There liveness probes
// are asked one by one. Left out: containers that are Ready and answer late (they stay Ready), late
// answers among several good ones that are asked for.
// Source: Kubernetes v1.36 pkg/kubelet/prober (reference: nodes-controllers §1.11).
import type { Probe } from '../../api/probe.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent } from './node-agent.js';
import { type ContainerRecord, noEvent, type PodRecord } from './pod-record.js';
import {
  answerUs,
  failureUs,
  type ProbeTarget,
  probeCostUs,
  probePeriodUs,
  probeTimeoutUs,
  questionUs,
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
  readonly #livenessAsked: EventKind;

  constructor(context: KubeletContext, listener: ProbeListener) {
    const { simulation, pods, agents, cpus } = context;
    this.#context = context;
    if (cpus !== undefined) cpus.onBusy = (node) => this.#watch(agents[node] as NodeAgent);
    const define = (
      name: string,
      act: (record: PodRecord, container: ContainerRecord, now: SimTime) => void,
    ): EventKind =>
      simulation.defineEvent(name, (slot, index, now) => {
        const record = pods.get(slot);
        act(record, record.containers[index] as ContainerRecord, now);
      });
    const ready = (record: PodRecord, container: ContainerRecord): void => {
      container.readinessEvent = noEvent;
      container.isReady = true;
      listener.probeChanged(record, container);
    };
    const started = (record: PodRecord, container: ContainerRecord, now: SimTime): void => {
      container.startupEvent = noEvent;
      this.#started(record, container, now);
      listener.probeChanged(record, container);
    };
    const readinessAnswered = define('kubelet.ReadinessProbeAnswered', ready);
    const startupAnswered = define('kubelet.StartupProbeAnswered', started);
    this.#readinessSucceeded = define('kubelet.ReadinessProbeSucceeded', (record, container) => {
      const probe = container.spec.readinessProbe as Probe;
      const kinds = [this.#readinessSucceeded, readinessAnswered] as const;
      const late = this.#late(record, container, probe, kinds, probePeriodUs(probe));
      if (late === noEvent) ready(record, container);
      else container.readinessEvent = late;
    });
    this.#startupSucceeded = define('kubelet.StartupProbeSucceeded', (record, container, now) => {
      const probe = container.spec.startupProbe as Probe;
      const isLast = now >= this.#lastStartupUs(record, container, probe);
      const again = isLast ? this.#startupFailed : this.#startupSucceeded;
      const againUs = isLast ? probeTimeoutUs(probe) : probePeriodUs(probe);
      const late = this.#late(record, container, probe, [again, startupAnswered], againUs);
      if (late === noEvent) started(record, container, now);
      else container.startupEvent = late;
    });
    this.#livenessAsked = define('kubelet.LivenessProbeAsked', (record, container) =>
      this.#askLiveness(record, container),
    );
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

  /** A node may become too busy: liveness probes that run commands are asked from now on. */
  #watch(agent: NodeAgent): void {
    if (agent.isStopped) return;
    for (const record of agent.pods.values()) {
      if (record.state === 'terminating') continue;
      for (const container of record.containers) {
        const { isStarted, isStopping, livenessEvent } = container;
        if (isStarted && !isStopping && livenessEvent === noEvent) {
          this.#watchLiveness(record, container);
        }
      }
    }
  }

  #watchLiveness(record: PodRecord, container: ContainerRecord): void {
    const { simulation, cpus } = this.#context;
    const { livenessProbe: probe } = container.spec;
    if (probe?.exec === undefined || cpus?.isBusy(record.agent.index) !== true) return;
    const target = this.#workerTarget(record, container, probe, container.startedUs);
    const at = questionUs(probe, target, simulation.now + 1);
    container.lateAnswers = 0;
    container.livenessEvent = simulation.at(at, this.#livenessAsked, record.slot, container.index);
  }

  #askLiveness(record: PodRecord, container: ContainerRecord): void {
    const { simulation, cpus } = this.#context;
    const probe = container.spec.livenessProbe as Probe;
    container.livenessEvent = noEvent;
    if (cpus?.isBusy(record.agent.index) !== true) return;
    const isLate = this.#answerUs(record, container, probe) === Number.POSITIVE_INFINITY;
    container.lateAnswers = isLate ? container.lateAnswers + 1 : 0;
    const isOver = container.lateAnswers >= (probe.failureThreshold ?? 3);
    const kind = isOver ? this.#livenessFailed : this.#livenessAsked;
    const afterUs = isOver ? probeTimeoutUs(probe) : probePeriodUs(probe);
    container.livenessEvent = simulation.after(afterUs, kind, record.slot, container.index);
  }

  #answerUs(record: PodRecord, container: ContainerRecord, probe: Probe): number {
    const { cpus, settings } = this.#context;
    const share = cpus?.threadShare(record.agent.index, record.pod, container.spec) ?? 1;
    return answerUs(probe, settings, share);
  }

  /**
   * Puts a good answer off, which would come now on an idle node: `answered` follows when the
   * command is done, `again` after `againUs` when it takes too long. noEvent: it comes now.
   */
  #late(
    record: PodRecord,
    container: ContainerRecord,
    probe: Probe,
    [again, answered]: readonly [EventKind, EventKind],
    againUs: number,
  ): EventHandle {
    const { simulation, settings } = this.#context;
    const takesUs = this.#answerUs(record, container, probe);
    const aloneUs = probeCostUs(probe, settings);
    if (takesUs <= aloneUs) return noEvent;
    const isInTime = takesUs < Number.POSITIVE_INFINITY;
    const afterUs = isInTime ? takesUs - aloneUs : againUs;
    return simulation.after(afterUs, isInTime ? answered : again, record.slot, container.index);
  }

  /** The question of a startup probe after which the container is killed when none was good. */
  #lastStartupUs(record: PodRecord, container: ContainerRecord, probe: Probe): SimTime {
    const target = this.#workerTarget(record, container, probe, container.startedUs);
    return failureUs(probe, { ...target, ableUs: Number.MAX_VALUE });
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
      if (container.livenessEvent === noEvent) this.#watchLiveness(record, container);
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
