// Objects that no controller owns, found by what a selector demands of them: what a controller may
// adopt. A selector meets only orphans that agree with it in one label.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { LabelIndex } from '../../api/label-index.js';
import type { LabelMatcher } from '../../api/label-selector.js';
import { controllerOf, type Labels } from '../../api/object-meta.js';
import type { HasRequirements } from '../../api/selector-buckets.js';
import { keyOf } from '../../client/api-request.js';
import type { InformerIndex } from '../../client/informer.js';

interface Orphan<T> {
  object: T;
  readonly labels: Labels | undefined;
  /** When it came, counted from 0. */
  readonly place: number;
}

/** A selector that is asked often. */
export interface CompiledSelector extends HasRequirements {
  readonly matches: LabelMatcher;
}

/** Orphans of one informer that are not being deleted. An update of any other object is O(1). */
export class Orphans<T extends KubernetesObject> implements InformerIndex<T> {
  readonly #orphans = new Map<string, Orphan<T>>();
  readonly #namespaces = new Map<string, LabelIndex<Orphan<T>>>();
  #arrived = 0;

  changed(object: T, isDeleted: boolean): void {
    const isOrphan = !isDeleted && isAdoptable(object);
    if (!isOrphan && this.#orphans.size === 0) return;
    const key = keyOf(object);
    const known = this.#orphans.get(key);
    if (isOrphan && known !== undefined && known.labels === object.metadata.labels) {
      known.object = object;
      return;
    }
    const index = this.#indexOf(object);
    if (known !== undefined) index.remove(known);
    this.#orphans.delete(key);
    if (!isOrphan) return;
    const place = known?.place ?? this.#arrived++;
    const orphan = { object, labels: object.metadata.labels, place };
    this.#orphans.set(key, orphan);
    index.add(orphan);
  }

  /** Those of a namespace that a selector selects, in the order in which they came. */
  selected(namespace: string, selector: CompiledSelector): readonly T[] {
    const found: Orphan<T>[] = [];
    for (const orphan of this.#namespaces.get(namespace)?.candidates(selector) ?? []) {
      if (selector.matches(orphan.labels)) found.push(orphan);
    }
    if (found.length > 1) found.sort((a, b) => a.place - b.place);
    return found.map(({ object }) => object);
  }

  #indexOf({ metadata: { namespace = '' } }: T): LabelIndex<Orphan<T>> {
    let index = this.#namespaces.get(namespace);
    if (index === undefined) {
      index = new LabelIndex<Orphan<T>>();
      this.#namespaces.set(namespace, index);
    }
    return index;
  }
}

/** Nobody controls it, and it is not on its way out. */
export function isAdoptable(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp === undefined && controllerOf(object) === undefined;
}
