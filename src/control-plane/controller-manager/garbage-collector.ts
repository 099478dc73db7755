// Deletes what an owner leaves behind (background propagation): for each dependent of a deleted
// object a GET and a DELETE, through a client with twice the usual rate.
// Left out: foreground and orphan propagation. Source: Kubernetes v1.36
// pkg/controller/garbagecollector (reference: nodes-controllers 3.12).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import { WorkQueue } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import { controllerManagerConstants as constants } from './constants.js';
import type { ControllerOptions } from './replica-set-controller.js';

export class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #workers: Workers;
  /** Keys `resource/namespace/name` by owner UID. */
  readonly #dependents = new Map<string, Set<string>>();

  constructor(options: ControllerOptions, monitors: readonly Informer<KubernetesObject>[]) {
    const { simulation, host, client } = options;
    const name = 'kube-controller-manager/garbage-collector';
    this.#client = client;
    this.queue = new WorkQueue(simulation, name);
    this.#workers = new Workers(simulation, {
      name,
      queue: this.queue,
      count: constants.concurrentGarbageCollectorSyncs,
      host,
      cpuUs: () => constants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    for (const monitor of monitors) {
      monitor.addHandler({
        added: (object) => this.#observe(object),
        deleted: (object) => this.#ownerGone(object),
      });
    }
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#workers.start();
  }

  #observe(object: KubernetesObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(uid) ?? new Set();
      dependents.add(itemKey(object));
      this.#dependents.set(uid, dependents);
    }
  }

  #ownerGone(object: KubernetesObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      this.#dependents.get(uid)?.delete(itemKey(object));
    }
    const uid = object.metadata.uid ?? '';
    for (const key of this.#dependents.get(uid) ?? []) this.queue.add(key);
    this.#dependents.delete(uid);
  }

  #sync(key: string, worker: number): void {
    const [resource = '', namespace = '', name = ''] = key.split('/');
    this.#client.send({ verb: 'get', resource, namespace, name }, this.#fetched, worker);
  }

  readonly #fetched = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response))
      return this.#workers.finish(worker, response.code === 404 ? 'done' : 'retry');
    const { resource, namespace, name } = call.request;
    this.#client.send({ verb: 'delete', resource, namespace, name }, this.#deleted, worker);
  };

  readonly #deleted = (call: ApiCall): void => {
    const { code } = call.response as ApiResponse;
    this.#workers.finish(call.context as number, code < 300 || code === 404 ? 'done' : 'retry');
  };
}

function itemKey(object: KubernetesObject): string {
  const { resource } = resourceKindNamed(object.kind) ?? { resource: '' };
  return `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
