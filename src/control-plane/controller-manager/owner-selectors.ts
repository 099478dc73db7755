// What owners select, by namespace: which of them may adopt an object that nobody controls.
// Source: Kubernetes v1.36 pkg/controller/replicaset getPodReplicaSets, pkg/controller/deployment
// getDeploymentsForReplicaSet.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type LabelSelector, labelRequirements, matcherOf } from '../../api/label-selector.js';
import { SelectorBuckets } from '../../api/selector-buckets.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import { type CompiledSelector, isAdoptable } from './orphans.js';

interface OwnerSelector extends CompiledSelector {
  readonly key: string;
  readonly stated: LabelSelector;
}

/** The selectors of an informer's objects, kept up to date as its index. */
export class OwnerSelectors<T extends KubernetesObject> {
  readonly #selectorOf: (owner: T) => LabelSelector;
  readonly #byKey = new Map<string, OwnerSelector>();
  readonly #namespaces = new Map<string, SelectorBuckets<OwnerSelector>>();

  /** What `selectorOf` gives is compared by identity. */
  constructor(owners: Informer<T>, selectorOf: (owner: T) => LabelSelector) {
    this.#selectorOf = selectorOf;
    owners.addIndex(this);
  }

  changed(owner: T, isDeleted: boolean): void {
    const key = keyOf(owner);
    const known = this.#byKey.get(key);
    const stated = this.#selectorOf(owner);
    if (!isDeleted && known !== undefined && known.stated === stated) return;
    const buckets = this.#bucketsOf(owner);
    if (known !== undefined) buckets.remove(known);
    this.#byKey.delete(key);
    if (isDeleted) return;
    const requirements = labelRequirements(stated);
    // An empty selector selects nothing here: the API server refuses it, but for old objects.
    const matches = requirements.length > 0 ? matcherOf(requirements) : () => false;
    const added = { key, stated, requirements, matches };
    this.#byKey.set(key, added);
    buckets.add(added);
  }

  /** Of an owner that the informer has. */
  of(key: string): CompiledSelector | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Keys of the owners that may adopt the object: none where it has a controller, or where nothing
   * that counts has changed since `previous`.
   */
  adopters(object: KubernetesObject, previous: KubernetesObject | undefined): readonly string[] {
    if (!isAdoptable(object)) return [];
    const { namespace = '', labels, ownerReferences } = object.metadata;
    const before = previous?.metadata;
    const isSame = before?.labels === labels && before?.ownerReferences === ownerReferences;
    if (previous !== undefined && isSame) return [];
    const candidates = this.#namespaces.get(namespace)?.candidates(labels) ?? [];
    return candidates.filter(({ matches }) => matches(labels)).map(({ key }) => key);
  }

  #bucketsOf({ metadata: { namespace = '' } }: T): SelectorBuckets<OwnerSelector> {
    let buckets = this.#namespaces.get(namespace);
    if (buckets === undefined) {
      buckets = new SelectorBuckets<OwnerSelector>();
      this.#namespaces.set(namespace, buckets);
    }
    return buckets;
  }
}
