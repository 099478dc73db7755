// Deletes what an owner leaves behind: for each dependent of a deleted object a GET and a DELETE,
// through a client with twice the usual rate. An owner that is deleted in the foreground goes after
// the dependents that block it; one that orphans its dependents is taken out of them first. An
// owner that is not in the graph is looked up, so that what is created after its owner has gone
// does not stay. Left out: owners that wait for each other in a circle.
// Source: Kubernetes v1.36 pkg/controller/garbagecollector (reference: nodes-controllers 3.12).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { FOREGROUND_DELETION, ORPHAN_DEPENDENTS } from '../../api/object-meta.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  type PropagationPolicy,
} from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import { controllerManagerConstants as constants } from './constants.js';
import { DependencyGraph } from './dependency-graph.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

/** Prefix of a queue key that asks whether an owner, named by its uid, exists. */
const OWNER = 'owner ';
/** Prefix of a queue key for an object, named by its uid, that lets go of its dependents. */
const ORPHAN = 'orphan ';

/** An object that lets go of its dependents. */
interface Orphaning {
  readonly worker: number;
  readonly item: string;
  inFlight: number;
  failed: boolean;
}

/** A finalizer that is taken off an object. */
interface Release {
  readonly worker: number;
  readonly finalizer: string;
}

export class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #loop: SyncLoop;
  readonly #graph: DependencyGraph;
  #isRunning = false;

  constructor(options: ControllerOptions, monitors: readonly Informer<KubernetesObject>[]) {
    const { client } = options;
    this.#client = client;
    this.#loop = new SyncLoop(options, {
      name: 'garbage-collector',
      metricName: 'garbage_collector_attempt_to_delete',
      workers: constants.concurrentGarbageCollectorSyncs,
      cpuUs: () => constants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    this.#graph = new DependencyGraph({
      onUnknownOwner: (uid) => {
        if (this.#isRunning) this.queue.add(OWNER + uid);
      },
      onAttemptToDelete: (item) => this.queue.add(item),
      onAttemptToOrphan: (uid) => this.queue.add(ORPHAN + uid),
    });
    for (const monitor of monitors) {
      monitor.addHandler({
        added: (object) => this.#graph.added(object),
        updated: (previous, object) => this.#graph.updated(previous, object),
        deleted: (object) => this.#graph.deleted(object),
      });
    }
  }

  /** Lets the workers begin; the informers have synced. Owners of before are taken to exist. */
  start(): void {
    this.#isRunning = true;
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    if (key.startsWith(OWNER)) return this.#findOwner(key.slice(OWNER.length), worker);
    if (key.startsWith(ORPHAN)) return this.#orphan(key.slice(ORPHAN.length), worker);
    if (this.#graph.isGoing(key)) return this.#loop.finish(worker, false);
    this.#client.send(getOf(key), this.#fetched, worker);
  }

  #findOwner(uid: string, worker: number): void {
    const owner = this.#graph.owner(uid);
    if (owner === undefined || owner.isObserved) return this.#loop.finish(worker, false);
    this.#client.send(getOf(owner.item), this.#ownerFetched, { worker, uid });
  }

  readonly #ownerFetched = (call: ApiCall): void => {
    const { worker, uid } = call.context as { readonly worker: number; readonly uid: string };
    const { code, object } = call.response as ApiResponse;
    if (code === 404 || (code === 200 && object?.metadata.uid !== uid)) this.#graph.abandon(uid);
    this.#loop.finish(worker, code !== 200 && code !== 404);
  };

  readonly #fetched = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#loop.finish(worker, response.code !== 404);
    const object = response.object as KubernetesObject;
    const { uid = '', ownerReferences = [] } = object.metadata;
    if (this.#graph.isWaiting(uid)) return this.#continueForeground(worker, uid, call.request);
    // Another object of the same name, or one that has an owner left, stays.
    const left = ownerReferences.filter((each) => this.#graph.owner(each.uid) !== undefined);
    const waiting = left.filter((each) => this.#graph.isWaiting(each.uid));
    if (ownerReferences.length === 0) return this.#loop.finish(worker, false);
    if (left.length > waiting.length) {
      if (left.length === ownerReferences.length && waiting.length === 0) {
        return this.#loop.finish(worker, false);
      }
      const kept = new Set(left.map((each) => each.uid));
      for (const each of waiting) kept.delete(each.uid);
      const request = patchOf(
        call.request,
        withoutOwners(uid, (owner) => !kept.has(owner)),
      );
      return this.#client.send(request, this.#ended, worker);
    }
    const hasDependents = (this.#graph.owner(uid)?.dependents.size ?? 0) > 0;
    const isForeground = waiting.length > 0 && hasDependents;
    this.#delete(worker, call.request, object, isForeground ? 'Foreground' : policyOf(object));
  };

  #delete(
    worker: number,
    { resource, namespace, name }: ApiRequest,
    { metadata: { uid } }: KubernetesObject,
    propagationPolicy: PropagationPolicy,
  ): void {
    const precondition = uid !== undefined && { uidPrecondition: uid };
    const of = { resource, namespace, name, propagationPolicy, ...precondition };
    this.#client.send({ verb: 'delete', ...of }, this.#ended, worker);
  }

  /** An owner that waits for its dependents goes when none blocks it any more. */
  #continueForeground(worker: number, uid: string, request: ApiRequest): void {
    let isBlocked = false;
    for (const [item, isBlocking] of this.#graph.owner(uid)?.dependents ?? []) {
      if (!isBlocking) continue;
      isBlocked = true;
      if (!this.#graph.isDeleting(item)) this.queue.add(item);
    }
    if (isBlocked) return this.#loop.finish(worker, false);
    this.#release(request, { worker, finalizer: FOREGROUND_DELETION });
  }

  #orphan(uid: string, worker: number): void {
    const item = this.#graph.orphaning(uid);
    if (item === undefined) return this.#loop.finish(worker, false);
    const dependents = [...(this.#graph.owner(uid)?.dependents.keys() ?? [])];
    const finalizer = ORPHAN_DEPENDENTS;
    if (dependents.length === 0) return this.#release(getOf(item), { worker, finalizer });
    const orphaning = { worker, item, inFlight: dependents.length, failed: false };
    const apply = withoutOwners(undefined, (owner) => owner === uid);
    for (const dependent of dependents) {
      this.#client.send(patchOf(getOf(dependent), apply), this.#orphaned, orphaning);
    }
  }

  readonly #orphaned = (call: ApiCall): void => {
    const orphaning = call.context as Orphaning;
    const { worker, item } = orphaning;
    if (hasFailed(call)) orphaning.failed = true;
    if (--orphaning.inFlight > 0) return;
    if (orphaning.failed) this.#loop.finish(worker, true);
    else this.#release(getOf(item), { worker, finalizer: ORPHAN_DEPENDENTS });
  };

  /** Reads an object anew and takes a finalizer off it. */
  #release({ resource, namespace, name }: ApiRequest, release: Release): void {
    this.#client.send({ verb: 'get', resource, namespace, name }, this.#releasable, release);
  }

  readonly #releasable = (call: ApiCall): void => {
    const { worker, finalizer } = call.context as Release;
    const response = call.response as ApiResponse;
    const { finalizers = [] } = response.object?.metadata ?? {};
    if (!isSuccess(response) || !finalizers.includes(finalizer)) {
      return this.#loop.finish(worker, hasFailed(call));
    }
    const request = patchOf(call.request, withoutFinalizer(finalizer));
    this.#client.send(request, this.#ended, worker);
  };

  readonly #ended = (call: ApiCall): void => {
    this.#loop.finish(call.context as number, hasFailed(call));
  };
}

/** What is not there any more needs no further work. */
function hasFailed(call: ApiCall): boolean {
  return !isSuccessOrGone(call.response as ApiResponse);
}

/** A dependent goes as it was asked to, if it was. */
function policyOf({ metadata: { finalizers = [] } }: KubernetesObject): PropagationPolicy {
  if (finalizers.includes(ORPHAN_DEPENDENTS)) return 'Orphan';
  return finalizers.includes(FOREGROUND_DELETION) ? 'Foreground' : 'Background';
}

type Change = (object: KubernetesObject) => KubernetesObject;

/** Takes owners out of the object with that uid; undefined: of whatever has the name. */
function withoutOwners(uid: string | undefined, isOut: (owner: string) => boolean): Change {
  return (object) => {
    const { metadata } = object;
    if (uid !== undefined && metadata.uid !== uid) return object;
    const ownerReferences = (metadata.ownerReferences ?? []).filter((each) => !isOut(each.uid));
    return { ...object, metadata: { ...metadata, ownerReferences } } as KubernetesObject;
  };
}

function withoutFinalizer(finalizer: string): Change {
  return (object) => {
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    return { ...object, metadata: { ...object.metadata, finalizers } } as KubernetesObject;
  };
}

function getOf(item: string): ApiRequest {
  const [resource = '', namespace = '', name = ''] = item.split('/');
  return { verb: 'get', resource, namespace, name };
}

function patchOf({ resource, namespace, name }: ApiRequest, apply: Change): ApiRequest {
  const patch = { bytes: constants.garbageCollectorPatchBytes, apply };
  return { verb: 'patch', resource, namespace, name, patch };
}
