// Terms of pod affinity and pod anti-affinity, ready to be matched. Terms of equal content have
// equal keys, whichever pods they come from. matchLabelKeys and mismatchLabelKeys are part of the
// label selector already, as the API server merges them at admission.
// Source: kube-scheduler v1.36 kube-scheduler/framework AffinityTerm; reference: scheduler 2.9.

import type { Affinity, PodAffinityTerm, WeightedPodAffinityTerm } from '../../../api/affinity.js';
import {
  type LabelMatcher,
  type LabelRequirement,
  type LabelSelector,
  labelRequirements,
  matcherOf,
} from '../../../api/label-selector.js';
import type { Labels } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';

/** A selector of labels; `requirements` undefined matches nothing, none at all everything. */
export interface Selector {
  readonly requirements: readonly LabelRequirement[] | undefined;
  readonly matches: LabelMatcher;
}

/** One term as its pod's own namespace makes it. */
export interface AffinityTerm {
  /** Equal for terms of equal content. */
  readonly key: string;
  /** Equal for terms that mean the same pods, whatever their topology key. */
  readonly podsKey: string;
  /** Names that the term lists, or the namespace of its pod if it says nothing of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
  readonly selector: Selector;
  readonly topologyKey: string;
}

export interface WeightedAffinityTerm {
  readonly term: AffinityTerm;
  /** 1..100. */
  readonly weight: number;
}

/** All terms of a pod. */
export interface PodAffinityTerms {
  /** Equal for pods whose terms are equal; '' for a pod without any. */
  readonly key: string;
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

/** The selector of an API field: absent selects nothing, empty everything. */
export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (selector === undefined) return { requirements: undefined, matches: () => false };
  const requirements = labelRequirements(selector);
  return { requirements, matches: matcherOf(requirements) };
}

/** A text that two lists of requirements share only if they are equal. */
export function requirementsKey(requirements: readonly LabelRequirement[] | undefined): string {
  if (requirements === undefined) return '-';
  return JSON.stringify(requirements.map(({ key, operator, values }) => [key, operator, values]));
}

function affinityTerm(
  { labelSelector, namespaces = [], namespaceSelector, topologyKey }: PodAffinityTerm,
  ownNamespace: string,
): AffinityTerm {
  const isSilent = namespaces.length === 0 && namespaceSelector === undefined;
  const names = isSilent ? [ownNamespace] : [...namespaces].sort(byText);
  const selector = selectorOf(labelSelector);
  const selected = selectorOf(namespaceSelector);
  const podsKey = JSON.stringify([
    names,
    requirementsKey(selected.requirements),
    requirementsKey(selector.requirements),
  ]);
  return {
    key: `${topologyKey} ${podsKey}`,
    podsKey,
    namespaces: new Set(names),
    namespaceSelector: selected,
    selector,
    topologyKey,
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const noTerms: PodAffinityTerms = {
  key: '',
  requiredAffinity: [],
  requiredAntiAffinity: [],
  preferredAffinity: [],
  preferredAntiAffinity: [],
};

interface KnownTerms {
  readonly namespace: string;
  readonly terms: PodAffinityTerms;
}

// Pods of one template share their affinity, and all of them are in one namespace.
const knownTerms = new WeakMap<Affinity, KnownTerms>();

/** The namespace of a pod. */
export function namespaceOf({ metadata }: Pod): string {
  return metadata.namespace ?? 'default';
}

/** The terms of a pod. Memoised on its affinity. */
export function affinityTermsOf(pod: Pod): PodAffinityTerms {
  const { affinity } = pod.spec;
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) {
    return noTerms;
  }
  const namespace = namespaceOf(pod);
  const known = knownTerms.get(affinity);
  if (known?.namespace === namespace) return known.terms;
  const terms = parseTerms(affinity, namespace);
  knownTerms.set(affinity, { namespace, terms });
  return terms;
}

function parseTerms({ podAffinity, podAntiAffinity }: Affinity, own: string): PodAffinityTerms {
  const hard = (terms: readonly PodAffinityTerm[] = []) =>
    terms.map((term) => affinityTerm(term, own));
  const soft = (terms: readonly WeightedPodAffinityTerm[] = []) =>
    terms.map(({ weight, podAffinityTerm }) => ({
      weight,
      term: affinityTerm(podAffinityTerm, own),
    }));
  const requiredAffinity = hard(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
  const requiredAntiAffinity = hard(
    podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
  );
  const preferredAffinity = soft(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution);
  const preferredAntiAffinity = soft(
    podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
  );
  const weighted = (terms: readonly WeightedAffinityTerm[]) =>
    terms.map(({ weight, term }) => [weight, term.key]);
  const key = JSON.stringify([
    requiredAffinity.map((term) => term.key),
    requiredAntiAffinity.map((term) => term.key),
    weighted(preferredAffinity),
    weighted(preferredAntiAffinity),
  ]);
  return { key, requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity };
}

/** Whether a term means a pod; `namespaceLabels` are those of the pod's namespace. */
export function termMatches(
  { namespaces, namespaceSelector, selector }: AffinityTerm,
  namespace: string,
  namespaceLabels: Labels | undefined,
  labels: Labels | undefined,
): boolean {
  const isThere = namespaces.has(namespace) || namespaceSelector.matches(namespaceLabels);
  return isThere && selector.matches(labels);
}
