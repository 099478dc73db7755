// Empties namespaces that are being deleted, and then lets go of them: pods first until they are
// gone, then everything else, each resource with one DELETECOLLECTION and a list of what is left.
// What stays for a while is looked at again. Left out: conditions.
// Source: Kubernetes v1.36 pkg/controller/namespace and its deletion package (reference:
// nodes-controllers 3.10).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Namespace } from '../../../api/namespace.js';
import { resourceKinds } from '../../../api/resource-kinds.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, isSuccessOrGone } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { controllerManagerConstants } from '../constants.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { namespaceConstants as constants } from './constants.js';

/** What a namespace can hold, pods first. */
const CONTENT: readonly string[] = [
  'pods',
  ...resourceKinds
    .filter(({ namespaced, kind }) => namespaced && kind !== 'Pod' && kind !== 'Binding')
    .map(({ resource }) => resource),
];

/** The deletion of one namespace under way. */
interface Sync {
  readonly worker: number;
  readonly name: string;
  /** Index in CONTENT. */
  step: number;
  /** How long what is left may take, s; 0: nothing is left so far. */
  estimateSeconds: number;
}

export class NamespaceController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #namespaces: Informer<Namespace>;
  readonly #loop: SyncLoop;

  constructor(options: ControllerOptions, namespaces: Informer<Namespace>) {
    this.#client = options.client;
    this.#namespaces = namespaces;
    this.#loop = new SyncLoop(options, {
      name: 'namespace',
      workers: constants.concurrentNamespaceSyncs,
      retryLimits: { baseDelayUs: constants.retryBaseUs, maxDelayUs: constants.retryMaxUs },
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    const changed = ({ metadata }: Namespace): void => {
      if (metadata.deletionTimestamp === undefined) return;
      this.queue.addAfter(metadata.name, constants.deletionGraceUs);
    };
    namespaces.addHandler({ added: changed, updated: (_, namespace) => changed(namespace) });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(name: string, worker: number): void {
    const namespace = this.#namespaces.get(name);
    if (namespace?.metadata.deletionTimestamp === undefined) {
      return this.#loop.finish(worker, false);
    }
    this.#empty({ worker, name, step: 0, estimateSeconds: 0 });
  }

  #empty(sync: Sync): void {
    const resource = CONTENT[sync.step] as string;
    const of = { resource, namespace: sync.name, name: '' };
    this.#client.send(
      { verb: 'deletecollection', ...of, propagationPolicy: 'Background' },
      this.#emptied,
      sync,
    );
  }

  readonly #emptied = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (!isSuccess(call.response as ApiResponse)) return this.#loop.finish(sync.worker, true);
    const { resource, namespace } = call.request;
    this.#client.send({ verb: 'list', resource, namespace, name: '' }, this.#listed, sync);
  };

  readonly #listed = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#loop.finish(sync.worker, true);
    const items = response.items ?? [];
    sync.estimateSeconds = Math.max(sync.estimateSeconds, ...items.map(estimateOf));
    // Everything else waits until the pods are gone.
    const isHeldUp = sync.step === 0 && items.length > 0;
    if (!isHeldUp && ++sync.step < CONTENT.length) this.#empty(sync);
    else this.#end(sync);
  };

  /** Comes back when something is left, else takes the finalizer off. */
  #end({ worker, name, estimateSeconds }: Sync): void {
    if (estimateSeconds > 0) {
      const waitSeconds = Math.floor(estimateSeconds / 2) + 1;
      this.queue.addAfter(name, waitSeconds * 1_000_000);
      return this.#loop.finish(worker, false);
    }
    this.#client.send(
      { verb: 'get', resource: 'namespaces', namespace: '', name },
      this.#read,
      worker,
    );
  }

  readonly #read = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#loop.finish(worker, response.code !== 404);
    const namespace = response.object as Namespace;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((each) => each !== 'kubernetes');
    const body: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
    const { resource, name } = call.request;
    this.#client.send(
      { verb: 'update', resource, subresource: 'finalize', namespace: '', name, body },
      this.#finalized,
      worker,
    );
  };

  readonly #finalized = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    this.#loop.finish(call.context as number, !isSuccessOrGone(response));
  };
}

/** How long an object that is still there may take to go, s. */
function estimateOf(object: KubernetesObject): number {
  const isHeld = (object.metadata.finalizers ?? []).length > 0;
  const graceSeconds = object.metadata.deletionGracePeriodSeconds ?? 0;
  return isHeld || graceSeconds === 0 ? constants.finalizerEstimateSeconds : graceSeconds;
}
