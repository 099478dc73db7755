// Keeps each Deployment's ReplicaSets as its template, replicas and strategy ask: one new ReplicaSet
// a template, scaled up as the old ones go down. Left out: pausing, rollback, proportional scaling,
// progress deadline. Source: Kubernetes v1.36 pkg/controller/deployment
// (reference: nodes-controllers 3.5).
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../api/deployment.js';
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, keyOf } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { WorkQueue } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import type { Simulation } from '../../kernel/simulation.js';
import { controllerManagerConstants as constants } from './constants.js';
import { controllerOf, controllerReference, OwnerIndex } from './owner-index.js';
import type { ControllerOptions } from './replica-set-controller.js';
import { newReplicas, oldScalings, rolloutLimits, type Scaling } from './rollout.js';
import { podTemplateHash } from './template-hash.js';

const HASH_LABEL = 'pod-template-hash';

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
  readonly #replicaSets: OwnerIndex<ReplicaSet>;
  readonly #workers: Workers;

  constructor(
    options: ControllerOptions,
    deployments: Informer<Deployment>,
    replicaSets: Informer<ReplicaSet>,
    pods: Informer<Pod>,
  ) {
    const { simulation, host, client } = options;
    const name = 'kube-controller-manager/deployment';
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'deployment-controller', client);
    this.#deployments = deployments;
    this.#replicaSets = new OwnerIndex(replicaSets);
    this.queue = new WorkQueue(simulation, name);
    this.#workers = new Workers(simulation, {
      name,
      queue: this.queue,
      count: constants.concurrentDeploymentSyncs,
      host,
      cpuUs: () => constants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
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
    // A Recreate Deployment goes on when the last pod of an old ReplicaSet is gone.
    pods.addHandler({
      deleted: (pod) => {
        const owner = controllerOf(pod);
        const replicaSet = owner && replicaSets.get(`${pod.metadata.namespace}/${owner.name}`);
        if (owner?.kind === 'ReplicaSet' && replicaSet !== undefined) enqueueOwner(replicaSet);
      },
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#workers.start();
  }

  #sync(key: string, worker: number): void {
    const deployment = this.#deployments.get(key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
      return this.#workers.finish(worker, 'done');
    }
    const sync: Sync = { worker, deployment, scalings: [], inFlight: 0, failed: false };
    const { current, old } = this.#replicaSetsOf(deployment);
    if (current === undefined) return this.#createReplicaSet(sync, old);
    const replicas = newReplicas(deployment, current, old);
    if (replicas !== (current.spec.replicas ?? 1)) {
      return this.#scale(sync, [{ replicaSet: current, replicas }]);
    }
    const scalings = oldScalings(deployment, current, old);
    if (scalings.length > 0) return this.#scale(sync, scalings);
    const surplus = this.#surplusReplicaSets(deployment, current, old);
    if (surplus.length > 0) return this.#cleanUp(sync, surplus);
    this.#updateStatus(sync);
  }

  /** The ReplicaSet of the present template, and the others, oldest first. */
  #replicaSetsOf(deployment: Deployment): {
    current: ReplicaSet | undefined;
    old: readonly ReplicaSet[];
  } {
    const hash = podTemplateHash(deployment.spec.template);
    const owned = [...this.#replicaSets.of(deployment.metadata.uid ?? '').values()];
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
        annotations: { 'deployment.kubernetes.io/revision': String(old.length + 1) },
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
    if (code !== 201 && code !== 409) sync.failed = true;
    this.#updateStatus(sync);
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
    if (--sync.inFlight === 0) this.#updateStatus(sync);
  };

  #updateStatus(sync: Sync): void {
    const deployment = this.#deployments.get(keyOf(sync.deployment)) ?? sync.deployment;
    const status = this.#statusOf(deployment);
    if (isSameStatus(status, deployment.status)) {
      return this.#workers.finish(sync.worker, sync.failed ? 'retry' : 'done');
    }
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
    const failed = sync.failed || (code >= 300 && code !== 404);
    this.#workers.finish(sync.worker, failed ? 'retry' : 'done');
  };

  #statusOf(deployment: Deployment): DeploymentStatus {
    const { current, old } = this.#replicaSetsOf(deployment);
    const all = current === undefined ? old : [...old, current];
    const total = (count: (status: NonNullable<ReplicaSet['status']>) => number): number =>
      all.reduce((sum, each) => sum + (each.status === undefined ? 0 : count(each.status)), 0);
    const availableReplicas = total((status) => status.availableReplicas ?? 0);
    const desired = deployment.spec.replicas ?? 1;
    const isAvailable = availableReplicas >= desired - rolloutLimits(deployment).unavailable;
    return {
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas: total((status) => status.replicas),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: total((status) => status.readyReplicas ?? 0),
      availableReplicas,
      unavailableReplicas: Math.max(0, desired - availableReplicas),
      conditions: [this.#availableCondition(deployment, isAvailable)],
    };
  }

  #availableCondition(deployment: Deployment, isAvailable: boolean): DeploymentCondition {
    const status = isAvailable ? 'True' : 'False';
    const before = deployment.status?.conditions?.find(({ type }) => type === 'Available');
    if (before?.status === status) return before;
    const { now } = this.#simulation;
    const reason = isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable';
    const message = `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`;
    return {
      type: 'Available',
      status,
      lastUpdateTime: now,
      lastTransitionTime: now,
      reason,
      message,
    };
  }
}

function byName(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}

function isSameStatus(a: DeploymentStatus, b: DeploymentStatus | undefined): boolean {
  return (
    b !== undefined &&
    a.observedGeneration === b.observedGeneration &&
    a.replicas === b.replicas &&
    a.updatedReplicas === b.updatedReplicas &&
    a.readyReplicas === b.readyReplicas &&
    a.availableReplicas === b.availableReplicas &&
    a.unavailableReplicas === b.unavailableReplicas &&
    a.conditions?.[0] === b.conditions?.[0]
  );
}
