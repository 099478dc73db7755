// Keeps the number of pods of every ReplicaSet or ReplicationController at its replicas: takes pods
// that nobody controls, lets go of those that it does not select any more, creates in slow-start
// batches 1, 2, 4, …, deletes the least valuable ones, and then reports what it had found when the
// sync began.
// Source: Kubernetes v1.36 pkg/controller/replicaset, pkg/controller/replication (reference:
// nodes-controllers 3.4).
import type { LabelSelector } from '../../api/label-selector.js';
import { controllerOf } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet, ReplicaSetStatus } from '../../api/replica-set.js';
import { keyOf, objectKey } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import { Adoption } from './adoption.js';
import { controllerManagerConstants as constants } from './constants.js';
import { Expectations } from './expectations.js';
import type { Orphans } from './orphans.js';
import type { OwnerIndex } from './owner-index.js';
import { PodControl, podFromTemplate } from './pod-control.js';
import { isPodActive, isPodReady } from './pod-state.js';
import {
  isSameReplicaSetStatus,
  type ReplicaKeeper,
  replicaSetConditions,
  replicaSetStatus,
} from './replica-set-status.js';
import { StatusWriter } from './status-writer.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';
import { victimsFirst } from './victims.js';

/** Which of the two a controller keeps. */
export interface ReplicaKind {
  readonly kind: ReplicaKeeper['kind'];
  readonly resource: 'replicasets' | 'replicationcontrollers';
  /** `replicaset`: names its queue; with `-controller`, the source of its Events. */
  readonly name: string;
}

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly keeper: ReplicaKeeper;
  /** As of the beginning of the sync. */
  readonly pods: readonly Pod[];
  readonly status: ReplicaSetStatus;
  failed: boolean;
  failureMessage?: string;
}

/** Objects by what controls them, shared by the controllers of the process. */
export interface Owned {
  readonly pods: OwnerIndex<Pod>;
  readonly replicaSets: OwnerIndex<ReplicaSet>;
  readonly orphanPods: Orphans<Pod>;
  readonly orphanReplicaSets: Orphans<ReplicaSet>;
}

export class ReplicaSetController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #kind: ReplicaKind;
  readonly #keepers: Informer<ReplicaKeeper>;
  readonly #owned: Owned;
  readonly #loop: SyncLoop;
  readonly #expectations: Expectations;
  readonly #podControl: PodControl<Sync>;
  readonly #statusWriter: StatusWriter<Sync>;
  readonly #adoption: Adoption<ReplicaKeeper, Pod>;
  /** Whether nothing was expected when the sync of each worker began. */
  readonly #isDue: boolean[] = [];

  constructor(
    options: ControllerOptions,
    kind: ReplicaKind,
    keepers: Informer<ReplicaKeeper>,
    pods: Informer<Pod>,
    owned: Owned,
  ) {
    const { simulation, client } = options;
    const { name, resource } = kind;
    this.#simulation = simulation;
    this.#kind = kind;
    this.#keepers = keepers;
    this.#owned = owned;
    const expectations = new Expectations(simulation);
    this.#expectations = expectations;
    const recorder = new EventRecorder(simulation, `${name}-controller`, client);
    this.#adoption = new Adoption({
      client,
      owners: keepers,
      ownerResource: resource,
      resource: 'pods',
      selectorOf,
      orphans: owned.orphanPods,
      isWanted: isPodActive,
      onDone: (worker, keeper, own, failed) => this.#manage(worker, keeper, own, failed),
    });
    const updateStatus = (sync: Sync): void => this.#updateStatus(sync);
    this.#podControl = new PodControl({ client, recorder, expectations, onDone: updateStatus });
    const finish = ({ worker, failed }: Sync): void => this.#loop.finish(worker, failed);
    this.#statusWriter = new StatusWriter({ client, resource, retries: 1, onDone: finish });
    this.#loop = new SyncLoop(options, {
      name,
      metricName: name === 'replication' ? 'replicationmanager' : name,
      workers: constants.concurrentReplicaSetSyncs,
      cpuUs: (key) => this.#cpuUs(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    keepers.addHandler({
      added: (keeper) => this.queue.add(keyOf(keeper)),
      updated: (_, keeper) => this.queue.add(keyOf(keeper)),
      deleted: (keeper) => {
        this.#expectations.forget(keyOf(keeper));
        this.queue.add(keyOf(keeper));
      },
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podGone(pod),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #cpuUs(key: string): number {
    const uid = this.#keepers.get(key)?.metadata.uid ?? '';
    return constants.syncCpuUs + constants.podCpuUs * this.#owned.pods.of(uid).size;
  }

  /** Key of the ReplicaSet that controls a pod. */
  #ownerKey(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    return owner?.kind === this.#kind.kind
      ? objectKey(pod.metadata.namespace, owner.name)
      : undefined;
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const key = this.#ownerKey(pod);
    const before = previous && this.#ownerKey(previous);
    if (before !== undefined && before !== key) this.queue.add(before);
    if (key === undefined) {
      for (const adopter of this.#adoption.adopters(pod, previous)) this.queue.add(adopter);
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined)
      this.#expectations.deletionObserved(key, keyOf(pod));
    else if (previous === undefined) this.#expectations.creationObserved(key);
    this.queue.add(key);
    const minReadySeconds = this.#keepers.get(key)?.spec.minReadySeconds ?? 0;
    const becameReady = isPodReady(pod) && previous !== undefined && !isPodReady(previous);
    if (minReadySeconds > 0 && becameReady) this.queue.addAfter(key, minReadySeconds * 1_000_000);
  }

  #podGone(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#expectations.deletionObserved(key, keyOf(pod));
    this.queue.add(key);
  }

  #sync(key: string, worker: number): void {
    const keeper = this.#keepers.get(key);
    if (keeper === undefined) return this.#loop.finish(worker, false);
    // As of the same moment as the pods: what is seen during the claim is not among them.
    this.#isDue[worker] = this.#expectations.isSatisfied(key);
    this.#adoption.claim(worker, keeper, this.#podsOf(keeper));
  }

  /** Creates or deletes what the number of its pods asks for. */
  #manage(worker: number, keeper: ReplicaKeeper, pods: readonly Pod[], failed: boolean): void {
    if (failed) return this.#loop.finish(worker, true);
    const status = replicaSetStatus(keeper, pods, this.#simulation.now);
    const sync: Sync = { worker, keeper, pods, status, failed: false };
    const isDeleted = keeper.metadata.deletionTimestamp !== undefined;
    const surplus = status.replicas - (keeper.spec.replicas ?? 1);
    if (isDeleted || surplus === 0 || !this.#isDue[worker]) this.#updateStatus(sync);
    else if (surplus < 0) this.#create(sync, Math.min(-surplus, constants.burstReplicas));
    else this.#delete(sync, Math.min(surplus, constants.burstReplicas));
  }

  #podsOf(keeper: ReplicaKeeper): readonly Pod[] {
    return [...this.#owned.pods.of(keeper.metadata.uid ?? '').values()];
  }

  /** Pods of all ReplicaSets of the same Deployment. */
  #relatedPods(keeper: ReplicaKeeper): Pod[] {
    const owner = controllerOf(keeper)?.uid;
    const siblings =
      owner === undefined ? [keeper] : [...this.#owned.replicaSets.of(owner).values()];
    return siblings.flatMap((sibling) => this.#podsOf(sibling));
  }

  #create(sync: Sync, count: number): void {
    const { keeper } = sync;
    const body = podFromTemplate(keeper, keeper.spec.template ?? { spec: { containers: [] } });
    this.#podControl.change(sync, keeper, new Array<Pod>(count).fill(body), []);
  }

  #delete(sync: Sync, count: number): void {
    const { keeper } = sync;
    const active = sync.pods.filter(isPodActive);
    const victims = victimsFirst(active, this.#relatedPods(keeper), this.#simulation.now);
    this.#podControl.change(sync, keeper, [], victims.slice(0, count));
  }

  /** Writes the status that the sync has found when it differs; once more on a newer object. */
  #updateStatus(sync: Sync): void {
    const { keeper, worker, failed, failureMessage } = sync;
    const missing = (keeper.spec.replicas ?? 1) - sync.status.replicas;
    const { now } = this.#simulation;
    const conditions = replicaSetConditions(keeper.status, failureMessage, missing, now);
    const status = { ...sync.status, ...(conditions && { conditions }) };
    if (isSameReplicaSetStatus(status, keeper.status)) this.#loop.finish(worker, failed);
    else this.#statusWriter.write(sync, keeper, status);
  }
}

const equalities = new WeakMap<Readonly<Record<string, string>>, LabelSelector>();

/** A ReplicationController states equal labels. */
function selectorOf(keeper: ReplicaKeeper): LabelSelector {
  if (keeper.kind === 'ReplicaSet') return keeper.spec.selector;
  const matchLabels = keeper.spec.selector ?? {};
  let selector = equalities.get(matchLabels);
  if (selector === undefined) {
    selector = { matchLabels };
    equalities.set(matchLabels, selector);
  }
  return selector;
}
