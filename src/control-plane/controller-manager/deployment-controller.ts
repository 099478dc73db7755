// Keeps each Deployment's ReplicaSets as its template, replicas and strategy ask: one ReplicaSet a
// template, scaled up as the old ones go down. Left out: pausing, rollback, proportional scaling,
// progress deadline, giving up after 15 retries. Source: Kubernetes v1.36 pkg/controller/deployment
// (reference: nodes-controllers 3.5).
import type { Deployment } from '../../api/deployment.js';
import { controllerOf } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import { controllerManagerConstants as constants } from './constants.js';
import { createdCondition, deploymentStatus, isSameDeploymentStatus } from './deployment-status.js';
import { controllerReference } from './owner-index.js';
import { isPodTerminal } from './pod-state.js';
import type { Owned } from './replica-set-controller.js';
import { emptyingScalings, newReplicas, oldScalings, type Scaling } from './rollout.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';
import { podTemplateHash } from './template-hash.js';

const HASH_LABEL = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly deployment: Deployment;
  scalings: readonly Scaling[];
  inFlight: number;
  failed: boolean;
}

export class DeploymentController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #deployments: Informer<Deployment>;
  readonly #owned: Owned;
  readonly #loop: SyncLoop;

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
    const enqueueOwner = (replicaSet: ReplicaSet): void => {
      const owner = controllerOf(replicaSet);
      if (owner?.kind === 'Deployment')
        this.queue.add(`${replicaSet.metadata.namespace}/${owner.name}`);
    };
    replicaSets.addHandler({
      added: enqueueOwner,
      updated: (_, replicaSet) => enqueueOwner(replicaSet),
      deleted: enqueueOwner,
    });
    pods.addHandler({
      deleted: (pod) => {
        const owner = controllerOf(pod);
        if (owner?.kind !== 'ReplicaSet') return;
        const replicaSet = replicaSets.get(`${pod.metadata.namespace}/${owner.name}`);
        if (replicaSet !== undefined) this.#podGone(replicaSet);
      },
    });
  }

  /** A Recreate Deployment goes on when the last of its pods is gone. */
  #podGone(replicaSet: ReplicaSet): void {
    const owner = controllerOf(replicaSet);
    const key = `${replicaSet.metadata.namespace}/${owner?.name}`;
    const deployment = this.#deployments.get(key);
    if (deployment?.spec.strategy?.type !== 'Recreate') return;
    const { current, old } = this.#replicaSetsOf(deployment);
    const all = current === undefined ? old : [...old, current];
    if (!all.some((each) => this.#podsOf(each).size > 0)) this.queue.add(key);
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
      return this.#loop.finish(worker, false);
    }
    const sync: Sync = { worker, deployment, scalings: [], inFlight: 0, failed: false };
    const { current, old } = this.#replicaSetsOf(deployment);
    const isRecreate = deployment.spec.strategy?.type === 'Recreate';
    if (isRecreate && this.#isEmptying(sync, old)) return;
    if (current === undefined) return this.#createReplicaSet(sync, old);
    const replicas = newReplicas(deployment, current, old);
    if (replicas !== (current.spec.replicas ?? 1)) {
      return this.#scale(sync, [{ replicaSet: current, replicas }]);
    }
    const scalings = isRecreate ? [] : oldScalings(deployment, current, old);
    if (scalings.length > 0) return this.#scale(sync, scalings);
    const surplus = this.#surplusReplicaSets(deployment, current, old);
    if (surplus.length > 0) return this.#cleanUp(sync, surplus);
    this.#updateStatus(sync);
  }

  /** A Recreate waits until the old ReplicaSets are scaled to 0 and their last pods have ended. */
  #isEmptying(sync: Sync, old: readonly ReplicaSet[]): boolean {
    const scalings = emptyingScalings(old);
    if (scalings.length > 0) {
      this.#scale(sync, scalings);
      return true;
    }
    const isRunning = old.some((each) =>
      [...this.#podsOf(each).values()].some((pod) => !isPodTerminal(pod)),
    );
    if (isRunning) this.#updateStatus(sync);
    return isRunning;
  }

  #podsOf({ metadata }: ReplicaSet): ReadonlyMap<string, Pod> {
    return this.#owned.pods.of(metadata.uid ?? '');
  }

  /** The ReplicaSet of the present template, and the others, oldest first. */
  #replicaSetsOf(deployment: Deployment): {
    current: ReplicaSet | undefined;
    old: readonly ReplicaSet[];
  } {
    const hash = podTemplateHash(deployment.spec.template);
    const owned = [...this.#owned.replicaSets.of(deployment.metadata.uid ?? '').values()];
    owned.sort(
      (a, b) =>
        (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0) || byName(a, b),
    );
    const current = owned.find((each) => each.metadata.labels?.[HASH_LABEL] === hash);
    return { current, old: owned.filter((each) => each !== current) };
  }

  #createReplicaSet(sync: Sync, old: readonly ReplicaSet[]): void {
    const { deployment } = sync;
    const { namespace = '', name } = deployment.metadata;
    const { template, selector, minReadySeconds } = deployment.spec;
    const hash = { [HASH_LABEL]: podTemplateHash(template) };
    const labels = { ...template.metadata?.labels, ...hash };
    const body: ReplicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash[HASH_LABEL]}`,
        namespace,
        labels,
        annotations: { [REVISION]: String(nextRevision(old)) },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas: newReplicas(deployment, undefined, old),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, ...hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
        ...(minReadySeconds !== undefined && { minReadySeconds }),
      },
    };
    this.#client.send(
      { verb: 'create', resource: 'replicasets', namespace, name: body.metadata.name, body },
      this.#replicaSetCreated,
      sync,
    );
  }

  readonly #replicaSetCreated = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { code } = call.response as ApiResponse;
    const body = call.request.body as ReplicaSet;
    if (code === 201 && (body.spec.replicas ?? 0) > 0) {
      this.#recordScaling(sync.deployment, body.metadata.name, 0, body.spec.replicas ?? 0);
    }
    if (code !== 201) {
      if (code !== 409) sync.failed = true;
      return this.#updateStatus(sync);
    }
    this.#recordRevision(sync, body);
  };

  /**
   * The Deployment notes its new revision before the sync goes on with the object that it began
   * with, whose own status update is therefore refused and tried again.
   */
  #recordRevision(sync: Sync, replicaSet: ReplicaSet): void {
    const { metadata, status } = sync.deployment;
    const { namespace = '', name } = metadata;
    const revision = replicaSet.metadata.annotations?.[REVISION] ?? '';
    const created = createdCondition(
      sync.deployment,
      replicaSet.metadata.name,
      this.#simulation.now,
    );
    const others = status?.conditions?.filter(({ type }) => type !== 'Progressing') ?? [];
    const annotations = { ...metadata.annotations, [REVISION]: revision };
    const body: Deployment = {
      ...sync.deployment,
      metadata: { ...metadata, annotations },
      status: { ...status, conditions: [...others, created] },
    };
    this.#client.send(
      { verb: 'update', resource: 'deployments', subresource: 'status', namespace, name, body },
      this.#revisionRecorded,
      sync,
    );
  }

  readonly #revisionRecorded = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (isSuccess(call.response as ApiResponse)) return this.#updateStatus(sync);
    sync.failed = true;
    this.#finish(sync);
  };

  #scale(sync: Sync, scalings: readonly Scaling[]): void {
    sync.scalings = scalings;
    sync.inFlight = scalings.length;
    for (const { replicaSet, replicas } of scalings) {
      const { namespace = '', name } = replicaSet.metadata;
      const body: ReplicaSet = { ...replicaSet, spec: { ...replicaSet.spec, replicas } };
      this.#client.send(
        { verb: 'update', resource: 'replicasets', namespace, name, body },
        this.#scaled,
        sync,
      );
    }
  }

  readonly #scaled = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { name } = call.request;
    const scaling = sync.scalings.find(
      ({ replicaSet }) => replicaSet.metadata.name === name,
    ) as Scaling;
    if ((call.response as ApiResponse).code === 200) {
      this.#recordScaling(
        sync.deployment,
        name,
        scaling.replicaSet.spec.replicas ?? 1,
        scaling.replicas,
      );
    } else {
      sync.failed = true;
    }
    if (--sync.inFlight === 0) this.#updateStatus(sync);
  };

  #recordScaling(deployment: Deployment, replicaSet: string, from: number, to: number): void {
    const direction = to > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${replicaSet} from ${from} to ${to}`;
    this.#recorder.record(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  /** Old, empty ReplicaSets beyond the history limit, once the rollout is complete. */
  #surplusReplicaSets(
    deployment: Deployment,
    current: ReplicaSet,
    old: readonly ReplicaSet[],
  ): readonly ReplicaSet[] {
    const desired = deployment.spec.replicas ?? 1;
    const isComplete = current.status?.availableReplicas === desired;
    const surplus = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
    if (!isComplete || surplus <= 0) return [];
    return old
      .slice(0, surplus)
      .filter(({ spec, status }) => spec.replicas === 0 && (status?.replicas ?? 0) === 0);
  }

  #cleanUp(sync: Sync, surplus: readonly ReplicaSet[]): void {
    sync.inFlight = surplus.length;
    for (const { metadata } of surplus) {
      const { namespace = '', name } = metadata;
      this.#client.send(
        { verb: 'delete', resource: 'replicasets', namespace, name },
        this.#cleaned,
        sync,
      );
    }
  }

  readonly #cleaned = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { code } = call.response as ApiResponse;
    if (code >= 300 && code !== 404) sync.failed = true;
    if (--sync.inFlight === 0) this.#updateStatus(sync);
  };

  #updateStatus(sync: Sync): void {
    const { deployment } = sync;
    const { current, old } = this.#replicaSetsOf(deployment);
    const status = deploymentStatus(deployment, current, old, this.#simulation.now);
    if (isSameDeploymentStatus(status, deployment.status)) return this.#finish(sync);
    const { namespace = '', name } = deployment.metadata;
    const body: Deployment = { ...deployment, status };
    this.#client.send(
      { verb: 'update', resource: 'deployments', subresource: 'status', namespace, name, body },
      this.#statusUpdated,
      sync,
    );
  }

  readonly #statusUpdated = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { code } = call.response as ApiResponse;
    if (code >= 300 && code !== 404) sync.failed = true;
    this.#finish(sync);
  };

  #finish({ worker, failed }: Sync): void {
    this.#loop.finish(worker, failed);
  }
}

/** One more than the highest revision so far. */
function nextRevision(old: readonly ReplicaSet[]): number {
  return (
    1 + Math.max(0, ...old.map(({ metadata }) => Number(metadata.annotations?.[REVISION] ?? 0)))
  );
}

function byName(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
