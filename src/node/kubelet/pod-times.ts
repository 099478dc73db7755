// The durations that belong to a pod, all drawn when the kubelet first sees it, from a stream of
// the pod's UID: two policies that place the pod differently meet the same pod. Later runs of a
// container draw from a stream of their own.
import type { Container } from '../../api/container.js';
import type { Pod } from '../../api/pod.js';
import type { Distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { RuntimeTimes } from '../cri.js';
import type { KubeletSettings } from './constants.js';
import { durationOf } from './durations.js';
import type { ContainerRecord } from './pod-record.js';
import { drawBehaviour, forEver } from './run-behaviour.js';

/** Of a pod, µs. */
export interface PodTimes {
  readonly directoriesUs: number;
  readonly mountUs: number;
  /** RunPodSandbox with the network. */
  readonly sandboxUs: number;
  readonly stopSandboxUs: number;
  /** Uniform in [0, 1): where in its period a probe begins on a kubelet that has just started. */
  readonly probePhase: number;
}

/** Of one run of a container, µs. */
export interface ContainerTimes {
  readonly createUs: number;
  readonly startUs: number;
  readonly stopUs: number;
  /** From SIGTERM until it ends; Infinity for one that waits to be killed. */
  readonly termUs: number;
  /** From its start until it is able to serve; Infinity for never. */
  readonly ableUs: number;
  /** From its start until it exits by itself; Infinity for never. */
  readonly runUs: number;
  /** With which code then, and why, where the code does not say. */
  readonly exitCode: number;
  readonly exitReason: 'OOMKilled' | undefined;
}

/** Of a pod and the first run of each of its containers. */
export interface DrawnTimes {
  readonly pod: PodTimes;
  readonly containers: readonly ContainerTimes[];
}

/** Draws the times of pods and containers. */
export class TimeTable {
  readonly #simulation: Simulation;
  readonly #settings: KubeletSettings;
  readonly #directories: Distribution;
  readonly #mount: Distribution;
  readonly #applicationStart: Distribution;

  constructor(simulation: Simulation, settings: KubeletSettings, applicationStart: Distribution) {
    this.#simulation = simulation;
    this.#settings = settings;
    this.#directories = durationOf(settings.podDirectoriesP50Us, settings.podDirectoriesP99Us);
    this.#mount = durationOf(settings.mountP50Us, settings.mountP99Us);
    this.#applicationStart = applicationStart;
  }

  /** All times of a new pod; its containers in order, init containers first. */
  draw(pod: Pod, runtime: RuntimeTimes<Distribution>): DrawnTimes {
    const stream = this.#simulation.random.stream(`kubelet/${pod.metadata.uid}/times`);
    const directoriesUs = this.#directories.sample(stream);
    const mountUs = this.#mount.sample(stream);
    const sandboxUs = runtime.runPodSandbox.sample(stream);
    const networkUs = runtime.networkAdd.sample(stream);
    const stopSandboxUs = runtime.stopPodSandbox.sample(stream);
    const times: PodTimes = {
      directoriesUs,
      mountUs,
      sandboxUs: sandboxUs + (pod.spec.hostNetwork === true ? 0 : networkUs),
      stopSandboxUs,
      probePhase: stream.uniform(),
    };
    const inits = (pod.spec.initContainers ?? []).map((spec) =>
      this.#drawRun(pod, spec, isOrdinaryInit(spec), runtime, stream),
    );
    const apps = pod.spec.containers.map((spec) =>
      this.#drawRun(pod, spec, false, runtime, stream),
    );
    return { pod: times, containers: [...inits, ...apps] };
  }

  /** The times of a later run of a container. */
  redraw(
    pod: Pod,
    container: ContainerRecord,
    runtime: RuntimeTimes<Distribution>,
  ): ContainerTimes {
    const { spec, restartCount } = container;
    const name = `kubelet/${pod.metadata.uid}/${spec.name}/run-${restartCount}`;
    const isInit = container.isInit && !container.isSidecar;
    return this.#drawRun(pod, spec, isInit, runtime, this.#simulation.random.stream(name));
  }

  #drawRun(
    { metadata: { annotations } }: Pod,
    spec: Container,
    isInit: boolean,
    runtime: RuntimeTimes<Distribution>,
    stream: RandomStream,
  ): ContainerTimes {
    const createUs = runtime.createContainer.sample(stream);
    const startUs = runtime.startContainer.sample(stream);
    const stopUs = runtime.stopContainer.sample(stream);
    const drawnUs = this.#applicationStart.sample(stream);
    const behaviour = drawBehaviour(annotations, spec, isInit, stream);
    const runUs = behaviour.runUs ?? (isInit ? this.#settings.initRunUs : forEver);
    const { termUs, exitCode, exitReason } = behaviour;
    const ableUs = behaviour.ableUs ?? drawnUs;
    return { createUs, startUs, stopUs, termUs, ableUs, runUs, exitCode, exitReason };
  }
}

function isOrdinaryInit(spec: Container): boolean {
  return spec.restartPolicy !== 'Always';
}
