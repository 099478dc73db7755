// Keeps one object in every namespace: the ServiceAccount `default`, or the ConfigMap with the
// certificate of the cluster's authority. It comes with the namespace and comes back when it is
// deleted. Left out: the repair of content that somebody has changed.
// Source: Kubernetes v1.36 pkg/controller/serviceaccount, pkg/controller/certificates/
// rootcacertpublisher (reference: nodes-controllers 3.11).
import type { ConfigMap } from '../../../api/config-map.js';
import type { Namespace } from '../../../api/namespace.js';
import type { ServiceAccount } from '../../../api/service-account.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, objectKey } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { controllerManagerConstants } from '../constants.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { namespaceConstants as constants } from './constants.js';

/** What every namespace has. */
export interface NamespaceDefault<T extends ConfigMap | ServiceAccount> {
  /** `serviceaccount`: of the queue, also in metrics. */
  readonly queue: string;
  /** Plural. */
  readonly resource: string;
  readonly objects: Informer<T>;
  /** Without a namespace. */
  readonly object: T;
}

/** The account of pods that name none. */
export const defaultServiceAccount: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default' },
};

/** What pods verify the API server with. */
export const rootCertificate: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-root-ca.crt' },
  data: { 'ca.crt': 'A'.repeat(constants.rootCertificateBytes) },
};

export class NamespaceDefaultsController<T extends ConfigMap | ServiceAccount> {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #namespaces: Informer<Namespace>;
  readonly #default: NamespaceDefault<T>;
  readonly #loop: SyncLoop;

  constructor(
    options: ControllerOptions,
    namespaces: Informer<Namespace>,
    wanted: NamespaceDefault<T>,
  ) {
    this.#client = options.client;
    this.#namespaces = namespaces;
    this.#default = wanted;
    this.#loop = new SyncLoop(options, {
      name: wanted.queue,
      workers: constants.concurrentDefaultSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    namespaces.addHandler({
      added: ({ metadata }) => this.queue.add(metadata.name),
      updated: (_, { metadata }) => this.queue.add(metadata.name),
    });
    wanted.objects.addHandler({
      deleted: ({ metadata }) => {
        const { name, namespace = '' } = metadata;
        if (name === wanted.object.metadata.name) this.queue.add(namespace);
      },
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(namespace: string, worker: number): void {
    const { resource, objects, object } = this.#default;
    const { name } = object.metadata;
    const stored = this.#namespaces.get(namespace);
    const isWanted = stored !== undefined && stored.metadata.deletionTimestamp === undefined;
    if (!isWanted || objects.get(objectKey(namespace, name)) !== undefined) {
      return this.#loop.finish(worker, false);
    }
    const body = { ...object, metadata: { ...object.metadata, namespace } };
    this.#client.send({ verb: 'create', resource, namespace, name, body }, this.#created, worker);
  }

  readonly #created = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    const isThere = isSuccess(response) || response.reason === 'AlreadyExists';
    this.#loop.finish(call.context as number, !isThere);
  };
}
