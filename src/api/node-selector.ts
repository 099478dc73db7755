/**
 * Which nodes a pod accepts by its node selector and its required node affinity. The scheduler and
 * the DaemonSet controller ask the same question, so the answer lives with the objects.
 *
 * Source: Kubernetes v1.36 component-helpers `scheduling/corev1/nodeaffinity`; reference
 * scheduler.md §2.6.
 */

import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './affinity.js';
import { type LabelRequirement, matcherOf, requirementHolds } from './label-selector.js';
import type { Node } from './node.js';
import type { Labels } from './object-meta.js';
import type { PodSpec } from './pod.js';

/** Whether a node is accepted. */
export type NodeMatcher = (node: Node) => boolean;

const noLabels: Labels = {};

function toRequirement(requirement: NodeSelectorRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  return { key, operator, values: values ?? [] };
}

/** The matcher of one term: all its requirements hold; a term without any matches no node. */
export function compileNodeSelectorTerm(term: NodeSelectorTerm): NodeMatcher {
  const expressions = (term.matchExpressions ?? []).map(toRequirement);
  const fields = (term.matchFields ?? []).map(toRequirement);
  if (expressions.length === 0 && fields.length === 0) return () => false;
  const labelsMatch = matcherOf(expressions);
  return (node) =>
    labelsMatch(node.metadata.labels) &&
    fields.every((field) => requirementHolds(field, { 'metadata.name': node.metadata.name }));
}

/** The matcher of a node selector: some term matches. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  const terms = selector.nodeSelectorTerms.map(compileNodeSelectorTerm);
  return (node) => terms.some((matches) => matches(node));
}

const compiled = new WeakMap<PodSpec, NodeMatcher>();

function compileRequired(spec: PodSpec): NodeMatcher {
  const wanted = spec.nodeSelector ?? {};
  const keys = Object.keys(wanted).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const affinityMatches = required === undefined ? undefined : compileNodeSelector(required);
  return (node) => {
    const labels = node.metadata.labels ?? noLabels;
    for (const key of keys) {
      if (!Object.hasOwn(labels, key) || labels[key] !== wanted[key]) return false;
    }
    return affinityMatches === undefined || affinityMatches(node);
  };
}

/**
 * The matcher for a pod's `nodeSelector` and required node affinity together. Memoised on the spec.
 */
export function requiredNodeMatcher(spec: PodSpec): NodeMatcher {
  let matcher = compiled.get(spec);
  if (matcher === undefined) {
    matcher = compileRequired(spec);
    compiled.set(spec, matcher);
  }
  return matcher;
}
