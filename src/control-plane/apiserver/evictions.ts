// The eviction of a pod: a PodDisruptionBudget that selects it is charged with it first, in a write
// of its status, then the pod is marked as disrupted in one of its own, then deleted. A budget that
// allows no more refuses with 429.
// Left out: the limit of 2,000 pods that a budget remembers.
// Source: Kubernetes v1.36 pkg/registry/core/pod/storage/eviction.go.
import { withDisruptionTarget } from '../../api/disruption-target.js';
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { compileLabelSelector } from '../../api/label-selector.js';
import type { Pod } from '../../api/pod.js';
import type { PodDisruptionBudget } from '../../api/pod-disruption-budget.js';
import { type ApiResponse, keyOf } from '../../client/api-request.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import { notFound, status, storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import type { StorageContext } from './storage-context.js';

export class Evictions {
  readonly #context: StorageContext;
  readonly #delete: (id: number, pod: KubernetesObject) => void;
  readonly #charged: EventKind;
  readonly #marked: EventKind;
  /** Pods whose budget is being written, or that are. */
  readonly #pods = new Map<number, Pod>();

  /** `remove` deletes the pod of a request that may go. */
  constructor(context: StorageContext, remove: (id: number, pod: KubernetesObject) => void) {
    const { simulation, name, etcd, requests } = context;
    this.#context = context;
    this.#delete = remove;
    this.#charged = simulation.defineEvent(`${name}.BudgetCharged`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterCharge(id, result);
      else this.forget(id);
    });
    this.#marked = simulation.defineEvent(`${name}.DisruptionMarked`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterMark(id, result);
    });
  }

  /** Asks for leave, as far as the pod needs one, and goes on. */
  begin(id: number, object: KubernetesObject): void {
    const pod = object as Pod;
    if (needsNoLeave(pod)) return this.#mark(id, pod);
    const budgets = this.#budgetsOf(pod);
    const [budget] = budgets;
    if (budgets.length > 1) {
      const message =
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
      return this.#context.reply(id, status(500, 'InternalError', message));
    }
    if (budget === undefined || isUnhealthyAndFree(pod, budget)) return this.#mark(id, pod);
    this.#pods.set(id, pod);
    this.#charge(id, pod, budget);
  }

  forget(id: number): void {
    this.#pods.delete(id);
  }

  #budgetsOf({ metadata }: Pod): readonly PodDisruptionBudget[] {
    const { objects } = this.#context.cacheOf('poddisruptionbudgets');
    const { namespace = '', labels = {} } = metadata;
    const all = objects.list({ namespace, field: undefined }) as readonly PodDisruptionBudget[];
    return all.filter(({ spec }) => compileLabelSelector(spec.selector)(labels));
  }

  #charge(id: number, pod: Pod, budget: PodDisruptionBudget): void {
    const refusal = refusalOf(budget);
    if (refusal !== undefined) {
      this.#pods.delete(id);
      return this.#context.reply(id, refusal);
    }
    const { etcd, simulation, latencies } = this.#context;
    const { resourceVersion = 0 } = budget.metadata;
    const { disruptionsAllowed = 0, disruptedPods = {} } = budget.status ?? {};
    const value: PodDisruptionBudget = {
      ...budget,
      metadata: { ...budget.metadata },
      status: {
        ...budget.status,
        disruptionsAllowed: disruptionsAllowed - 1,
        disruptedPods: { ...disruptedPods, [pod.metadata.name]: simulation.now },
      },
    };
    const key = `poddisruptionbudgets/${keyOf(budget)}`;
    const bytes = encodedBytes(value);
    latencies.asked(id);
    etcd.propose({ key, expectedRevision: resourceVersion, value, bytes }, this.#charged, id);
  }

  /** Who else has charged the budget meanwhile has left less of it. */
  #afterCharge(id: number, { succeeded, current, error }: EtcdResult): void {
    const pod = this.#pods.get(id) as Pod;
    this.#context.latencies.answered(id, 'poddisruptionbudgets', 'update');
    if (error === undefined && !succeeded && current !== undefined) {
      return this.#charge(id, pod, current as PodDisruptionBudget);
    }
    this.#pods.delete(id);
    if (error !== undefined) return this.#context.reply(id, storageFailure(error));
    this.#mark(id, pod);
  }

  /** Says of the pod that it goes for no fault of its own. */
  #mark(id: number, pod: Pod): void {
    const { etcd, simulation, latencies, requests } = this.#context;
    const reason = 'EvictionByEvictionAPI';
    const marked = withDisruptionTarget(pod, reason, 'Eviction API: evicting', simulation.now);
    const value: Pod = { ...marked, metadata: { ...pod.metadata } };
    const { resourceVersion = 0 } = pod.metadata;
    const bytes = encodedBytes(value);
    latencies.asked(id);
    const key = requests.key(id);
    etcd.propose({ key, expectedRevision: resourceVersion, value, bytes }, this.#marked, id);
  }

  /** Who has written the pod meanwhile has not marked it. */
  #afterMark(id: number, { succeeded, current, error }: EtcdResult): void {
    const { latencies, reply, requests } = this.#context;
    const { resource, name } = requests.call(id).request;
    latencies.answered(id, resource, 'update');
    if (error !== undefined) return reply(id, storageFailure(error));
    if (current === undefined) return reply(id, notFound(resource, name));
    if (succeeded) this.#delete(id, current);
    else this.#mark(id, current as Pod);
  }
}

/** It does not serve anybody: no budget counts on it. */
function needsNoLeave({ metadata, status: podStatus }: Pod): boolean {
  const phase = podStatus?.phase ?? 'Pending';
  return metadata.deletionTimestamp !== undefined || phase !== 'Running';
}

/** A pod that is not ready may go by its budget's policy, or when the others are enough. */
function isUnhealthyAndFree(
  pod: Pod,
  { spec, status: budgetStatus }: PodDisruptionBudget,
): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budgetStatus ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function refusalOf({
  metadata,
  status: budgetStatus,
}: PodDisruptionBudget): ApiResponse | undefined {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const refusal = status(429, 'TooManyRequests', message);
  const { observedGeneration = 0, disruptionsAllowed = 0 } = budgetStatus ?? {};
  if (observedGeneration < (metadata.generation ?? 1)) {
    const retryAfterSeconds = apiserverConstants.budgetRetryAfterSeconds;
    return { ...refusal, retryAfterSeconds };
  }
  return disruptionsAllowed > 0 ? undefined : refusal;
}
