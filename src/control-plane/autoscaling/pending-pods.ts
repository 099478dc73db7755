// What autoscalers follow: pods that the scheduler has found no place for, and everything that
// their simulation of the scheduler looks at.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { SchedulingSimulation } from './scheduling-simulation.js';

export interface PendingPod {
  readonly pod: Pod;
  readonly sinceUs: SimTime;
}

export class PendingPods {
  /** Told of every pod that has become one of them. */
  onAdded: () => void = () => {};
  readonly #simulation: Simulation;
  readonly #pending = new Map<string, PendingPod>();

  constructor(simulation: Simulation, pods: Informer<Pod>) {
    this.#simulation = simulation;
    pods.addHandler({
      added: (pod) => this.#changed(pod),
      updated: (_, pod) => this.#changed(pod),
      deleted: (pod) => this.#pending.delete(keyOf(pod)),
    });
  }

  get size(): number {
    return this.#pending.size;
  }

  /** In the order in which they were found to be. */
  get all(): Iterable<PendingPod> {
    return this.#pending.values();
  }

  #changed(pod: Pod): void {
    const key = keyOf(pod);
    if (!isUnschedulable(pod)) {
      this.#pending.delete(key);
      return;
    }
    const known = this.#pending.get(key);
    this.#pending.set(key, { pod, sinceUs: known?.sinceUs ?? this.#simulation.now });
    if (known === undefined) this.onAdded();
  }
}

function isUnschedulable({ spec, status, metadata }: Pod): boolean {
  if ((spec.nodeName ?? '') !== '' || metadata.deletionTimestamp !== undefined) return false;
  const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return condition?.status === 'False' && condition.reason === 'Unschedulable';
}

/** Keeps a simulation in step with what the informers know. */
export function follow(
  scheduling: SchedulingSimulation,
  nodes: Informer<Node>,
  pods: Informer<Pod>,
  others: readonly Informer<KubernetesObject>[],
): void {
  nodes.addHandler({
    added: (node) => scheduling.setNode(node),
    updated: (_, node) => scheduling.setNode(node),
    deleted: ({ metadata }) => scheduling.removeNode(metadata.name),
  });
  pods.addHandler({
    added: (pod) => scheduling.setPod(pod),
    updated: (_, pod) => scheduling.setPod(pod),
    deleted: (pod) => scheduling.removePod(pod),
  });
  for (const informer of others) {
    informer.addHandler({
      added: (object) => scheduling.setObject(object),
      updated: (_, object) => scheduling.setObject(object),
      deleted: (object) => scheduling.removeObject(object),
    });
  }
}
