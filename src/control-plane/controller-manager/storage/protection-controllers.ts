// pvc-protection and pv-protection: a claim that a pod uses, and a volume that is bound, stay until
// they are free, held by a finalizer. Before a claim goes, the API is asked for the pods of its
// namespace, as the cache may not have the newest one.
// Source: Kubernetes v1.36 pkg/controller/volume/{pvcprotection,pvprotection} (reference:
// nodes-controllers 3.16).
import { claimKeysOf } from '../../../api/claim-volumes.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import {
  claimProtectionFinalizer,
  volumeProtectionFinalizer,
} from '../../../api/storage-protection.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import {
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
} from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { controllerManagerConstants } from '../constants.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { updateOf } from './binding-steps.js';
import { storageConstants as constants } from './constants.js';
import type { PodsOfClaims } from './pods-of-claims.js';

type Protected = PersistentVolume | PersistentVolumeClaim;

/** The object with or without a finalizer; the same object when nothing changes. */
function withFinalizer<T extends Protected>(object: T, finalizer: string, wanted: boolean): T {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer) === wanted) return object;
  const others = finalizers.filter((each) => each !== finalizer);
  const metadata = { ...object.metadata, finalizers: wanted ? [...others, finalizer] : others };
  return { ...object, metadata };
}

/** Keeps the finalizer of one kind; `isFree`: an object that is being deleted may go. */
class Protection<T extends Protected> {
  readonly loop: SyncLoop;
  readonly #client: ApiClient;
  readonly #finalizer: string;

  constructor(
    options: ControllerOptions,
    name: string,
    finalizer: string,
    objects: Informer<T>,
    release: (object: T, worker: number) => void,
  ) {
    this.#client = options.client;
    this.#finalizer = finalizer;
    this.loop = new SyncLoop(options, {
      name,
      workers: constants.concurrentProtectionSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => {
        const object = objects.get(key);
        if (object === undefined) return this.loop.finish(worker, false);
        if (object.metadata.deletionTimestamp === undefined)
          return this.write(object, true, worker);
        const isHeld = object.metadata.finalizers?.includes(finalizer) === true;
        if (isHeld) release(object, worker);
        else this.loop.finish(worker, false);
      },
    });
    const needsSync = ({ metadata }: T): boolean =>
      (metadata.deletionTimestamp !== undefined) ===
      (metadata.finalizers?.includes(finalizer) === true);
    const look = (object: T): void => {
      if (needsSync(object)) this.loop.queue.add(keyOf(object));
    };
    objects.addHandler({ added: look, updated: (_, object) => look(object) });
  }

  /** Sets or takes away the finalizer, which ends the sync. */
  write(object: T, wanted: boolean, worker: number): void {
    const changed = withFinalizer(object, this.#finalizer, wanted);
    if (changed === object) return this.loop.finish(worker, false);
    this.#client.send(updateOf(changed), this.#written, worker);
  }

  readonly #written = (call: ApiCall): void => {
    const isDone = isSuccessOrGone(call.response as ApiResponse);
    this.loop.finish(call.context as number, !isDone);
  };
}

/** pvc-protection. */
export class ClaimProtectionController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #podsOfClaims: PodsOfClaims;
  readonly #protection: Protection<PersistentVolumeClaim>;

  constructor(
    options: ControllerOptions,
    claims: Informer<PersistentVolumeClaim>,
    pods: Informer<Pod>,
    podsOfClaims: PodsOfClaims,
  ) {
    this.#client = options.client;
    this.#podsOfClaims = podsOfClaims;
    this.#protection = new Protection(
      options,
      'pvcprotection',
      claimProtectionFinalizer,
      claims,
      (claim, worker) => this.#release(claim, worker),
    );
    this.queue = this.#protection.loop.queue;
    pods.addHandler({
      deleted: (pod) => {
        for (const key of claimKeysOf(pod)) {
          if (claims.get(key)?.metadata.deletionTimestamp !== undefined) this.queue.add(key);
        }
      },
    });
  }

  /** Lets the worker begin; the informers have synced. */
  start(): void {
    this.#protection.loop.start();
  }

  #release(claim: PersistentVolumeClaim, worker: number): void {
    const users = [...this.#podsOfClaims.of(keyOf(claim)).values()];
    if (users.some(isPlaced)) return this.#protection.loop.finish(worker, false);
    const { namespace = '' } = claim.metadata;
    const request = { verb: 'list', resource: 'pods', namespace, name: '' } as const;
    this.#client.send(request, this.#listed, { claim, worker });
  }

  readonly #listed = (call: ApiCall): void => {
    const { claim, worker } = call.context as { claim: PersistentVolumeClaim; worker: number };
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#protection.loop.finish(worker, true);
    const pods = (response.items ?? []) as readonly Pod[];
    const isUsed = pods.some((pod) => isPlaced(pod) && claimKeysOf(pod).includes(keyOf(claim)));
    if (isUsed) this.#protection.loop.finish(worker, false);
    else this.#protection.write(claim, false, worker);
  };
}

/** A pod without a node will not get one any more when its claim is being deleted. */
function isPlaced({ spec }: Pod): boolean {
  return (spec.nodeName ?? '') !== '';
}

/** pv-protection. */
export class VolumeProtectionController {
  readonly queue: WorkQueue;
  readonly #protection: Protection<PersistentVolume>;

  constructor(options: ControllerOptions, volumes: Informer<PersistentVolume>) {
    this.#protection = new Protection(
      options,
      'pvprotection',
      volumeProtectionFinalizer,
      volumes,
      (volume, worker) => {
        if (volume.status?.phase !== 'Bound') this.#protection.write(volume, false, worker);
        else this.#protection.loop.finish(worker, false);
      },
    );
    this.queue = this.#protection.loop.queue;
  }

  /** Lets the worker begin; the informers have synced. */
  start(): void {
    this.#protection.loop.start();
  }
}
