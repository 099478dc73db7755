// Keeps the number of pods of every ReplicaSet at its replicas: creates in slow-start batches 1, 2,
// 4, …, deletes the least valuable ones, and then reports what it had found when the sync began.
// Left out: adoption of orphans, the ReplicaFailure condition.
// Source: Kubernetes v1.36 pkg/controller/replicaset (reference: nodes-controllers 3.4).
import { controllerOf } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet, ReplicaSetStatus } from '../../api/replica-set.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { WorkQueue } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { controllerManagerConstants as constants } from './constants.js';
import { Expectations } from './expectations.js';
import { controllerReference, type OwnerIndex } from './owner-index.js';
import { isPodActive, isPodReady } from './pod-state.js';
import { isSameReplicaSetStatus, replicaSetStatus } from './replica-set-status.js';
import { victimsFirst } from './victims.js';

/** What a controller of the controller manager is given. */
export interface ControllerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  /** The controller's own client, with its own bucket. */
  readonly client: ApiClient;
}

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly replicaSet: ReplicaSet;
  /** As of the beginning of the sync. */
  readonly status: ReplicaSetStatus;
  /** Pods still to create after this batch. */
  remaining: number;
  batch: number;
  inFlight: number;
  failed: boolean;
  hasRetriedStatus: boolean;
}

/** Objects by what controls them, shared by the controllers of the process. */
export interface Owned {
  readonly pods: OwnerIndex<Pod>;
  readonly replicaSets: OwnerIndex<ReplicaSet>;
}

export class ReplicaSetController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #owned: Owned;
  readonly #workers: Workers;
  readonly #expectations: Expectations;

  constructor(
    options: ControllerOptions,
    replicaSets: Informer<ReplicaSet>,
    pods: Informer<Pod>,
    owned: Owned,
  ) {
    const { simulation, host, client } = options;
    const name = 'kube-controller-manager/replicaset';
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'replicaset-controller', client);
    this.#replicaSets = replicaSets;
    this.#owned = owned;
    this.#expectations = new Expectations(simulation);
    this.queue = new WorkQueue(simulation, name);
    this.#workers = new Workers(simulation, {
      name,
      queue: this.queue,
      count: constants.concurrentReplicaSetSyncs,
      host,
      cpuUs: (key) => this.#cpuUs(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    replicaSets.addHandler({
      added: (replicaSet) => this.queue.add(keyOf(replicaSet)),
      updated: (_, replicaSet) => this.queue.add(keyOf(replicaSet)),
      deleted: (replicaSet) => {
        this.#expectations.forget(keyOf(replicaSet));
        this.queue.add(keyOf(replicaSet));
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
    this.#workers.start();
  }

  #cpuUs(key: string): number {
    const uid = this.#replicaSets.get(key)?.metadata.uid ?? '';
    return constants.syncCpuUs + constants.podCpuUs * this.#owned.pods.of(uid).size;
  }

  /** Key of the ReplicaSet that controls a pod. */
  #ownerKey(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    return owner?.kind === 'ReplicaSet' ? `${pod.metadata.namespace}/${owner.name}` : undefined;
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined)
      this.#expectations.deletionObserved(key, keyOf(pod));
    else if (previous === undefined) this.#expectations.creationObserved(key);
    this.queue.add(key);
    const minReadySeconds = this.#replicaSets.get(key)?.spec.minReadySeconds ?? 0;
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
    const replicaSet = this.#replicaSets.get(key);
    if (replicaSet === undefined) return this.#workers.finish(worker, 'done');
    const status = replicaSetStatus(replicaSet, this.#podsOf(replicaSet), this.#simulation.now);
    const sync: Sync = {
      worker,
      replicaSet,
      status,
      remaining: 0,
      batch: 0,
      inFlight: 0,
      failed: false,
      hasRetriedStatus: false,
    };
    const isDeleted = replicaSet.metadata.deletionTimestamp !== undefined;
    const surplus = status.replicas - (replicaSet.spec.replicas ?? 1);
    if (isDeleted || surplus === 0 || !this.#expectations.isSatisfied(key))
      this.#updateStatus(sync);
    else if (surplus < 0)
      this.#startCreating(sync, key, Math.min(-surplus, constants.burstReplicas));
    else this.#startDeleting(sync, key, Math.min(surplus, constants.burstReplicas));
  }

  #podsOf(replicaSet: ReplicaSet): Iterable<Pod> {
    return this.#owned.pods.of(replicaSet.metadata.uid ?? '').values();
  }

  /** Pods of all ReplicaSets of the same Deployment. */
  #relatedPods(replicaSet: ReplicaSet): Pod[] {
    const owner = controllerOf(replicaSet)?.uid;
    const siblings =
      owner === undefined ? [replicaSet] : [...this.#owned.replicaSets.of(owner).values()];
    return siblings.flatMap((sibling) => [...this.#podsOf(sibling)]);
  }

  #startCreating(sync: Sync, key: string, count: number): void {
    this.#expectations.expectCreations(key, count);
    sync.remaining = count;
    this.#createBatch(sync, Math.min(constants.slowStartInitialBatch, count));
  }

  #createBatch(sync: Sync, size: number): void {
    sync.batch = size;
    sync.remaining -= size;
    sync.inFlight = size;
    const { replicaSet } = sync;
    const { namespace = '', name } = replicaSet.metadata;
    const { template } = replicaSet.spec;
    const body: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: '',
        generateName: `${name}-`,
        namespace,
        ...(template?.metadata?.labels && { labels: template.metadata.labels }),
        ...(template?.metadata?.annotations && { annotations: template.metadata.annotations }),
        ownerReferences: [controllerReference(replicaSet)],
      },
      spec: template?.spec ?? { containers: [] },
    };
    for (let i = 0; i < size; i++) {
      this.#client.send(
        { verb: 'create', resource: 'pods', namespace, name: '', body },
        this.#podCreated,
        sync,
      );
    }
  }

  readonly #podCreated = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      const message = `Created pod: ${response.object?.metadata.name}`;
      this.#recorder.record(sync.replicaSet, 'Normal', 'SuccessfulCreate', message);
    } else {
      sync.failed = true;
      this.#expectations.creationObserved(keyOf(sync.replicaSet));
      this.#recorder.record(
        sync.replicaSet,
        'Warning',
        'FailedCreate',
        `Error creating: ${response.message}`,
      );
    }
    if (--sync.inFlight > 0) return;
    if (sync.failed || sync.remaining === 0) return this.#endCreating(sync);
    this.#createBatch(sync, Math.min(sync.batch * 2, sync.remaining));
  };

  /** Creations that were not tried after a failed batch are not expected either. */
  #endCreating(sync: Sync): void {
    const key = keyOf(sync.replicaSet);
    for (; sync.remaining > 0; sync.remaining--) this.#expectations.creationObserved(key);
    this.#updateStatus(sync);
  }

  #startDeleting(sync: Sync, key: string, count: number): void {
    const { replicaSet } = sync;
    const active = [...this.#podsOf(replicaSet)].filter(isPodActive);
    const related = this.#relatedPods(replicaSet);
    const victims = victimsFirst(active, related, this.#simulation.now).slice(0, count);
    this.#expectations.expectDeletions(key, victims.map(keyOf));
    sync.inFlight = victims.length;
    for (const { metadata } of victims) {
      const { namespace = '', name } = metadata;
      this.#client.send(
        { verb: 'delete', resource: 'pods', namespace, name },
        this.#podDeleted,
        sync,
      );
    }
  }

  readonly #podDeleted = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    const { name, namespace } = call.request;
    if (isSuccess(response)) {
      this.#recorder.record(sync.replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } else {
      this.#expectations.deletionObserved(keyOf(sync.replicaSet), `${namespace}/${name}`);
      if (response.code !== 404) sync.failed = true;
    }
    if (--sync.inFlight === 0) this.#updateStatus(sync);
  };

  /** Writes the status that the sync has found when it differs; once more on a newer object. */
  #updateStatus(sync: Sync): void {
    if (isSameReplicaSetStatus(sync.status, sync.replicaSet.status)) return this.#finish(sync);
    this.#sendStatus(sync, sync.replicaSet);
  }

  #sendStatus(sync: Sync, replicaSet: ReplicaSet): void {
    const { namespace = '', name } = replicaSet.metadata;
    const body: ReplicaSet = { ...replicaSet, status: sync.status };
    this.#client.send(
      { verb: 'update', resource: 'replicasets', subresource: 'status', namespace, name, body },
      this.#statusUpdated,
      sync,
    );
  }

  readonly #statusUpdated = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response) || response.code === 404) return this.#finish(sync);
    if (sync.hasRetriedStatus) {
      sync.failed = true;
      return this.#finish(sync);
    }
    sync.hasRetriedStatus = true;
    const { namespace, name } = call.request;
    this.#client.send(
      { verb: 'get', resource: 'replicasets', namespace, name },
      this.#replicaSetRead,
      sync,
    );
  };

  readonly #replicaSetRead = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return this.#sendStatus(sync, response.object as ReplicaSet);
    if (response.code !== 404) sync.failed = true;
    this.#finish(sync);
  };

  #finish({ worker, failed }: Sync): void {
    this.#workers.finish(worker, failed ? 'retry' : 'done');
  }
}
