// PodDisruptionBudgets are respected: a budget never allows less than nothing, every disruption is
// charged to it one by one while it allows some, and a healthy pod that it selects is evicted only
// when it has been charged with it.
// Source: Kubernetes v1.36 pkg/registry/core/pod/storage/eviction.go.
import { sortedKeys } from '../api/field-check.js';
import { compileLabelSelector } from '../api/label-selector.js';
import type { Pod } from '../api/pod.js';
import type { PodDisruptionBudget } from '../api/pod-disruption-budget.js';
import type { ApiCall } from '../client/api-call.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { isPodReady } from '../control-plane/controller-manager/pod-state.js';
import { Checker } from './checker.js';

interface Budget {
  readonly selects: (labels: Readonly<Record<string, string>>) => boolean;
  readonly budget: PodDisruptionBudget;
  /** Names of pods that it has been charged with, also those that it need not remember any more. */
  readonly charged: Set<string>;
}

export class DisruptionBudgets extends Checker {
  /** By namespace, then by name. */
  readonly #budgets = new Map<string, Map<string, Budget>>();
  /** Pods that were asked to go, as they were before, where there are budgets. */
  readonly #leaving = new Map<string, Pod>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Pod', 'PodDisruptionBudget']);

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind === 'PodDisruptionBudget') {
      this.#budgetCommitted(type, object, previous as PodDisruptionBudget | undefined);
    } else if (object.kind === 'Pod' && this.#budgets.has(object.metadata.namespace ?? '')) {
      this.#podCommitted(type, object, previous as Pod | undefined);
    }
  }

  override requestServed({ request }: ApiCall, code: number): void {
    if (request.subresource !== 'eviction' || code >= 300) return;
    const { namespace, name } = request;
    const pod = this.#leaving.get(`${namespace}/${name}`);
    if (pod === undefined || !isPodReady(pod) || pod.status?.phase !== 'Running') return;
    const { labels = {} } = pod.metadata;
    for (const { selects, budget, charged } of this.#budgets.get(namespace)?.values() ?? []) {
      const isFree = charged.has(name) || !selects(labels);
      const { name: own } = budget.metadata;
      this.expect(
        isFree,
        () => `${namespace}/${name} is evicted, and ${own} is not charged with it`,
      );
    }
  }

  #budgetCommitted(
    type: WatchEvent['type'],
    budget: PodDisruptionBudget,
    previous: PodDisruptionBudget | undefined,
  ): void {
    const { namespace = '', name } = budget.metadata;
    let ofNamespace = this.#budgets.get(namespace);
    if (ofNamespace === undefined) {
      ofNamespace = new Map();
      this.#budgets.set(namespace, ofNamespace);
    }
    if (type === 'DELETED') {
      ofNamespace.delete(name);
      return;
    }
    const known = ofNamespace.get(name);
    const charged = known?.charged ?? new Set<string>();
    const selects =
      known !== undefined && known.budget.spec === budget.spec
        ? known.selects
        : compileLabelSelector(budget.spec.selector);
    ofNamespace.set(name, { selects, budget, charged });
    this.#checkCharge(budget, previous, charged);
  }

  #checkCharge(
    budget: PodDisruptionBudget,
    previous: PodDisruptionBudget | undefined,
    charged: Set<string>,
  ): void {
    const key = keyOf(budget);
    const { disruptionsAllowed = 0, disruptedPods } = budget.status ?? {};
    const { disruptionsAllowed: before = 0, disruptedPods: known } = previous?.status ?? {};
    this.expect(disruptionsAllowed >= 0, () => `${key} allows ${disruptionsAllowed} disruptions`);
    if (disruptedPods === undefined || disruptedPods === known) return;
    const added = sortedKeys(disruptedPods).filter((pod) => known?.[pod] === undefined);
    for (const pod of added) charged.add(pod);
    if (added.length === 0) return;
    const isPaid = before > 0 && added.length === 1 && disruptionsAllowed === before - 1;
    this.expect(isPaid, () => `${key} is charged with ${added.length} while it allows ${before}`);
  }

  #podCommitted(type: WatchEvent['type'], pod: Pod, previous: Pod | undefined): void {
    const key = keyOf(pod);
    if (type === 'DELETED') {
      const { namespace = '', name } = pod.metadata;
      this.#leaving.delete(key);
      for (const { charged } of this.#budgets.get(namespace)?.values() ?? []) charged.delete(name);
      return;
    }
    const isAsked = pod.metadata.deletionTimestamp !== undefined;
    const wasAsked = previous?.metadata.deletionTimestamp !== undefined;
    if (isAsked && !wasAsked && previous !== undefined) this.#leaving.set(key, previous);
  }
}
