// ephemeral-volume: makes the claims of generic ephemeral volumes, owned by their pods, so that
// they go with them.
// Source: Kubernetes v1.36 pkg/controller/volume/ephemeral (reference: nodes-controllers 3.16).
import { isOwnedBy } from '../../../api/claim-binding.js';
import type { PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import { isPodTerminal, type Pod } from '../../../api/pod.js';
import type { Volume } from '../../../api/volume.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf, objectKey } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { controllerManagerConstants } from '../constants.js';
import { controllerReference } from '../owner-index.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { storageConstants as constants } from './constants.js';

interface Sync {
  readonly worker: number;
  readonly pod: Pod;
  /** Volumes whose claims are still to be looked at. */
  readonly volumes: Volume[];
}

export class EphemeralVolumeController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #recorder: EventRecorder;
  readonly #loop: SyncLoop;

  constructor(
    options: ControllerOptions,
    pods: Informer<Pod>,
    claims: Informer<PersistentVolumeClaim>,
  ) {
    this.#client = options.client;
    this.#pods = pods;
    this.#claims = claims;
    this.#recorder = new EventRecorder(options.simulation, 'ephemeral_volume', options.client);
    this.#loop = new SyncLoop(options, {
      name: 'ephemeral_volume',
      workers: constants.concurrentEphemeralVolumeSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    const look = (pod: Pod): void => {
      if (volumesOf(pod).length > 0) this.queue.add(keyOf(pod));
    };
    pods.addHandler({ added: look });
    claims.addHandler({
      deleted: ({ metadata }) => {
        const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Pod');
        const pod = owner && pods.get(objectKey(metadata.namespace, owner.name));
        if (pod !== undefined) look(pod);
      },
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    const pod = this.#pods.get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) {
      return this.#loop.finish(worker, false);
    }
    this.#next({ worker, pod, volumes: [...volumesOf(pod)] });
  }

  #next(sync: Sync): void {
    const volume = sync.volumes.shift();
    if (volume === undefined) return this.#loop.finish(sync.worker, false);
    const body = claimOf(sync.pod, volume);
    const { namespace = '', name } = body.metadata;
    const known = this.#claims.get(keyOf(body));
    if (known === undefined) {
      const request = { verb: 'create', resource: 'persistentvolumeclaims', namespace, name, body };
      return this.#client.send({ ...request, verb: 'create' }, this.#created, sync);
    }
    if (isOwnedBy(known, sync.pod)) return this.#next(sync);
    this.#fail(sync, `PVC ${namespace}/${name} was not created for pod ${keyOf(sync.pod)}`);
  }

  readonly #created = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return this.#next(sync);
    this.#fail(sync, `create PVC ${call.request.name}: ${response.message}`);
  };

  #fail({ pod, worker }: Sync, message: string): void {
    this.#recorder.record(pod, 'Warning', 'FailedCreate', `ephemeral volume: ${message}`);
    this.#loop.finish(worker, true);
  }
}

function volumesOf({ spec }: Pod): readonly Volume[] {
  return spec.volumes?.filter(({ ephemeral }) => ephemeral !== undefined) ?? [];
}

function claimOf(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim {
  const { metadata, spec } = ephemeral?.volumeClaimTemplate ?? { spec: {} };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${pod.metadata.name}-${name}`,
      namespace: pod.metadata.namespace ?? '',
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      ownerReferences: [controllerReference(pod)],
    },
    spec,
  };
}
