// The pods that operations create, one at a time and in their order, where nothing else comes of
// operations: at `qps`, or all at once.
import { extended } from '../api/extended.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod } from '../api/pod.js';
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { NodePoolSpec } from './cluster-spec.js';
import { poolCapacity } from './node-capacity.js';
import type { CreatePodMixOperation, CreatePodsOperation, Operation } from './operation.js';
import { mixSequence } from './pod-mix.js';

/** Pods of one operation. */
interface Batch {
  readonly fromUs: SimTime;
  readonly count: number;
  /** Between two pods, µs; not rounded. */
  readonly intervalUs: number;
  readonly podAt: (index: number) => Pod;
}

export class ArrivingPods {
  readonly #batches: readonly Batch[];
  #batch = 0;
  #index = 0;

  /** `onObject` is told of every object of an `apply` or `create` that is no pod, at once. */
  constructor(
    simulation: Simulation,
    pools: readonly NodePoolSpec[],
    operations: readonly Operation[],
    onObject: (object: KubernetesObject) => void,
  ) {
    let nowUs = 0;
    const batches: Batch[] = [];
    for (const operation of operations) {
      nowUs = Math.max(nowUs, operation.atUs);
      if (operation.op === 'sleep') nowUs += operation.durationUs;
      const batch = batchOf(operation, nowUs, simulation, pools, onObject);
      if (batch === undefined || batch.count === 0) continue;
      batches.push(batch);
      nowUs = dueUs(batch, batch.count - 1);
    }
    this.#batches = batches;
  }

  /** When the next pod comes; undefined after the last. */
  get nextUs(): SimTime | undefined {
    const batch = this.#batches[this.#batch];
    return batch === undefined ? undefined : dueUs(batch, this.#index);
  }

  /** The next pod, as its client sends it; only while there is one. */
  take(): Pod {
    const batch = this.#batches[this.#batch] as Batch;
    const pod = batch.podAt(this.#index++);
    if (this.#index === batch.count) {
      this.#batch++;
      this.#index = 0;
    }
    return pod;
  }
}

function dueUs({ fromUs, intervalUs }: Batch, index: number): SimTime {
  return fromUs + Math.floor(index * intervalUs);
}

function batchOf(
  operation: Operation,
  fromUs: SimTime,
  simulation: Simulation,
  pools: readonly NodePoolSpec[],
  onObject: (object: KubernetesObject) => void,
): Batch | undefined {
  switch (operation.op) {
    case 'apply':
    case 'create': {
      const pods: Pod[] = [];
      for (const object of operation.objects) {
        if (object.kind === 'Pod') pods.push(object);
        else onObject(object);
      }
      return { fromUs, count: pods.length, intervalUs: 0, podAt: (index) => pods[index] as Pod };
    }
    case 'createPods': {
      const { count, template } = operation;
      return { fromUs, count, ...paced(operation, () => template as Pod) };
    }
    case 'createPodMix': {
      const { kinds, load, source } = operation;
      const random = simulation.random.stream(orderStream(source));
      const capacity = poolCapacity(pools, load?.resource ?? '');
      const sequence = mixSequence(operation, capacity, random);
      const templateAt = (index: number): Pod => kinds[sequence[index] ?? 0]?.template as Pod;
      return { fromUs, count: sequence.length, ...paced(operation, templateAt) };
    }
    default:
      return undefined;
  }
}

/** The stream that decides the order of a mix; `source` of the operation. */
export function orderStream(source: string): string {
  return `load-generator/${source}/order`;
}

function paced(
  { namespace, namePrefix, qps }: CreatePodsOperation | CreatePodMixOperation,
  templateAt: (index: number) => Pod,
): Pick<Batch, 'intervalUs' | 'podAt'> {
  return {
    intervalUs: 1_000_000 / qps,
    podAt: (index) => {
      const template = templateAt(index);
      const name = `${namePrefix}${index}`;
      return { ...template, metadata: extended(template.metadata, { namespace, name }) };
    },
  };
}
