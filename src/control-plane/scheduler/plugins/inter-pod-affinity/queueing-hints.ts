// Which changes of pods and nodes may let a pod in that affinity or anti-affinity has kept out.
// Source: kube-scheduler v1.36 plugins/interpodaffinity/plugin.go; reference: scheduler 2.13.

import type { Node } from '../../../../api/node.js';
import type { Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import {
  type AffinityTerm,
  affinityTermsOf,
  namespaceOf,
  termMatches,
} from '../../framework/affinity-term.js';
import type { QueueingHint } from '../../framework/plugin.js';

/** Whether there are terms and all of them mean the pod. Namespace labels are not looked up. */
function allMean(terms: readonly AffinityTerm[], pod: Pod | undefined): boolean {
  if (pod === undefined || terms.length === 0) return false;
  const { labels } = pod.metadata;
  return terms.every((term) => termMatches(term, namespaceOf(pod), undefined, labels));
}

/** A pod was added, changed or deleted; only pods on nodes matter, and the labels of its own. */
export function hintForPodChange(
  pod: Pod,
  before: Pod | undefined,
  after: Pod | undefined,
): QueueingHint {
  if (before !== undefined && after?.metadata.uid === pod.metadata.uid) return 'Queue';
  for (const changed of [before, after]) {
    if (changed !== undefined && (changed.spec.nodeName ?? '') === '') return 'QueueSkip';
  }
  const { requiredAffinity, requiredAntiAffinity } = affinityTermsOf(pod);
  const isWanted = allMean(requiredAffinity, after) && !allMean(requiredAffinity, before);
  if (isWanted) return 'Queue';
  const isOutOfTheWay =
    allMean(requiredAntiAffinity, before) && !allMean(requiredAntiAffinity, after);
  if (isOutOfTheWay) return 'Queue';
  if (after !== undefined || before === undefined) return 'QueueSkip';
  return allMean(affinityTermsOf(before).requiredAntiAffinity, pod) ? 'Queue' : 'QueueSkip';
}

/** A node was added or changed. */
export function hintForNodeChange(
  pod: Pod,
  before: Node | undefined,
  after: Node | undefined,
): QueueingHint {
  const { requiredAffinity, requiredAntiAffinity } = affinityTermsOf(pod);
  const was = before?.metadata.labels;
  const is = after?.metadata.labels;
  const gains = requiredAffinity.some(({ topologyKey }) => {
    const value = labelValue(is, topologyKey);
    return value !== undefined && value !== labelValue(was, topologyKey);
  });
  if (gains) return 'Queue';
  if (before === undefined) return requiredAntiAffinity.length > 0 ? 'Queue' : 'QueueSkip';
  const leaves = requiredAntiAffinity.some(({ topologyKey }) => {
    const value = labelValue(was, topologyKey);
    return value !== undefined && value !== labelValue(is, topologyKey);
  });
  return leaves ? 'Queue' : 'QueueSkip';
}

function labelValue(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
