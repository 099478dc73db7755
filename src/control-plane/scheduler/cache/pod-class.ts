// Pods that no selector and no affinity term can tell apart: the same namespace, the same labels,
// the same affinity terms, deleted or not. The pods of a Deployment are one class; what is found
// out for a class holds for all its pods, wherever they are.

import type { LabelRequirement } from '../../../api/label-selector.js';
import type { Labels } from '../../../api/object-meta.js';
import type { PodSpec } from '../../../api/pod.js';
import {
  type AffinityTerm,
  affinityTermsOf,
  namespaceOf,
  type PodAffinityTerms,
} from '../framework/affinity-term.js';
import type { PodInfo } from '../framework/pod-info.js';
import { CountTable } from './count-table.js';
import { PlacementCounter } from './placement-counter.js';

/** What a count is taken of. Selectors of equal content have equal keys. */
export interface PodSelector {
  readonly key: string;
  readonly requirements: readonly LabelRequirement[];
  /** Whether pods of a namespace count. */
  includesNamespace(namespace: string): boolean;
  /** Whether a pod with these labels counts. */
  matches(labels: Labels | undefined): boolean;
  /** Whether pods with a deletionTimestamp count. */
  readonly includesTerminating: boolean;
}

/** Pods that a selector matches. */
export class SelectedPods extends PlacementCounter {
  readonly selector: PodSelector;

  constructor(selector: PodSelector) {
    super();
    this.selector = selector;
  }

  get requirements(): readonly LabelRequirement[] {
    return this.selector.requirements;
  }

  /** Whether the pods of a class count. */
  includes({ namespace, labels, isTerminating }: PodClass): boolean {
    const { selector } = this;
    return (
      (selector.includesTerminating || !isTerminating) &&
      selector.includesNamespace(namespace) &&
      selector.matches(labels)
    );
  }
}

/** The lists of terms that a pod has. */
export type TermRole = Exclude<keyof PodAffinityTerms, 'key'>;

/** Pods that have a term, each as often as it has it. */
export class TermHolders extends PlacementCounter {
  readonly term: AffinityTerm;
  readonly role: TermRole;
  /** Of a preferred term; 1 otherwise. */
  readonly weight: number;
  /** Classes that have the term. */
  classCount = 0;

  constructor(term: AffinityTerm, role: TermRole, weight: number) {
    super();
    this.term = term;
    this.role = role;
    this.weight = weight;
  }

  get requirements(): readonly LabelRequirement[] {
    return this.term.selector.requirements ?? [];
  }
}

/** One class and where its pods are. */
export class PodClass {
  readonly key: string;
  readonly namespace: string;
  readonly labels: Labels | undefined;
  readonly isTerminating: boolean;
  readonly terms: PodAffinityTerms;
  /** Pods by row. */
  readonly rows: CountTable = new CountTable();
  /** What the pods of the class count for. */
  readonly selections: SelectedPods[] = [];
  readonly holders: TermHolders[] = [];
  readonly #affinity: PodSpec['affinity'];

  constructor(key: string, { pod }: PodInfo) {
    this.key = key;
    this.namespace = namespaceOf(pod);
    this.labels = pod.metadata.labels;
    this.isTerminating = pod.metadata.deletionTimestamp !== undefined;
    this.terms = affinityTermsOf(pod);
    this.#affinity = pod.spec.affinity;
  }

  /** True only for a pod of this class; false where that takes a closer look. */
  includes({ pod }: PodInfo): boolean {
    const { labels, deletionTimestamp } = pod.metadata;
    return (
      labels === this.labels &&
      pod.spec.affinity === this.#affinity &&
      (deletionTimestamp !== undefined) === this.isTerminating &&
      namespaceOf(pod) === this.namespace
    );
  }

  /** Counts `delta` more pods on a row. Linear in what the class counts for. */
  add(row: number, delta: number): void {
    this.rows.add(row, delta);
    for (const selection of this.selections) selection.add(row, delta);
    for (const each of this.holders) each.add(row, delta);
  }
}

const labelKeys = new WeakMap<Labels, string>();

/** A text that labels share only if they are equal. Memoised on the object. */
export function labelsKey(labels: Labels | undefined): string {
  if (labels === undefined) return '[]';
  let key = labelKeys.get(labels);
  if (key === undefined) {
    const names = Object.keys(labels).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    key = JSON.stringify(names.flatMap((name) => [name, labels[name]]));
    labelKeys.set(labels, key);
  }
  return key;
}

/** The key of a pod's class. */
export function classKeyOf({ pod }: PodInfo): string {
  const state = pod.metadata.deletionTimestamp === undefined ? '+' : '-';
  return `${namespaceOf(pod)}${state}${labelsKey(pod.metadata.labels)}${affinityTermsOf(pod).key}`;
}
