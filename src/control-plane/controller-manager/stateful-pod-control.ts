// Creates the pods of StatefulSets, each after the claims it needs, and deletes them; creations in
// slow-start batches. Left out: taking over pods of another identity.
// Source: Kubernetes v1.36 pkg/controller/statefulset/stateful_pod_control.go (reference:
// nodes-controllers 3.6).
import type { PersistentVolumeClaim } from '../../api/persistent-volume.js';
import type { Pod } from '../../api/pod.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, isSuccessOrGone, keyOf } from '../../client/api-request.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { controllerManagerConstants as constants } from './constants.js';
import type { PodChangeSync } from './pod-control.js';

/** A pod to create and the claims that must exist before. */
export interface StatefulCreation {
  readonly pod: Pod;
  readonly claims: readonly PersistentVolumeClaim[];
}

interface Change<S> {
  readonly sync: S;
  readonly set: StatefulSet;
  readonly creations: readonly StatefulCreation[];
  readonly deletions: readonly Pod[];
  started: number;
  batch: number;
  inFlight: number;
}

/** One creation under way: its claims first, one after the other. */
interface Creating<S> {
  readonly change: Change<S>;
  readonly creation: StatefulCreation;
  claimsLeft: readonly PersistentVolumeClaim[];
}

export interface StatefulPodControlOptions<S> {
  readonly client: ApiClient;
  readonly recorder: EventRecorder;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly onDone: (sync: S) => void;
}

export class StatefulPodControl<S extends PodChangeSync> {
  readonly #options: StatefulPodControlOptions<S>;

  constructor(options: StatefulPodControlOptions<S>) {
    this.#options = options;
  }

  /** Creates, then deletes; `onDone` when all has been answered. */
  change(
    sync: S,
    set: StatefulSet,
    creations: readonly StatefulCreation[],
    deletions: readonly Pod[],
  ): void {
    this.#goOn({ sync, set, creations, deletions, started: 0, batch: 0, inFlight: 0 });
  }

  #goOn(change: Change<S>): void {
    const { sync, creations, deletions, started } = change;
    if (!sync.failed && started < creations.length) return this.#createBatch(change);
    if (sync.failed || deletions.length === 0) return this.#options.onDone(sync);
    change.inFlight = deletions.length;
    for (const { metadata } of deletions) {
      const { namespace = '', name } = metadata;
      const request = { verb: 'delete', resource: 'pods', namespace, name } as const;
      this.#options.client.send(request, this.#deleted, change);
    }
  }

  #createBatch(change: Change<S>): void {
    const { creations, started } = change;
    const size = change.batch === 0 ? constants.slowStartInitialBatch : change.batch * 2;
    change.batch = Math.min(size, creations.length - started);
    change.inFlight = change.batch;
    change.started += change.batch;
    const { claims } = this.#options;
    for (const creation of creations.slice(started, change.started)) {
      const claimsLeft = creation.claims.filter((claim) => claims.get(keyOf(claim)) === undefined);
      this.#createNext({ change, creation, claimsLeft });
    }
  }

  #createNext(creating: Creating<S>): void {
    const [claim, ...others] = creating.claimsLeft;
    creating.claimsLeft = others;
    const body = claim ?? creating.creation.pod;
    const { namespace = '', name } = body.metadata;
    const resource = claim === undefined ? 'pods' : 'persistentvolumeclaims';
    const request = { verb: 'create', resource, namespace, name, body } as const;
    this.#options.client.send(request, this.#created, creating);
  }

  readonly #created = (call: ApiCall): void => {
    const creating = call.context as Creating<S>;
    const { change, creation } = creating;
    const response = call.response as ApiResponse;
    const isClaim = call.request.resource === 'persistentvolumeclaims';
    if (response.code !== 409) this.#record(change.set, call, creation.pod.metadata.name);
    // What exists already is what was wanted; the watch will tell of it.
    if (!isSuccess(response) && response.code !== 409) change.sync.failed = true;
    else if (isClaim) return this.#createNext(creating);
    if (--change.inFlight === 0) this.#goOn(change);
  };

  readonly #deleted = (call: ApiCall): void => {
    const change = call.context as Change<S>;
    const response = call.response as ApiResponse;
    this.#record(change.set, call, call.request.name);
    if (!isSuccessOrGone(response)) change.sync.failed = true;
    if (--change.inFlight === 0) this.#options.onDone(change.sync);
  };

  #record(set: StatefulSet, call: ApiCall, pod: string): void {
    const { verb, resource, name } = call.request;
    const response = call.response as ApiResponse;
    const isOk = isSuccess(response);
    const what = resource === 'pods' ? `Pod ${pod}` : `Claim ${name} Pod ${pod}`;
    const reason = `${isOk ? 'Successful' : 'Failed'}${verb === 'create' ? 'Create' : 'Delete'}`;
    const end = isOk
      ? resource === 'pods'
        ? 'successful'
        : 'success'
      : `failed error: ${response.message}`;
    const text = `${verb} ${what} in StatefulSet ${set.metadata.name} ${end}`;
    this.#options.recorder.record(set, isOk ? 'Normal' : 'Warning', reason, text);
  }
}
