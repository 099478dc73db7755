/**
 * Which nodes a pod accepts by its node selector and its required node affinity. The scheduler and
 * the DaemonSet controller ask the same question, so the answer lives with the objects.
 *
 * Source: Kubernetes v1.36 component-helpers `scheduling/corev1/nodeaffinity`; reference
 * scheduler.md §2.6.
 */

import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './affinity.js';
import { type LabelRequirement, matcherOf, requirementHolds } from './label-selector.js';
import { labelValueProblems, qualifiedNameProblems } from './name-validation.js';
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

const integerPattern = /^[+-]?[0-9]+$/;

function invalid(path: string, value: unknown, details: readonly string[]): string[] {
  if (details.length === 0) return [];
  return [`${path}: Invalid value: ${JSON.stringify(value)}: ${details.join('; ')}`];
}

function expressionProblems(expression: NodeSelectorRequirement, path: string): string[] {
  const { key, operator, values = [] } = expression;
  const problems = invalid(`${path}.key`, key, qualifiedNameProblems(key));
  const isSet = operator === 'In' || operator === 'NotIn';
  const isNumeric = operator === 'Gt' || operator === 'Lt';
  let rule = '';
  if (isSet && values.length === 0) {
    rule = "for 'in', 'notin' operators, values set can't be empty";
  } else if (isNumeric && values.length !== 1) {
    rule = "for 'Gt', 'Lt' operators, exactly one value is required";
  } else if (!isSet && !isNumeric && values.length > 0) {
    rule = 'values set must be empty for exists and does not exist';
  }
  if (rule !== '') problems.push(...invalid(`${path}.values`, values, [rule]));
  if (isNumeric && values.length === 1 && !integerPattern.test(values[0] ?? '')) {
    const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
    problems.push(...invalid(`${path}.values[0]`, values[0], [detail]));
  }
  for (const [index, value] of values.entries()) {
    problems.push(...invalid(`${path}.values[${index}][${key}]`, value, labelValueProblems(value)));
  }
  return problems;
}

function fieldProblems({ operator, values = [] }: NodeSelectorRequirement, path: string): string[] {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 1) return [];
    return invalid(`${path}.values`, values.length, ['must have one element']);
  }
  const supported = 'supported values: "In", "NotIn"';
  return [`${path}.operator: Unsupported value: ${JSON.stringify(operator)}: ${supported}`];
}

/**
 * Why the scheduler cannot make a matcher of a term, in its words; none when it can. The API server
 * lets operands pass that are no label values, such as `-4`. `path` is the place of the term.
 */
export function nodeSelectorTermProblems(term: NodeSelectorTerm, path: string): string[] {
  const { matchExpressions = [], matchFields = [] } = term;
  return [
    ...matchExpressions.flatMap((each, index) =>
      expressionProblems(each, `${path}.matchExpressions[${index}]`),
    ),
    ...matchFields.flatMap((each, index) => fieldProblems(each, `${path}.matchFields[${index}]`)),
  ];
}

const matchesNoNode: NodeMatcher = () => false;

/**
 * The matcher of one term: all its requirements hold; a term without any matches no node, and
 * neither does one with a problem.
 */
export function compileNodeSelectorTerm(term: NodeSelectorTerm): NodeMatcher {
  const expressions = (term.matchExpressions ?? []).map(toRequirement);
  const fields = (term.matchFields ?? []).map(toRequirement);
  if (expressions.length === 0 && fields.length === 0) return matchesNoNode;
  if (nodeSelectorTermProblems(term, '').length > 0) return matchesNoNode;
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
