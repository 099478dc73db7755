// Runs one workload of scheduler_perf: its operations one after the other, with deletions and churn
// going on beside them.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/executor.go (reference: scheduler 5.2).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import type { Labels } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import { baseNamespace } from '../base-objects.js';
import { constantTemplate } from '../object-template.js';
import type {
  Barrier,
  CreateNamespaces,
  CreateNodes,
  CreatePods,
  DeletePods,
  PerfOperation,
} from '../operations.js';
import { churning } from './churn.js';
import { creation, preparation } from './node-plans.js';
import { createOf, withMetadata } from './object-requests.js';
import { anyCreation, anyUpdate, podCreation, podDeletion } from './pod-plans.js';
import { hasLabels } from './pod-selection.js';
import { PodWait } from './pod-wait.js';
import { isThere, type SeriesPlan, SeriesRunner } from './request-series.js';
import { SteadyPods } from './steady-pods.js';

/** A time during which scheduled pods are counted. */
export interface MeasuredWindow {
  /** Ends the names of its data items: a namespace, or the name of a startCollectingMetrics. */
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
}

/** Who is told how the workload goes. */
export interface PerfListener {
  windowOpened(window: MeasuredWindow): void;
  windowClosed(): void;
  /** The last operation is done, or one has failed for the reason given. */
  finished(failure: string | undefined): void;
}

export interface ExecutorOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly pods: Informer<Pod>;
  readonly operations: readonly PerfOperation[];
  readonly listener: PerfListener;
}

/** Runs once. */
export class PerfExecutor {
  readonly #options: ExecutorOptions;
  readonly #runner: SeriesRunner;
  readonly #wait: PodWait;
  readonly #steady: SteadyPods;
  readonly #slept: EventKind;
  /** Pods created without waiting for them, by namespace: what barriers wait for. */
  readonly #unawaited = new Map<string, number>();
  readonly #namespaces = new Set<string>();
  #next = 0;
  #nodes = 0;
  #isOver = false;

  constructor(options: ExecutorOptions) {
    const { simulation, client, pods } = options;
    this.#options = options;
    this.#runner = new SeriesRunner(simulation, client);
    this.#wait = new PodWait(simulation, pods);
    this.#steady = new SteadyPods(simulation, this.#runner, pods);
    this.#slept = simulation.defineEvent('scheduler-perf.SleepEnded', () => this.#proceed());
  }

  /** The operation under way, or the number of operations. */
  get position(): number {
    return Math.max(0, this.#next - 1);
  }

  start(): void {
    this.#proceed();
  }

  readonly #after = (failure?: string): void => {
    if (this.#isOver) return;
    if (failure === undefined) this.#proceed();
    else this.#fail(failure);
  };

  #fail(failure: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const operation = this.#options.operations[this.position];
    this.#options.listener.finished(`op ${operation?.index} (${operation?.opcode}): ${failure}`);
  }

  #proceed(): void {
    const operation = this.#options.operations[this.#next++];
    if (operation !== undefined) {
      this.#perform(operation);
      return;
    }
    this.#isOver = true;
    this.#options.listener.finished(undefined);
  }

  #perform(operation: PerfOperation): void {
    const { simulation, listener } = this.#options;
    switch (operation.opcode) {
      case 'createNodes':
        return this.#createNodes(operation);
      case 'createNamespaces':
        return this.#createNamespaces(operation);
      case 'createPods':
        return this.#inNamespace(operation.namespace, () => this.#createPods(operation));
      case 'deletePods':
        return this.#deletePods(operation);
      case 'churn':
        return this.#inNamespace(operation.namespace, () => {
          this.#runner.run(churning(operation), () => {});
          this.#proceed();
        });
      case 'barrier':
        return this.#barrier(operation);
      case 'sleep':
        simulation.after(operation.durationUs, this.#slept);
        return;
      case 'startCollectingMetrics':
        listener.windowOpened(operation);
        return this.#proceed();
      case 'stopCollectingMetrics':
        listener.windowClosed();
        return this.#proceed();
      case 'createAny':
        return this.#inNamespace(operation.namespace, () =>
          this.#runner.run(anyCreation(operation), this.#after),
        );
      case 'updateAny':
        return this.#inNamespace(operation.namespace, () =>
          this.#runner.run(anyUpdate(operation), this.#after),
        );
    }
  }

  /** Goes on when the namespace is there; '' is none. */
  #inNamespace(name: string, then: () => void): void {
    if (name === '' || this.#namespaces.has(name)) return then();
    this.#namespaces.add(name);
    this.#runner.run(namespaceCreation([name], baseNamespace), (failure) => {
      if (failure === undefined) then();
      else this.#fail(failure);
    });
  }

  #createNamespaces({ prefix, count, template }: CreateNamespaces): void {
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
    for (const name of names) this.#namespaces.add(name);
    this.#runner.run(namespaceCreation(names, template.instantiate(0, count)), this.#after);
  }

  #createNodes(operation: CreateNodes): void {
    const first = this.#nodes;
    this.#nodes += operation.count;
    this.#runner.run(creation(operation, first), (failure) => {
      if (failure !== undefined) return this.#fail(failure);
      const list = { verb: 'list', resource: 'nodes', namespace: '', name: '' } as const;
      this.#options.client.send(list, (call) => this.#prepareNodes(operation, first, call));
    });
  }

  #prepareNodes(operation: CreateNodes, first: number, call: ApiCall): void {
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#fail(response.message);
    const nodes = [...((response.items ?? []) as readonly Node[])].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
    const mine = nodes.slice(first, first + operation.count);
    const random = this.#options.simulation.random.stream(
      `scheduler-perf/nodes/${operation.index}`,
    );
    this.#runner.run(preparation(operation, mine, random), this.#after);
  }

  #createPods(operation: CreatePods): void {
    const { namespace, count, collectMetrics, skipWaitToCompletion, steadyUs } = operation;
    const { listener } = this.#options;
    const done = (failure?: string): void => {
      if (collectMetrics) listener.windowClosed();
      this.#after(failure);
    };
    if (collectMetrics) {
      listener.windowOpened({ name: namespace, namespaces: [namespace], labelSelector: {} });
    }
    if (steadyUs > 0) return this.#steady.start(operation, done);
    this.#runner.run(podCreation(operation), (failure) => {
      if (failure !== undefined) return this.#fail(failure);
      if (skipWaitToCompletion) {
        this.#unawaited.set(namespace, (this.#unawaited.get(namespace) ?? 0) + count);
        return done();
      }
      const counts = [{ namespace, count }];
      this.#wait.start({ stage: 'Scheduled', labelSelector: {}, counts }, done);
    });
  }

  #deletePods(operation: DeletePods): void {
    const { namespace, labelSelector, skipWaitToCompletion } = operation;
    const pods = [...this.#options.pods.store.values()].filter(
      (pod) => pod.metadata.namespace === namespace && hasLabels(pod, labelSelector),
    );
    const plan = podDeletion(operation, pods);
    if (!skipWaitToCompletion) return this.#runner.run(plan, this.#after);
    this.#runner.run(plan, (failure) => {
      if (failure !== undefined) this.#fail(failure);
    });
    this.#proceed();
  }

  #barrier({ namespaces, labelSelector, stage }: Barrier): void {
    const names = namespaces.length > 0 ? namespaces : [...this.#unawaited.keys()];
    const counts = names.map((namespace) => {
      const count = this.#unawaited.get(namespace) ?? 0;
      return { namespace, count };
    });
    this.#wait.start({ stage, labelSelector, counts }, (failure) => {
      if (stage === 'Scheduled') for (const name of names) this.#unawaited.delete(name);
      this.#after(failure);
    });
  }
}

function namespaceCreation(names: readonly string[], base: KubernetesObject): SeriesPlan {
  const { instantiate } = constantTemplate(base);
  return {
    count: names.length,
    workers: 1,
    intervalUs: 0,
    accepts: isThere,
    request: (index, step) =>
      step === 0
        ? createOf(withMetadata(instantiate(index, names.length), { name: names[index] ?? '' }))
        : undefined,
  };
}
