// Keeps the status of every PodDisruptionBudget: how many of its pods may be disrupted now. Left
// out: disruptions that are announced and have not happened yet, owners of other kinds with a scale
// subresource. Source: Kubernetes v1.36 pkg/controller/disruption (reference: nodes-controllers
// 3.17).
import { compileLabelSelector } from '../../../api/label-selector.js';
import { controllerOf } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import { keyOf, objectKey } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { controllerManagerConstants as constants } from '../constants.js';
import type { SharedInformers } from '../shared-informers.js';
import { StatusWriter } from '../status-writer.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { budgetCounts, budgetStatus, healthyPods, isSameBudgetStatus } from './budget-status.js';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  failed: boolean;
}

const KINDS_WITH_REPLICAS = ['ReplicationController', 'StatefulSet', 'ReplicaSet'] as const;

export class DisruptionController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #informers: SharedInformers;
  readonly #recorder: EventRecorder;
  readonly #loop: SyncLoop;
  readonly #statusWriter: StatusWriter<Sync>;
  /** Keys of the pods that a budget selects, by the budget's key. */
  readonly #selected = new Map<string, Set<string>>();

  constructor(options: ControllerOptions, informers: SharedInformers) {
    const { simulation, client } = options;
    const { budgets, pods } = informers;
    this.#simulation = simulation;
    this.#informers = informers;
    this.#recorder = new EventRecorder(simulation, 'controllermanager', client);
    const finish = ({ worker, failed }: Sync): void => this.#loop.finish(worker, failed);
    const resource = 'poddisruptionbudgets';
    this.#statusWriter = new StatusWriter({ client, resource, retries: 0, onDone: finish });
    this.#loop = new SyncLoop(options, {
      name: 'disruption',
      workers: 1,
      cpuUs: (key) => constants.syncCpuUs + constants.podCpuUs * this.#podsOf(key).length,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    budgets.addHandler({
      added: (budget) => this.#budgetChanged(budget, undefined),
      updated: (previous, budget) => this.#budgetChanged(budget, previous),
      deleted: (budget) => this.#selected.delete(keyOf(budget)),
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, false),
      updated: (_, pod) => this.#podChanged(pod, false),
      deleted: (pod) => this.#podChanged(pod, true),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  /** A new selector is held against all pods of the namespace. */
  #budgetChanged(budget: PodDisruptionBudget, previous: PodDisruptionBudget | undefined): void {
    const { selector } = budget.spec;
    if (previous === undefined || previous.spec.selector !== selector) {
      const isSelected = compileLabelSelector(selector);
      const { namespace } = budget.metadata;
      const selected = new Set<string>();
      for (const [key, { metadata }] of this.#informers.pods.store)
        if (metadata.namespace === namespace && isSelected(metadata.labels)) selected.add(key);
      this.#selected.set(keyOf(budget), selected);
    }
    this.queue.add(keyOf(budget));
  }

  /** O(budgets). */
  #podChanged(pod: Pod, isGone: boolean): void {
    const { namespace, labels } = pod.metadata;
    for (const [key, { metadata, spec }] of this.#informers.budgets.store) {
      if (metadata.namespace !== namespace) continue;
      const selected = this.#selected.get(key);
      const isSelected = !isGone && compileLabelSelector(spec.selector)(labels);
      const was = isSelected ? selected?.add(keyOf(pod)) : selected?.delete(keyOf(pod));
      if (was !== false) this.queue.add(key);
    }
  }

  #podsOf(key: string): Pod[] {
    const { pods } = this.#informers;
    const keys = [...(this.#selected.get(key) ?? [])];
    return keys.map((each) => pods.get(each)).filter((pod) => pod !== undefined);
  }

  #sync(key: string, worker: number): void {
    const budget = this.#informers.budgets.get(key);
    if (budget === undefined) return this.#loop.finish(worker, false);
    const sync: Sync = { worker, failed: false };
    const pods = this.#podsOf(key);
    if (pods.length === 0)
      this.#recorder.record(budget, 'Normal', 'NoPods', 'No matching pods found');
    const counts = budgetCounts(budget, pods, (pod) => this.#scaleOf(pod));
    const isKnown = !('failure' in counts);
    if (!isKnown) {
      const message = `Failed to calculate the number of expected pods: ${counts.failure}`;
      this.#recorder.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    }
    if (isKnown && counts.hasUnmanaged) {
      const message = 'Some selected pods have no controller and are left out of the counts';
      this.#recorder.record(budget, 'Warning', 'UnmanagedPods', message);
    }
    const healthy = isKnown ? healthyPods(pods) : 0;
    const { now } = this.#simulation;
    const status = budgetStatus(budget, isKnown ? counts : undefined, healthy, now);
    if (isSameBudgetStatus(status, budget.status)) this.#loop.finish(worker, false);
    else this.#statusWriter.write(sync, budget, status);
  }

  /** Replicas of the pod's controller, or of the Deployment behind its ReplicaSet. */
  #scaleOf(pod: Pod): { readonly uid: string; readonly replicas: number } | undefined {
    const owner = controllerOf(pod);
    const kind = KINDS_WITH_REPLICAS.find((each) => each === owner?.kind);
    if (owner === undefined || kind === undefined) return undefined;
    const { replicaSets, replicationControllers, statefulSets, deployments } = this.#informers;
    const { namespace } = pod.metadata;
    const key = objectKey(namespace, owner.name);
    const informer = {
      ReplicaSet: replicaSets,
      ReplicationController: replicationControllers,
      StatefulSet: statefulSets,
    }[kind];
    const found = informer.get(key);
    if (found === undefined || found.metadata.uid !== owner.uid) return undefined;
    const above = kind === 'ReplicaSet' ? controllerOf(found) : undefined;
    const deployment = above && deployments.get(objectKey(namespace, above.name));
    const { uid = '' } = (deployment ?? found).metadata;
    return { uid, replicas: (deployment ?? found).spec.replicas ?? 1 };
  }
}
