// The pods of a namespace in groups of those that share their labels, as the pods of one template
// do: what is found out about labels is found out once a group, and a selector finds its pods
// without looking at those of others.
import { LabelIndex } from '../../api/label-index.js';
import { type LabelMatcher, labelRequirements, matcherOf } from '../../api/label-selector.js';
import type { Labels } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { HasRequirements } from '../../api/selector-buckets.js';

const NO_LABELS: Labels = {};

/** A pod and when it came, counted from 0. */
interface Entry<T> {
  pod: Pod;
  readonly place: number;
  group: PodGroup<T>;
}

/** Pods with the same labels, and what is known of these labels. */
export class PodGroup<T> {
  readonly labels: Labels;
  /** As long as `asOf` says so. */
  known: T | undefined;
  /** Whatever its reader counts by. */
  asOf = -1;
  /** @internal By no order that means anything. */
  readonly entries: Set<Entry<T>> = new Set();

  constructor(labels: Labels) {
    this.labels = labels;
  }
}

/** A selector that labels satisfy when they are equal in some of their values. */
export interface EqualitySelector extends HasRequirements {
  readonly matches: LabelMatcher;
}

/** As Services have it: an empty selector selects nothing. */
export function equalitySelector(matchLabels: Readonly<Record<string, string>>): EqualitySelector {
  const requirements = labelRequirements({ matchLabels });
  return { requirements, matches: requirements.length > 0 ? matcherOf(requirements) : () => false };
}

/** The pods of one namespace; `T` is what is known of a group. */
export class LabelledPods<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #groups = new Map<Labels, PodGroup<T>>();
  readonly #index = new LabelIndex<PodGroup<T>>();
  #arrived = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** The group of the pod of that name. */
  groupOf(name: string): PodGroup<T> | undefined {
    return this.#entries.get(name)?.group;
  }

  /** A pod that is new or has changed; the group in which it is now. O(1). */
  set(pod: Pod): PodGroup<T> {
    const { name, labels = NO_LABELS } = pod.metadata;
    const entry = this.#entries.get(name);
    if (entry !== undefined && entry.group.labels === labels) {
      entry.pod = pod;
      return entry.group;
    }
    const group = this.#group(labels);
    if (entry === undefined) {
      const added = { pod, place: this.#arrived++, group };
      this.#entries.set(name, added);
      group.entries.add(added);
    } else {
      this.#leave(entry);
      entry.pod = pod;
      entry.group = group;
      group.entries.add(entry);
    }
    return group;
  }

  /** The group in which the pod was. */
  delete(name: string): PodGroup<T> | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    this.#entries.delete(name);
    this.#leave(entry);
    return entry.group;
  }

  /** The pods that a selector selects, in the order in which they came. O(n log n) in their number. */
  selected(selector: EqualitySelector): readonly Pod[] {
    const found: Entry<T>[] = [];
    for (const group of this.#index.candidates(selector)) {
      if (selector.matches(group.labels)) found.push(...group.entries);
    }
    found.sort((a, b) => a.place - b.place);
    return found.map(({ pod }) => pod);
  }

  #group(labels: Labels): PodGroup<T> {
    let group = this.#groups.get(labels);
    if (group === undefined) {
      group = new PodGroup<T>(labels);
      this.#groups.set(labels, group);
      this.#index.add(group);
    }
    return group;
  }

  #leave(entry: Entry<T>): void {
    const { group } = entry;
    group.entries.delete(entry);
    if (group.entries.size > 0) return;
    this.#groups.delete(group.labels);
    this.#index.remove(group);
  }
}
