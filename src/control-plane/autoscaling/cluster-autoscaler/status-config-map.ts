// The ConfigMap in which the autoscaler tells how it is doing, read and written in every iteration,
// and to which its own Events refer.
// Source: kubernetes/autoscaler cluster-autoscaler clusterstate/utils/status.go.
import type { ConfigMap } from '../../../api/config-map.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../../client/api-request.js';

const namespace = 'kube-system';
const name = 'cluster-autoscaler-status';
const address = { resource: 'configmaps', namespace, name } as const;

export class StatusConfigMap {
  /** As it is known; what Events refer to. */
  object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } };
  readonly #client: ApiClient;
  #text = '';

  constructor(client: ApiClient) {
    this.#client = client;
  }

  write(text: string): void {
    this.#text = text;
    this.#client.send({ verb: 'get', ...address }, this.#read);
  }

  readonly #read = (call: ApiCall): void => {
    const { code, object = this.object } = call.response as ApiResponse;
    if (code !== 200 && code !== 404) return;
    const body = { ...object, data: { status: this.#text } } as ConfigMap;
    const verb = code === 404 ? 'create' : 'update';
    this.#client.send({ verb, ...address, body }, this.#written);
  };

  readonly #written = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (isSuccess(response) && response.object !== undefined) {
      this.object = response.object as ConfigMap;
    }
  };
}
