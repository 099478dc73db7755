// Writes the status that a sync has found with a PUT of the status subresource; when that is
// refused, as it is when the object is newer than the cache, it reads the object and tries again.
// Source: Kubernetes v1.36 pkg/controller/replicaset and daemon, statusUpdateRetries (reference:
// nodes-controllers 3.4).
import { extended } from '../../api/extended.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, isSuccessOrGone } from '../../client/api-request.js';
import type { PodChangeSync } from './pod-control.js';

interface Writing<S extends PodChangeSync> {
  readonly sync: S;
  readonly status: unknown;
  retriesLeft: number;
}

export interface StatusWriterOptions<S extends PodChangeSync> {
  readonly client: ApiClient;
  /** Plural. */
  readonly resource: string;
  /** Further tries after a refused one. */
  readonly retries: number;
  /** The status is written, the object is gone, or the sync has failed. */
  readonly onDone: (sync: S) => void;
}

export class StatusWriter<S extends PodChangeSync> {
  readonly #options: StatusWriterOptions<S>;

  constructor(options: StatusWriterOptions<S>) {
    this.#options = options;
  }

  /** Puts `status` on `object`, which is what the sync began with. */
  write(sync: S, object: KubernetesObject, status: unknown): void {
    this.#put({ sync, status, retriesLeft: this.#options.retries }, object);
  }

  #put(writing: Writing<S>, object: KubernetesObject): void {
    const { client, resource } = this.#options;
    const { namespace = '', name } = object.metadata;
    const body = extended(object, { status: writing.status }) as KubernetesObject;
    client.send(
      { verb: 'update', resource, subresource: 'status', namespace, name, body },
      this.#written,
      writing,
    );
  }

  readonly #written = (call: ApiCall): void => {
    const writing = call.context as Writing<S>;
    const { client, resource, onDone } = this.#options;
    const response = call.response as ApiResponse;
    if (isSuccessOrGone(response)) return onDone(writing.sync);
    if (writing.retriesLeft-- === 0) {
      writing.sync.failed = true;
      return onDone(writing.sync);
    }
    const { namespace, name } = call.request;
    client.send({ verb: 'get', resource, namespace, name }, this.#read, writing);
  };

  readonly #read = (call: ApiCall): void => {
    const writing = call.context as Writing<S>;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return this.#put(writing, response.object as KubernetesObject);
    if (response.code !== 404) writing.sync.failed = true;
    this.#options.onDone(writing.sync);
  };
}
