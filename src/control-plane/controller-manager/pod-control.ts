// Creates and deletes the pods of an owner for its controller: creations in slow-start batches 1,
// 2, 4, …, each sent at once and waited for, none after one that failed; deletions all at once.
// Each result becomes an Event of the owner, and what failed is no longer expected.
// Source: Kubernetes v1.36 pkg/controller/controller_utils.go, replicaset slowStartBatch
// (reference: nodes-controllers 3.3, 3.4).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, PodTemplateSpec } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf, objectKey } from '../../client/api-request.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { controllerManagerConstants as constants } from './constants.js';
import type { Expectations } from './expectations.js';
import { controllerReference } from './owner-index.js';

/** The sync on whose behalf pods are changed. */
export interface PodChangeSync {
  /** Set when a request was refused: the sync is to be tried again. */
  failed: boolean;
  /** Why the first pod that was refused could not be created or deleted. */
  failureMessage?: string;
}

/** Pods to create and to delete for one owner. */
interface Change<S extends PodChangeSync> {
  readonly sync: S;
  readonly owner: KubernetesObject;
  readonly bodies: readonly Pod[];
  readonly victims: readonly Pod[];
  /** Bodies sent so far, or given up. */
  sent: number;
  batch: number;
  inFlight: number;
}

export interface PodControlOptions<S extends PodChangeSync> {
  readonly client: ApiClient;
  readonly recorder: EventRecorder;
  readonly expectations: Expectations;
  /** All requests of a change have been answered. */
  readonly onDone: (sync: S) => void;
}

export class PodControl<S extends PodChangeSync> {
  readonly #options: PodControlOptions<S>;

  constructor(options: PodControlOptions<S>) {
    this.#options = options;
  }

  /** Creates `bodies`, then deletes `victims`, expecting to see them come and go. */
  change(sync: S, owner: KubernetesObject, bodies: readonly Pod[], victims: readonly Pod[]): void {
    const { expectations } = this.#options;
    expectations.expect(keyOf(owner), bodies.length, victims.map(keyOf));
    this.#goOn({ sync, owner, bodies, victims, sent: 0, batch: 0, inFlight: 0 });
  }

  #goOn(change: Change<S>): void {
    const { sync, bodies, victims } = change;
    if (change.sent < bodies.length) this.#createBatch(change);
    else if (victims.length > 0) this.#delete(change);
    else this.#options.onDone(sync);
  }

  #createBatch(change: Change<S>): void {
    const { bodies, sent } = change;
    const size = change.batch === 0 ? constants.slowStartInitialBatch : change.batch * 2;
    change.batch = Math.min(size, bodies.length - sent);
    change.inFlight = change.batch;
    change.sent += change.batch;
    for (const body of bodies.slice(sent, change.sent)) {
      const { namespace = '', name } = body.metadata;
      this.#options.client.send(
        { verb: 'create', resource: 'pods', namespace, name, body },
        this.#created,
        change,
      );
    }
  }

  readonly #created = (call: ApiCall): void => {
    const change = call.context as Change<S>;
    const { sync, owner, bodies } = change;
    const { recorder, expectations } = this.#options;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      const message = `Created pod: ${response.object?.metadata.name}`;
      recorder.record(owner, 'Normal', 'SuccessfulCreate', message);
    } else {
      fail(sync, response);
      expectations.creationObserved(keyOf(owner));
      recorder.record(owner, 'Warning', 'FailedCreate', `Error creating: ${response.message}`);
    }
    if (--change.inFlight > 0) return;
    // What is not tried after a failed batch is not expected either.
    for (; sync.failed && change.sent < bodies.length; change.sent++)
      expectations.creationObserved(keyOf(owner));
    this.#goOn(change);
  };

  #delete(change: Change<S>): void {
    change.inFlight = change.victims.length;
    for (const { metadata } of change.victims) {
      const { namespace = '', name } = metadata;
      this.#options.client.send(
        { verb: 'delete', resource: 'pods', namespace, name },
        this.#deleted,
        change,
      );
    }
  }

  readonly #deleted = (call: ApiCall): void => {
    const change = call.context as Change<S>;
    const { sync, owner } = change;
    const { recorder, expectations, onDone } = this.#options;
    const response = call.response as ApiResponse;
    const { name, namespace } = call.request;
    if (isSuccess(response)) {
      recorder.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } else {
      expectations.deletionObserved(keyOf(owner), objectKey(namespace, name));
      if (response.code !== 404) fail(sync, response);
    }
    if (--change.inFlight === 0) onDone(sync);
  };
}

function fail(sync: PodChangeSync, { message }: ApiResponse): void {
  sync.failed = true;
  sync.failureMessage ??= message;
}

/** A pod of `template` that `owner` controls; its name is generated. */
export function podFromTemplate(owner: KubernetesObject, template: PodTemplateSpec): Pod {
  const { namespace = '', name } = owner.metadata;
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec ?? { containers: [] },
  };
}
