// Asks the API for the ConfigMaps and Secrets that a pod or one of its containers needs, one after
// the other, each time they are needed. Left out: the watch on each of them that a kubelet keeps by
// default (configMapAndSecretChangeDetectionStrategy), from which later pods of the node are
// served; here as with the strategy `Get`.
// Source: Kubernetes v1.36 pkg/kubelet/util/manager.
import type { ConfigMap } from '../../api/config-map.js';
import type { Secret } from '../../api/secret.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import { type ConfigReference, faultOf } from './config-references.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** For whom, and how far it has come. */
interface Reading {
  readonly record: PodRecord;
  readonly container: ContainerRecord | undefined;
  readonly references: readonly ConfigReference[];
  index: number;
}

/** What is wrong, and with which use. */
export interface ConfigFault {
  readonly reference: ConfigReference;
  readonly message: string;
}

/** Told once for each reading; `fault`: absent when everything is there. */
export type ConfigRead = (
  record: PodRecord,
  container: ContainerRecord | undefined,
  fault: ConfigFault | undefined,
) => void;

export class ConfigReader {
  readonly #onRead: ConfigRead;

  constructor(onRead: ConfigRead) {
    this.#onRead = onRead;
  }

  /** Begins; nothing comes of it for a pod that has been asked to go meanwhile. */
  read(
    record: PodRecord,
    container: ContainerRecord | undefined,
    references: readonly ConfigReference[],
  ): void {
    this.#ask({ record, container, references, index: 0 });
  }

  #ask(reading: Reading): void {
    const { record, container, references, index } = reading;
    const reference = references[index];
    if (reference === undefined) return this.#onRead(record, container, undefined);
    const { resource, name } = reference;
    const { namespace = '' } = record.pod.metadata;
    record.agent.client.send({ verb: 'get', resource, namespace, name }, this.#answered, reading);
  }

  readonly #answered = (call: ApiCall): void => {
    const reading = call.context as Reading;
    const { record, container, references } = reading;
    if (record.state !== 'syncing') return; // the pod has been asked to go
    const reference = references[reading.index++] as ConfigReference;
    const response = call.response as ApiResponse;
    const isAbsent = response.code === 404;
    const found = isAbsent ? undefined : (response.object as ConfigMap | Secret | undefined);
    const message =
      isAbsent || isSuccess(response)
        ? faultOf(reference, found, record.pod.metadata.namespace ?? '')
        : `failed to get ${reference.resource} ${reference.name}: ${response.code}`;
    if (message !== undefined) return this.#onRead(record, container, { reference, message });
    this.#ask(reading);
  };
}
