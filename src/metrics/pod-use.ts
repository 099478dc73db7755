// What pods use of CPU and memory, where any says so by an annotation: at the end of a run, of all
// pods that have a node. One that says nothing uses the share of its requests that the metrics
// server takes it to. O(1) a write.
// Left out: CPU that a load asks of Ready pods, pods' use over time.
import { amountAt } from '../api/behaviour-text.js';
import type { Container } from '../api/container.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import { behaviour, behaviourCourse, behaviourText } from '../api/pod-behaviour.js';
import { podRequests } from '../api/resource-requests.js';
import { statedCpu } from '../api/stated-cpu.js';
import { valueAt } from '../api/steps.js';
import { type PodStage, SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { metricsServerConstants } from '../control-plane/metrics-server/constants.js';
import type { Simulation } from '../kernel/simulation.js';
import type { UseFigures } from './run-result.js';

/** A pod that says what it uses. */
interface StatedPod {
  readonly pod: Pod;
  /** Undefined: its containers have not started. */
  startedUs: number | undefined;
}

/** Amounts that pods ask for. */
interface Requests {
  cpuMilli: number;
  memoryBytes: number;
}

/** Listens to pods; `figures` are those of now. */
export class PodUse extends SilentObserver {
  readonly #simulation: Simulation;
  readonly #stated = new Map<string, StatedPod>();
  /** Of bound pods that say nothing. */
  readonly #unstated: Requests = { cpuMilli: 0, memoryBytes: 0 };

  /** Whether any pod has said what it uses. */
  isUsed = false;

  override readonly committedKinds: ReadonlySet<string> = new Set(['Pod']);

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  override committed({ object, previous, type }: WatchEvent): void {
    if (object.kind !== 'Pod') return;
    const before = previous !== undefined && isOnNode(previous as Pod);
    const after = type !== 'DELETED' && isOnNode(object);
    if (before === after) return;
    if (statesUse(object)) this.#count(object, after);
    else this.#add(object, after ? 1 : -1);
  }

  override podReached(uid: string, stage: PodStage): void {
    if (stage !== 'containersStarted') return;
    const found = this.#stated.get(uid);
    if (found !== undefined) found.startedUs ??= this.#simulation.now;
  }

  /** `missedMilli`: CPU that they ask for now and do not get. O(pods that say what they use). */
  figures(missedMilli: number): UseFigures {
    const { cpuShareOfRequest, memoryShareOfRequest } = metricsServerConstants;
    let cpuMilli = this.#unstated.cpuMilli * cpuShareOfRequest;
    let memoryBytes = this.#unstated.memoryBytes * memoryShareOfRequest;
    for (const { pod, startedUs } of this.#stated.values()) {
      if (startedUs === undefined) continue;
      for (const container of pod.spec.containers) {
        const use = useOf(pod, container, this.#simulation.now - startedUs);
        cpuMilli += use.cpuMilli;
        memoryBytes += use.memoryBytes;
      }
    }
    return { cpuMilli: Math.max(0, cpuMilli - missedMilli), memoryBytes };
  }

  #count(pod: Pod, comes: boolean): void {
    this.isUsed = true;
    const uid = pod.metadata.uid ?? '';
    if (!comes) this.#stated.delete(uid);
    else {
      // Pods that were there before the run have been running for as long as it has.
      const startedUs = pod.status?.phase === 'Running' ? this.#simulation.now : undefined;
      this.#stated.set(uid, { pod, startedUs });
    }
  }

  #add(pod: Pod, sign: 1 | -1): void {
    const { cpuMilli, memoryBytes } = podRequests(pod.spec);
    this.#unstated.cpuMilli += sign * cpuMilli;
    this.#unstated.memoryBytes += sign * memoryBytes;
  }
}

function isOnNode(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && !isPodTerminal(pod);
}

function statesUse({ metadata: { annotations }, spec }: Pod): boolean {
  if (annotations === undefined) return false;
  return spec.containers.some(({ name }) =>
    [behaviour.cpuUse, behaviour.memoryUse].some(
      (key) => behaviourText(annotations, key, name) !== undefined,
    ),
  );
}

/** What a container uses so long after its start. */
function useOf(pod: Pod, container: Container, forUs: number): Requests {
  const { annotations } = pod.metadata;
  const { cpuShareOfRequest, memoryShareOfRequest } = metricsServerConstants;
  const requests = podRequests({ containers: [container] });
  const cpu = statedCpu(pod, container);
  const memory = behaviourCourse(annotations, behaviour.memoryUse, container.name);
  return {
    cpuMilli: cpu === undefined ? requests.cpuMilli * cpuShareOfRequest : valueAt(cpu, forUs),
    memoryBytes:
      memory === undefined ? requests.memoryBytes * memoryShareOfRequest : amountAt(memory, forUs),
  };
}
