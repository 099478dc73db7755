// Keeps the pods of every StatefulSet: one a number, each with its own name and claims, in order or
// in parallel, replaced from the highest number down when the template changes. Left out: adoption
// of orphans.
// Source: Kubernetes v1.36 pkg/controller/statefulset (reference: nodes-controllers 3.6).
import { controllerOf } from '../../api/object-meta.js';
import type { PersistentVolumeClaim } from '../../api/persistent-volume.js';
import type { Pod, PodTemplateSpec } from '../../api/pod.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccessOrGone, keyOf, objectKey } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import { controllerManagerConstants as constants } from './constants.js';
import { isPodReady } from './pod-state.js';
import {
  deleteRevisions,
  isRevisionStored,
  revisionName,
  revisionsOf,
  revisionWrite,
  surplusRevisions,
  templateOf,
} from './revision-history.js';
import type { SharedInformers } from './shared-informers.js';
import { claimOwnerUpdates } from './stateful-claim-owners.js';
import { type StatefulCreation, StatefulPodControl } from './stateful-pod-control.js';
import { isBelowPartition, planStatefulSet, sortPods } from './stateful-set-plan.js';
import { claimsOf, revisionOf, statefulPod } from './stateful-set-pod.js';
import {
  isSameStatefulSetStatus,
  type StatefulRevisions,
  statefulSetStatus,
} from './stateful-set-status.js';
import { StatusWriter } from './status-writer.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly set: StatefulSet;
  failed: boolean;
}

/** What a sync is about to do with pods. */
interface PendingChange {
  readonly sync: Sync;
  /** Claims whose owners are to be written before. */
  readonly claimsLeft: PersistentVolumeClaim[];
  readonly creations: readonly StatefulCreation[];
  readonly deletions: readonly Pod[];
}

export class StatefulSetController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #informers: SharedInformers;
  readonly #loop: SyncLoop;
  readonly #podControl: StatefulPodControl<Sync>;
  readonly #statusWriter: StatusWriter<Sync>;

  constructor(options: ControllerOptions, informers: SharedInformers) {
    const { simulation, client } = options;
    const { statefulSets: sets, pods, claims } = informers;
    this.#simulation = simulation;
    this.#client = client;
    this.#informers = informers;
    const recorder = new EventRecorder(simulation, 'statefulset-controller', client);
    const updateStatus = (sync: Sync): void => this.#updateStatus(sync);
    this.#podControl = new StatefulPodControl({ client, recorder, claims, onDone: updateStatus });
    const retries = constants.statefulSetStatusRetries;
    const finish = (sync: Sync): void => this.#finish(sync);
    const resource = 'statefulsets';
    this.#statusWriter = new StatusWriter({ client, resource, retries, onDone: finish });
    this.#loop = new SyncLoop(options, {
      name: 'statefulset',
      workers: constants.concurrentStatefulSetSyncs,
      cpuUs: (key) => this.#cpuUs(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    const enqueue = (set: StatefulSet): void => this.queue.add(keyOf(set));
    sets.addHandler({ added: enqueue, updated: (_, set) => enqueue(set), deleted: enqueue });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podChanged(pod, undefined),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #cpuUs(key: string): number {
    const uid = this.#informers.statefulSets.get(key)?.metadata.uid ?? '';
    return constants.syncCpuUs + constants.podCpuUs * this.#informers.podsByOwner.of(uid).size;
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'StatefulSet') return;
    const key = objectKey(pod.metadata.namespace, owner.name);
    this.queue.add(key);
    const { minReadySeconds = 0 } = this.#informers.statefulSets.get(key)?.spec ?? {};
    const becameReady = isPodReady(pod) && previous !== undefined && !isPodReady(previous);
    if (minReadySeconds > 0 && becameReady) this.queue.addAfter(key, minReadySeconds * 1_000_000);
  }

  #sync(key: string, worker: number): void {
    const set = this.#informers.statefulSets.get(key);
    if (set === undefined) return this.#loop.finish(worker, false);
    const sync: Sync = { worker, set, failed: false };
    const write = revisionWrite(set, revisionsOf(set, this.#informers.revisionsByOwner));
    if (write === undefined) this.#act(sync);
    else this.#client.send(write, this.#revisionWritten, sync);
  }

  readonly #revisionWritten = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (isRevisionStored(call.response as ApiResponse)) return this.#act(sync);
    sync.failed = true;
    this.#finish(sync);
  };

  #podsOf({ metadata }: StatefulSet): Iterable<Pod> {
    return this.#informers.podsByOwner.of(metadata.uid ?? '').values();
  }

  /** Until a rolling update is complete the current revision is the one before. */
  #revisions(set: StatefulSet): StatefulRevisions {
    const update = revisionName(set);
    return { current: set.status?.currentRevision ?? update, update };
  }

  #act(sync: Sync): void {
    const { set } = sync;
    if (set.metadata.deletionTimestamp !== undefined) return this.#updateStatus(sync);
    const { current, update } = this.#revisions(set);
    const pods = sortPods(set, this.#podsOf(set));
    const plan = planStatefulSet(set, pods, update, this.#simulation.now);
    const currentTemplate = this.#templateOf(set, current);
    const creations = plan.creations.map((ordinal): StatefulCreation => {
      const isOld = currentTemplate !== undefined && isBelowPartition(set, ordinal);
      const template = isOld ? currentTemplate : set.spec.template;
      const pod = statefulPod(set, ordinal, template, isOld ? current : update);
      return { pod, claims: claimsOf(set, ordinal) };
    });
    const claimsLeft = claimOwnerUpdates(set, this.#podsOf(set), (key) =>
      this.#informers.claims.get(key),
    );
    this.#writeOwners({ sync, claimsLeft: [...claimsLeft], creations, deletions: plan.deletions });
  }

  /** The owners of claims come before pods go, one claim after the other. */
  #writeOwners(pending: PendingChange): void {
    const { sync, claimsLeft, creations, deletions } = pending;
    const body = claimsLeft.shift();
    if (body === undefined) return this.#podControl.change(sync, sync.set, creations, deletions);
    const { namespace = '', name } = body.metadata;
    const resource = 'persistentvolumeclaims';
    const request = { verb: 'update', resource, namespace, name, body } as const;
    this.#client.send(request, this.#ownersWritten, pending);
  }

  readonly #ownersWritten = (call: ApiCall): void => {
    const pending = call.context as PendingChange;
    if (isSuccessOrGone(call.response as ApiResponse)) return this.#writeOwners(pending);
    pending.sync.failed = true;
    this.#finish(pending.sync);
  };

  /** The template of a revision; undefined when it is the present one, or not known. */
  #templateOf(set: StatefulSet, revision: string): PodTemplateSpec | undefined {
    if (revision === revisionName(set)) return undefined;
    const found = revisionsOf(set, this.#informers.revisionsByOwner).find(
      ({ metadata }) => metadata.name === revision,
    );
    return found && templateOf(found);
  }

  #updateStatus(sync: Sync): void {
    const { set } = sync;
    const pods = this.#podsOf(set);
    const status = statefulSetStatus(set, pods, this.#revisions(set), this.#simulation.now);
    if (isSameStatefulSetStatus(status, set.status)) return this.#finish(sync);
    this.#statusWriter.write(sync, set, status);
  }

  /** Old revisions go with the sync; nothing waits for that. */
  #finish({ worker, set, failed }: Sync): void {
    const { current, update } = this.#revisions(set);
    const used = new Set([current, update]);
    for (const pod of this.#podsOf(set)) used.add(revisionOf(pod));
    const revisions = revisionsOf(set, this.#informers.revisionsByOwner);
    deleteRevisions(this.#client, surplusRevisions(set, revisions, used));
    this.#loop.finish(worker, failed);
  }
}
