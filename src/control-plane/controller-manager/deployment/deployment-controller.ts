// Keeps each Deployment's ReplicaSets as its template, replicas and strategy ask: one ReplicaSet a
// template, scaled up as the old ones go down; while it is paused or has just been scaled, the
// mixture stays. A sync calls one thing after the other, as upstream's goroutine does; what it
// notes on the Deployment in between makes its own last write stale, which is refused and tried
// again. ReplicaSets that nobody controls are taken as those that its selector selects, and others
// let go of. Left out: the deprecated rollback annotation.
// Source: Kubernetes v1.36 pkg/controller/deployment (reference: nodes-controllers 3.5).
import type { Deployment, DeploymentCondition } from '../../../api/deployment.js';
import { extended } from '../../../api/extended.js';
import { controllerOf } from '../../../api/object-meta.js';
import { isPodTerminal, type Pod } from '../../../api/pod.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
  objectKey,
} from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { Adoption } from '../adoption.js';
import { controllerManagerConstants as constants } from '../constants.js';
import type { Owned } from '../replica-set-controller.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { replicaSetDeletion, replicaSetUpdate, statusUpdate } from './deployment-requests.js';
import { deploymentStatus, isSameDeploymentStatus } from './deployment-status.js';
import {
  createdCondition,
  creationFailedCondition,
  foundCondition,
  isComplete,
  pauseCondition,
  recheckDelayUs,
  rolloutConditions,
  withCondition,
} from './progress.js';
import { isScalingEvent, sharedScalings } from './proportional-scaling.js';
import {
  allOf,
  hasSizesOf,
  newReplicaSet,
  type ReplicaSets,
  replicaSetsOf,
  resized,
  revisionOf,
  surplusReplicaSets,
  withNotesOf,
  withRevision,
} from './replica-set-revisions.js';
import {
  emptyingScalings,
  newReplicas,
  oldScalings,
  type Scaling,
  specReplicas,
} from './rollout.js';

type Step = (sync: Sync) => void;

/** One sync under way. */
interface Sync {
  readonly worker: number;
  /** With what the sync itself has noted on it. */
  deployment: Deployment;
  sets: ReplicaSets;
  /** Paused or scaled: no rollout goes on. */
  keepsMixture: boolean;
  /** Still to be sent, one after the other; then `next`. */
  requests: ApiRequest[];
  next: Step;
}

export class DeploymentController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #deployments: Informer<Deployment>;
  readonly #owned: Owned;
  readonly #loop: SyncLoop;
  readonly #adoption: Adoption<Deployment, ReplicaSet>;

  constructor(
    options: ControllerOptions,
    deployments: Informer<Deployment>,
    replicaSets: Informer<ReplicaSet>,
    pods: Informer<Pod>,
    owned: Owned,
  ) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'deployment-controller', client);
    this.#deployments = deployments;
    this.#owned = owned;
    this.#loop = new SyncLoop(options, {
      name: 'deployment',
      workers: constants.concurrentDeploymentSyncs,
      cpuUs: () => constants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    deployments.addHandler({
      added: (deployment) => this.queue.add(keyOf(deployment)),
      updated: (_, deployment) => this.queue.add(keyOf(deployment)),
      deleted: (deployment) => this.queue.add(keyOf(deployment)),
    });
    this.#adoption = new Adoption({
      client,
      owners: deployments,
      ownerResource: 'deployments',
      resource: 'replicasets',
      selectorOf: ({ spec }) => spec.selector,
      orphans: owned.orphanReplicaSets,
      isWanted: () => true,
      onDone: (worker, deployment, own, failed) => {
        if (failed) this.#loop.finish(worker, true);
        else this.#begin(worker, deployment, own);
      },
    });
    replicaSets.addHandler({
      added: (replicaSet) => this.#replicaSetChanged(replicaSet, undefined),
      updated: (previous, replicaSet) => this.#replicaSetChanged(replicaSet, previous),
      deleted: (replicaSet) => this.#enqueueOwner(replicaSet),
    });
    pods.addHandler({
      deleted: (pod) => {
        const owner = controllerOf(pod);
        if (owner?.kind !== 'ReplicaSet') return;
        const replicaSet = replicaSets.get(objectKey(pod.metadata.namespace, owner.name));
        if (replicaSet !== undefined) this.#podGone(replicaSet);
      },
    });
  }

  #enqueueOwner(replicaSet: ReplicaSet): void {
    const owner = controllerOf(replicaSet);
    if (owner?.kind === 'Deployment')
      this.queue.add(objectKey(replicaSet.metadata.namespace, owner.name));
  }

  #replicaSetChanged(replicaSet: ReplicaSet, previous: ReplicaSet | undefined): void {
    if (previous !== undefined && controllerOf(previous)?.uid !== controllerOf(replicaSet)?.uid)
      this.#enqueueOwner(previous);
    this.#enqueueOwner(replicaSet);
    for (const key of this.#adoption.adopters(replicaSet, previous)) this.queue.add(key);
  }

  /** A Recreate Deployment goes on when the last of its pods is gone. */
  #podGone(replicaSet: ReplicaSet): void {
    const owner = controllerOf(replicaSet);
    const key = objectKey(replicaSet.metadata.namespace, owner?.name ?? '');
    const deployment = this.#deployments.get(key);
    if (deployment?.spec.strategy?.type !== 'Recreate') return;
    if (!this.#replicaSets(deployment).some((each) => this.#podsOf(each).size > 0))
      this.queue.add(key);
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #replicaSets({ metadata }: Deployment): readonly ReplicaSet[] {
    return [...this.#owned.replicaSets.of(metadata.uid ?? '').values()];
  }

  #podsOf({ metadata }: ReplicaSet): ReadonlyMap<string, Pod> {
    return this.#owned.pods.of(metadata.uid ?? '');
  }

  #sync(key: string, worker: number): void {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined) return this.#loop.finish(worker, false);
    this.#adoption.claim(worker, deployment, this.#replicaSets(deployment));
  }

  #begin(worker: number, deployment: Deployment, own: readonly ReplicaSet[]): void {
    const sets = replicaSetsOf(deployment, own);
    const next = this.#settle;
    const sync: Sync = { worker, deployment, sets, keepsMixture: true, requests: [], next };
    if (deployment.metadata.deletionTimestamp !== undefined) return this.#updateStatus(sync);
    const condition = pauseCondition(deployment, this.#simulation.now);
    if (condition === undefined) this.#revise(sync);
    else this.#note(sync, deployment, condition, this.#revise);
  }

  /** The ReplicaSet of the present template and the Deployment bear the same, newest revision. */
  readonly #revise = (sync: Sync): void => {
    const { deployment, sets } = sync;
    const { current, old } = sets;
    sync.keepsMixture = deployment.spec.paused === true || isScalingEvent(deployment, sets);
    if (current === undefined) return this.#act(sync);
    const noted = withNotesOf(deployment, current, old);
    if (noted !== current) return this.#send(sync, [replicaSetUpdate(noted)], this.#act);
    const revised = withRevision(deployment, revisionOf(current));
    const condition = foundCondition(deployment, current.metadata.name, this.#simulation.now);
    if (revised === deployment && condition === undefined) return this.#act(sync);
    this.#note(sync, revised, condition, this.#act);
  };

  readonly #act = (sync: Sync): void => {
    const { deployment, sets } = sync;
    if (sync.keepsMixture) {
      return this.#scale(sync, sharedScalings(deployment, sets), this.#settle);
    }
    const isRecreate = deployment.spec.strategy?.type === 'Recreate';
    if (isRecreate && this.#isEmptying(sync)) return;
    if (sets.current === undefined) this.#create(sync);
    else this.#roll(sync);
  };

  /** A Recreate waits until the old ReplicaSets are scaled to 0 and their last pods have ended. */
  #isEmptying(sync: Sync): boolean {
    const { old } = sync.sets;
    const scalings = emptyingScalings(old);
    const isRunning = old.some((each) =>
      [...this.#podsOf(each).values()].some((pod) => !isPodTerminal(pod)),
    );
    if (scalings.length > 0) this.#scale(sync, scalings, this.#updateStatus);
    else if (isRunning) this.#updateStatus(sync);
    return scalings.length > 0 || isRunning;
  }

  #create(sync: Sync): void {
    const { deployment, sets } = sync;
    const body = newReplicaSet(deployment, sets.old, newReplicas(deployment, undefined, sets.old));
    const { namespace = '', name } = body.metadata;
    this.#client.send(
      { verb: 'create', resource: 'replicasets', namespace, name, body },
      this.#created,
      sync,
    );
  }

  readonly #created = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#creationFailed(sync, call.request.name, response);
    const { deployment, sets } = sync;
    const current = response.object as ReplicaSet;
    sync.sets = { current, old: sets.old };
    const { name } = current.metadata;
    if (specReplicas(current) > 0) this.#recordScaling(deployment, name, 0, specReplicas(current));
    const condition = createdCondition(deployment, name, this.#simulation.now);
    this.#note(sync, withRevision(deployment, revisionOf(current)), condition, this.#roll);
  };

  /** One that exists already shows in the cache by the time of the retry. */
  #creationFailed(sync: Sync, name: string, { code, message }: ApiResponse): void {
    if (code === 409) return this.#finish(sync, true);
    const { deployment } = sync;
    const text = `Failed to create new replica set "${name}": ${message}`;
    this.#recorder.record(deployment, 'Warning', 'ReplicaSetCreateError', text);
    const condition = creationFailedCondition(deployment, text, this.#simulation.now);
    if (condition === undefined) return this.#finish(sync, true);
    this.#note(sync, deployment, condition, (failed) => this.#finish(failed, true));
  }

  readonly #roll = (sync: Sync): void => {
    const { deployment, sets } = sync;
    const current = sets.current as ReplicaSet;
    const replicas = newReplicas(deployment, current, sets.old);
    if (replicas !== specReplicas(current)) {
      return this.#scale(sync, [{ replicaSet: current, replicas }], this.#updateStatus);
    }
    const isRecreate = deployment.spec.strategy?.type === 'Recreate';
    const scalings = isRecreate ? [] : oldScalings(deployment, current, sets.old);
    if (scalings.length > 0) return this.#scale(sync, scalings, this.#updateStatus);
    this.#settle(sync);
  };

  /** Old, empty ReplicaSets beyond the history limit go when nothing is to be rolled out. */
  readonly #settle = (sync: Sync): void => {
    const { deployment, sets } = sync;
    const isAtRest = sync.keepsMixture
      ? deployment.spec.paused === true
      : isComplete(deployment, deployment.status);
    const surplus = isAtRest ? surplusReplicaSets(deployment, sets.old) : [];
    this.#send(sync, surplus.map(replicaSetDeletion), this.#updateStatus);
  };

  #scale(sync: Sync, scalings: readonly Scaling[], next: Step): void {
    const { deployment } = sync;
    const changes = scalings.filter(
      ({ replicaSet, replicas }) =>
        replicas !== specReplicas(replicaSet) || !hasSizesOf(deployment, replicaSet),
    );
    const updates = changes.map(({ replicaSet, replicas }) =>
      replicaSetUpdate(resized(deployment, replicaSet, replicas)),
    );
    this.#send(sync, updates, next);
  }

  /** Sends one request after the other; after one that is refused the sync is tried again. */
  #send(sync: Sync, requests: ApiRequest[], next: Step): void {
    sync.requests = requests;
    sync.next = next;
    this.#sendNext(sync);
  }

  #sendNext(sync: Sync): void {
    const request = sync.requests.shift();
    if (request === undefined) return sync.next(sync);
    this.#client.send(request, this.#answered, sync);
  }

  readonly #answered = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { verb, name } = call.request;
    const response = call.response as ApiResponse;
    const isGone = verb === 'delete' && response.code === 404;
    if (!isSuccess(response) && !isGone) return this.#finish(sync, true);
    if (verb === 'update') this.#replicaSetUpdated(sync, name, response.object as ReplicaSet);
    this.#sendNext(sync);
  };

  #replicaSetUpdated(sync: Sync, name: string, updated: ReplicaSet): void {
    const { current, old } = sync.sets;
    const before = allOf(sync.sets).find(({ metadata }) => metadata.name === name) as ReplicaSet;
    if (before === current) sync.sets = { current: updated, old };
    const from = specReplicas(before);
    const to = specReplicas(updated);
    if (from !== to) this.#recordScaling(sync.deployment, name, from, to);
  }

  #recordScaling(deployment: Deployment, replicaSet: string, from: number, to: number): void {
    const direction = to > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${replicaSet} from ${from} to ${to}`;
    this.#recorder.record(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  /** Writes a revision or condition of the Deployment and goes on with the object of before. */
  #note(
    sync: Sync,
    deployment: Deployment,
    condition: DeploymentCondition | undefined,
    next: Step,
  ): void {
    const { status } = deployment;
    if (condition === undefined) {
      sync.deployment = deployment;
    } else {
      const conditions = withCondition(status, condition);
      sync.deployment = extended(deployment, { status: extended(status ?? {}, { conditions }) });
    }
    sync.next = next;
    this.#client.send(statusUpdate(sync.deployment), this.#noted, sync);
  }

  readonly #noted = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (isSuccess(call.response as ApiResponse)) sync.next(sync);
    else this.#finish(sync, true);
  };

  readonly #updateStatus = (sync: Sync): void => {
    const { deployment, sets, keepsMixture } = sync;
    const { now } = this.#simulation;
    const counts = deploymentStatus(deployment, sets, now);
    const conditions = keepsMixture
      ? counts.conditions
      : rolloutConditions(deployment, counts, sets, now);
    const status = conditions === undefined ? counts : extended(counts, { conditions });
    if (!isSameDeploymentStatus(status, deployment.status)) {
      const body = extended(deployment, { status });
      return this.#client.send(statusUpdate(body), this.#statusUpdated, sync);
    }
    const delayUs = keepsMixture ? undefined : recheckDelayUs(deployment, status, now);
    if (delayUs === 0) this.queue.addRateLimited(keyOf(deployment));
    else if (delayUs !== undefined) this.queue.addAfter(keyOf(deployment), delayUs);
    this.#finish(sync, false);
  };

  readonly #statusUpdated = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    this.#finish(call.context as Sync, !isSuccessOrGone(response));
  };

  #finish({ worker }: Sync, failed: boolean): void {
    this.#loop.finish(worker, failed);
  }
}
