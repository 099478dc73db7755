// The arguments that are made of parts of a pod: an added node affinity, and spreading constraints.
// They are checked as the same parts of a pod are, and then by the rules of their own.
// Source: kube-scheduler v1.36 apis/config/validation/validation_pluginargs.go; reference:
// scheduler 3.

import type { NodeAffinity, TopologySpreadConstraint } from '../../../api/affinity.js';
import { checkFields } from '../../../api/field-check.js';
import { type FieldPath, formatPath } from '../../../api/field-path.js';
import {
  duplicateValue,
  type FieldProblem,
  forbidden,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../../../api/field-problem.js';
import { qualifiedNameProblems } from '../../../api/name-validation.js';
import { problemCodes } from '../../../api/problem.js';
import { checkNodeSelector, checkNodeSelectorTerm } from '../../../api/selector-validation.js';
import type { ArgumentFields } from './argument-fields.js';
import type { FieldReader } from './field-reader.js';
import type { NodeAffinityArgs, PodTopologySpreadArgs } from './plugin-args.js';

/** Whether `value` is well formed at `inPod` of a pod's spec; what is wrong is told at `path`. */
function isPartOfPod(
  reader: FieldReader,
  value: unknown,
  path: FieldPath,
  inPod: readonly string[],
): boolean {
  const spec = [...inPod].reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value);
  const found = checkFields({ apiVersion: 'v1', kind: 'Pod', spec });
  for (const problem of found) {
    const moved = [...path, ...problem.path.slice(1 + inPod.length)];
    const isUnknown = problem.code === problemCodes.unknownField;
    const message = isUnknown ? `unknown field "${formatPath(moved)}"` : problem.message;
    reader.report({ ...problem, path: moved, message });
  }
  return found.length === 0;
}

/** NodeAffinityArgs. */
export function readAddedAffinity(fields: ArgumentFields): NodeAffinityArgs {
  const { reader } = fields;
  const { addedAffinity } = fields.known('addedAffinity');
  if (addedAffinity === undefined || addedAffinity === null) return { addedAffinity: undefined };
  const path = fields.at('addedAffinity');
  if (!isPartOfPod(reader, addedAffinity, path, ['affinity', 'nodeAffinity'])) {
    return { addedAffinity: undefined };
  }
  const affinity = addedAffinity as NodeAffinity;
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const at = [...path, 'requiredDuringSchedulingIgnoredDuringExecution'];
  if (required !== undefined) checkNodeSelector(required, at, reader.problems);
  for (const [index, { weight, preference }] of preferred.entries()) {
    const term = [...path, 'preferredDuringSchedulingIgnoredDuringExecution', index];
    if (weight < 1 || weight > 100) {
      reader.report(invalidValue([...term, 'weight'], weight, 'must be in the range 1-100'));
    }
    checkNodeSelectorTerm(preference ?? {}, [...term, 'preference'], reader.problems);
  }
  return { addedAffinity: affinity };
}

const actions: readonly string[] = ['DoNotSchedule', 'ScheduleAnyway'];

function constraintProblems(
  constraint: TopologySpreadConstraint,
  path: FieldPath,
): readonly FieldProblem[] {
  const { maxSkew, topologyKey, labelSelector } = constraint;
  const whenUnsatisfiable: string = constraint.whenUnsatisfiable ?? '';
  const problems: FieldProblem[] = [];
  if (!((maxSkew ?? 0) > 0)) {
    problems.push(invalidValue([...path, 'maxSkew'], maxSkew ?? 0, 'not in valid range (0, inf)'));
  }
  const keyPath = [...path, 'topologyKey'];
  if ((topologyKey ?? '') === '') problems.push(requiredValue(keyPath, 'can not be empty'));
  else {
    for (const detail of qualifiedNameProblems(topologyKey)) {
      problems.push(invalidValue(keyPath, topologyKey, detail));
    }
  }
  const actionPath = [...path, 'whenUnsatisfiable'];
  if (whenUnsatisfiable === '') {
    problems.push(requiredValue(actionPath, 'can not be empty'));
  } else if (!actions.includes(whenUnsatisfiable)) {
    problems.push(unsupportedValue(actionPath, whenUnsatisfiable, actions));
  }
  if (labelSelector !== undefined) {
    const detail = 'constraint must not define a selector, as they deduced for each pod';
    problems.push(forbidden([...path, 'labelSelector'], detail));
  }
  return problems;
}

/** PodTopologySpreadArgs; constraints without a type are a List. */
export function readPodTopologySpreadArgs(fields: ArgumentFields): PodTopologySpreadArgs {
  const { reader } = fields;
  const known = fields.known('defaultConstraints', 'defaultingType');
  const path = fields.at('defaultConstraints');
  const listed = reader.list(known['defaultConstraints'], path);
  const isSound = isPartOfPod(reader, listed, path, ['topologySpreadConstraints']);
  const defaultConstraints = isSound ? (listed as readonly TopologySpreadConstraint[]) : [];
  const seen = new Set<string>();
  for (const [index, constraint] of defaultConstraints.entries()) {
    for (const problem of constraintProblems(constraint, [...path, index])) reader.report(problem);
    const { topologyKey, whenUnsatisfiable } = constraint;
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) reader.report(duplicateValue([...path, index], pair));
    seen.add(pair);
  }
  const typePath = fields.at('defaultingType');
  const stated = reader.text(known['defaultingType'], typePath) || undefined;
  const defaultingType = stated ?? (listed.length > 0 ? 'List' : 'System');
  if (defaultingType !== 'System' && defaultingType !== 'List') {
    reader.report(unsupportedValue(typePath, defaultingType, ['System', 'List']));
    return { defaultConstraints, defaultingType: 'List' };
  }
  if (defaultingType === 'System' && listed.length > 0) {
    const detail = 'when .defaultConstraints are not empty';
    reader.report(invalidValue(typePath, defaultingType, detail));
  }
  return { defaultConstraints, defaultingType };
}
