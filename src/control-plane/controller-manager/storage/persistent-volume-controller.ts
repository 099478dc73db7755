// persistentvolume-binder: brings claims and volumes together. One worker for claims and one for
// volumes, each of which does one write after the other; whatever fails is tried again when the
// object changes, or when all of them are looked at again, every 15 s.
// Source: Kubernetes v1.36 pkg/controller/volume/persistentvolume/pv_controller_base.go (reference:
// nodes-controllers 3.16).
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import { defaultStorageClass } from '../../../api/storage-provisioner.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf, objectKey } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import { ascending } from '../../../stats/ascending.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import type { BindingPair, BindingStep } from './binding-steps.js';
import { type ClaimSurroundings, type PlannedEvent, planClaim } from './claim-plan.js';
import { storageConstants as constants } from './constants.js';
import { NewestObjects } from './newest-objects.js';
import type { PodsOfClaims } from './pods-of-claims.js';
import { VolumeIndex } from './volume-index.js';
import { planVolume } from './volume-plan.js';

/** What the controller watches. */
export interface PersistentVolumeInformers {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  readonly podsOfClaims: PodsOfClaims;
}

/** One sync under way. */
interface Sync extends BindingPair {
  readonly loop: SyncLoop;
  readonly worker: number;
  readonly steps: readonly BindingStep[];
  next: number;
  /** About the claim, said when all is written. */
  readonly event: PlannedEvent | undefined;
}

const NAME = 'kube-controller-manager/persistentvolume-binder';

export class PersistentVolumeController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #informers: PersistentVolumeInformers;
  readonly #claims: NewestObjects<PersistentVolumeClaim>;
  readonly #volumes: NewestObjects<PersistentVolume>;
  readonly #index: VolumeIndex;
  readonly #claimLoop: SyncLoop;
  readonly #volumeLoop: SyncLoop;
  readonly #resyncDue: EventKind;
  readonly #surroundings: ClaimSurroundings;

  constructor(options: ControllerOptions, informers: PersistentVolumeInformers) {
    const { simulation, client } = options;
    const { claims, volumes } = informers;
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'persistentvolume-controller', client);
    this.#informers = informers;
    this.#claims = new NewestObjects(claims);
    this.#volumes = new NewestObjects(volumes);
    this.#index = new VolumeIndex(volumes);
    const cpuUs = (): number => constants.bindingSyncCpuUs;
    this.#claimLoop = new SyncLoop(options, {
      name: 'persistentvolume-binder-claims',
      metricName: 'claims',
      workers: 1,
      cpuUs,
      sync: (key, worker) => this.#syncClaim(key, worker),
    });
    this.#volumeLoop = new SyncLoop(options, {
      name: 'persistentvolume-binder-volumes',
      metricName: 'volumes',
      workers: 1,
      cpuUs,
      sync: (key, worker) => this.#syncVolume(key, worker),
    });
    this.queue = this.#claimLoop.queue;
    this.#surroundings = {
      volume: (name) => this.#volumes.get(name),
      candidates: (claim) => this.#candidates(claim),
      storageClass: (name) => informers.classes.get(name),
      defaultClass: () => defaultStorageClass(informers.classes.store.values()),
      unscheduledPods: (claim) => unscheduled(informers.podsOfClaims.of(keyOf(claim))),
    };
    this.#resyncDue = simulation.defineEvent(`${NAME}.ResyncDue`, () => this.#resync());
    this.#listen();
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#claimLoop.start();
    this.#volumeLoop.start();
    this.#simulation.after(constants.volumeResyncPeriodUs, this.#resyncDue);
  }

  #listen(): void {
    const { claims, volumes } = this.#informers;
    const volumeQueue = this.#volumeLoop.queue;
    claims.addHandler({
      added: (claim) => this.queue.add(keyOf(claim)),
      updated: (_, claim) => this.queue.add(keyOf(claim)),
      deleted: (claim) => {
        const { volumeName = '' } = claim.spec;
        if (volumeName !== '') volumeQueue.add(volumeName);
      },
    });
    volumes.addHandler({
      added: (volume) => volumeQueue.add(keyOf(volume)),
      updated: (_, volume) => volumeQueue.add(keyOf(volume)),
      deleted: ({ spec: { claimRef } }) => {
        if (claimRef !== undefined) {
          this.queue.add(objectKey(claimRef.namespace, claimRef.name ?? ''));
        }
      },
    });
  }

  #resync(): void {
    const { claims, volumes } = this.#informers;
    for (const key of claims.store.keys()) this.queue.add(key);
    for (const key of volumes.store.keys()) this.#volumeLoop.queue.add(key);
    this.#simulation.after(constants.volumeResyncPeriodUs, this.#resyncDue);
  }

  #candidates(claim: PersistentVolumeClaim): readonly PersistentVolume[] {
    return this.#index
      .namesFor(claim)
      .flatMap((name) => this.#volumes.get(name) ?? [])
      .sort((a, b) => ascending(a.metadata.name, b.metadata.name));
  }

  #syncClaim(key: string, worker: number): void {
    const claim = this.#claims.get(key);
    const loop = this.#claimLoop;
    if (claim === undefined) return loop.finish(worker, false);
    const { steps, volume, event } = planClaim(claim, this.#surroundings);
    this.#goOn({ loop, worker, steps, next: 0, claim, volume, event });
  }

  #syncVolume(key: string, worker: number): void {
    const volume = this.#volumes.get(key);
    const loop = this.#volumeLoop;
    if (volume === undefined) return loop.finish(worker, false);
    const { claimRef } = volume.spec;
    const claimKey = objectKey(claimRef?.namespace, claimRef?.name ?? '');
    const claim = claimRef && this.#claims.get(claimKey);
    const { steps, enqueueClaim } = planVolume(volume, claim);
    if (enqueueClaim) this.queue.add(claimKey);
    this.#goOn({ loop, worker, steps, next: 0, claim, volume, event: undefined });
  }

  #goOn(sync: Sync): void {
    const { steps } = sync;
    while (sync.next < steps.length) {
      const request = (steps[sync.next++] as BindingStep)(sync, this.#simulation.now);
      if (request !== undefined) return this.#client.send(request, this.#written, sync);
    }
    const { event, claim } = sync;
    if (event !== undefined && claim !== undefined) {
      this.#recorder.record(claim, event.type, event.reason, event.message);
    }
    sync.loop.finish(sync.worker, false);
  }

  /** What is refused, as it is when the object is newer, waits for the next look. */
  readonly #written = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { object, ...response } = call.response as ApiResponse;
    if (!isSuccess(response)) return sync.loop.finish(sync.worker, false);
    if (object?.kind === 'PersistentVolume') {
      this.#volumes.store(object);
      sync.volume = object;
    } else if (object?.kind === 'PersistentVolumeClaim') {
      this.#claims.store(object);
      sync.claim = object;
    }
    this.#goOn(sync);
  };
}

function unscheduled(pods: ReadonlyMap<string, Pod>): readonly string[] {
  return [...pods.values()]
    .filter(({ spec }) => (spec.nodeName ?? '') === '')
    .map(({ metadata }) => metadata.name)
    .sort(ascending);
}
