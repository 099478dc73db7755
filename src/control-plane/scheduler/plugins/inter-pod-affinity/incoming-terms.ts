// The terms of a pod that is being scheduled. Before they are matched, the names of all namespaces
// that a term's namespaceSelector selects are added to the term's own; the selector stays and is
// then asked about a namespace without labels, so one that is content with that (NotIn,
// DoesNotExist) means pods of every namespace. kube-scheduler 1.36 does the same.
// Source: kube-scheduler v1.36 plugins/interpodaffinity/plugin.go; reference: scheduler 2.9.

import type { Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import type { PodSelector } from '../../cache/pod-class.js';
import { type AffinityTerm, namespaceOf } from '../../framework/affinity-term.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';

/** The listers that namespace selectors need. */
export type NamespaceListers = Pick<ClusterListers, 'namespace' | 'namespaces'>;

/** Pods that terms mean; undefined for none at all. */
export type MeantPods = PodSelector | undefined;

const meantByTerm = new WeakMap<AffinityTerm, PodSelector>();

function selectorOfTerm(term: AffinityTerm, namespaces: ReadonlySet<string>, key: string) {
  const { selector, namespaceSelector } = term;
  const isEverywhere = namespaceSelector.matches(undefined);
  return {
    key,
    requirements: selector.requirements ?? [],
    includesNamespace: (name: string) => isEverywhere || namespaces.has(name),
    matches: selector.matches,
    includesTerminating: true,
  };
}

/** The pods that one term means. Linear in the namespaces if the term selects some of them. */
export function podsOfTerm(term: AffinityTerm, listers: NamespaceListers): MeantPods {
  const { namespaceSelector, namespaces, podsKey, selector } = term;
  if (selector.requirements === undefined) return undefined;
  if ((namespaceSelector.requirements?.length ?? 0) > 0) {
    const selected = listers
      .namespaces()
      .filter(({ metadata }) => namespaceSelector.matches(metadata.labels))
      .map(({ metadata }) => metadata.name);
    const names = new Set([...namespaces, ...selected]);
    return selectorOfTerm(term, names, `affinity ${podsKey} ${[...names].join(',')}`);
  }
  let pods = meantByTerm.get(term);
  if (pods === undefined) {
    pods = selectorOfTerm(term, namespaces, `affinity ${podsKey}`);
    meantByTerm.set(term, pods);
  }
  return pods;
}

/** The pods that every one of the terms means. */
export function podsOfAllTerms(
  terms: readonly AffinityTerm[],
  listers: NamespaceListers,
): MeantPods {
  const selectors = terms.map((term) => podsOfTerm(term, listers));
  const [first] = selectors;
  if (selectors.length < 2) return first;
  if (selectors.includes(undefined)) return undefined;
  const all = selectors as readonly PodSelector[];
  return {
    key: all.map(({ key }) => key).join(' and '),
    requirements: all.flatMap(({ requirements }) => requirements),
    includesNamespace: (name) => all.every((each) => each.includesNamespace(name)),
    matches: (labels) => all.every((each) => each.matches(labels)),
    includesTerminating: true,
  };
}

/** Whether a pod is one of those. */
export function isMeant(pods: MeantPods, pod: Pod): boolean {
  if (pods === undefined) return false;
  return pods.includesNamespace(namespaceOf(pod)) && pods.matches(pod.metadata.labels);
}

/** The labels of the namespace that a pod is in; none if the namespace is not known. */
export function namespaceLabelsOf(pod: Pod, listers: NamespaceListers): Labels | undefined {
  return listers.namespace(namespaceOf(pod))?.metadata.labels;
}
