/**
 * Validation of label selectors, node selectors and taints.
 *
 * Source: Kubernetes v1.36 apimachinery `meta/v1/validation`, `pkg/apis/core/validation`.
 */

import type { NodeSelector, NodeSelectorTerm, Toleration } from './affinity.js';
import type { FieldPath } from './field-path.js';
import {
  forbidden,
  invalidValue,
  type ProblemList,
  requiredValue,
  unsupportedValue,
} from './field-problem.js';
import type { LabelSelector } from './label-selector.js';
import {
  checkLabels,
  checkName,
  dnsSubdomainProblems,
  labelValueProblems,
  qualifiedNameProblems,
} from './name-validation.js';
import type { Taint } from './node.js';
import { checkPresent } from './value-checks.js';

/** A structured label selector. */
export function checkLabelSelector(
  selector: LabelSelector | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (selector === undefined) return;
  checkLabels(selector.matchLabels, [...path, 'matchLabels'], problems);
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    const at = [...path, 'matchExpressions', index];
    const values = expression.values ?? [];
    switch (expression.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          const detail = "must be specified when `operator` is 'In' or 'NotIn'";
          problems.push(requiredValue([...at, 'values'], detail));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
          problems.push(forbidden([...at, 'values'], detail));
        }
        break;
      default:
        problems.push(
          invalidValue([...at, 'operator'], expression.operator, 'not a valid selector operator'),
        );
    }
    checkName(expression.key ?? '', qualifiedNameProblems, [...at, 'key'], problems);
    for (const [position, value] of values.entries()) {
      checkName(value, labelValueProblems, [...at, 'values', position], problems);
    }
  }
}

function checkNodeRequirements(
  requirements: NodeSelectorTerm['matchExpressions'],
  path: FieldPath,
  problems: ProblemList,
): void {
  for (const [index, requirement] of (requirements ?? []).entries()) {
    const at = [...path, index];
    const values = requirement.values ?? [];
    const valuesPath = [...at, 'values'];
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          const detail = "must be specified when `operator` is 'In' or 'NotIn'";
          problems.push(requiredValue(valuesPath, detail));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
          problems.push(forbidden(valuesPath, detail));
        }
        break;
      case 'Gt':
      case 'Lt':
        if (values.length !== 1) {
          const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
          problems.push(requiredValue(valuesPath, detail));
        }
        break;
      default:
        problems.push(
          invalidValue([...at, 'operator'], requirement.operator, 'not a valid selector operator'),
        );
    }
    checkName(requirement.key ?? '', qualifiedNameProblems, [...at, 'key'], problems);
  }
}

/** One term of a node selector. */
export function checkNodeSelectorTerm(
  term: NodeSelectorTerm,
  path: FieldPath,
  problems: ProblemList,
): void {
  checkNodeRequirements(term.matchExpressions, [...path, 'matchExpressions'], problems);
  for (const [index, field] of (term.matchFields ?? []).entries()) {
    const at = [...path, 'matchFields', index];
    if (field.operator !== 'In' && field.operator !== 'NotIn') {
      problems.push(
        invalidValue([...at, 'operator'], field.operator, 'not a valid selector operator'),
      );
    } else if (field.values?.length !== 1) {
      const detail =
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      problems.push(requiredValue([...at, 'values'], detail));
    }
    if (field.key !== 'metadata.name') {
      problems.push(invalidValue([...at, 'key'], field.key, 'not a valid field selector key'));
    } else {
      for (const [position, value] of (field.values ?? []).entries()) {
        checkName(value, dnsSubdomainProblems, [...at, 'values', position], problems);
      }
    }
  }
}

/** A node selector: at least one term. */
export function checkNodeSelector(
  selector: NodeSelector,
  path: FieldPath,
  problems: ProblemList,
): void {
  const at = [...path, 'nodeSelectorTerms'];
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    problems.push(requiredValue(at, 'must have at least one node selector term'));
  }
  for (const [index, term] of terms.entries()) {
    checkNodeSelectorTerm(term, [...at, index], problems);
  }
}

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Tolerations of a pod. */
export function checkTolerations(
  tolerations: readonly Toleration[] | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  for (const [index, toleration] of (tolerations ?? []).entries()) {
    const at = [...path, index];
    const { key = '', operator = '' as string, value = '', effect } = toleration;
    if (key !== '') checkName(key, qualifiedNameProblems, [...at, 'key'], problems);
    else if (operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      problems.push(invalidValue([...at, 'operator'], operator, detail));
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      problems.push(invalidValue([...at, 'effect'], effect ?? '', detail));
    }
    if (operator === 'Exists' && value !== '') {
      const detail = "value must be empty when `operator` is 'Exists'";
      problems.push(invalidValue([...at, 'operator'], value, detail));
    } else if (operator === '' || operator === 'Equal') {
      checkName(value, labelValueProblems, [...at, 'operator'], problems);
    } else if (operator !== 'Exists') {
      problems.push(unsupportedValue([...at, 'operator'], operator, ['Equal', 'Exists']));
    }
    if (effect !== undefined && (effect as string) !== '' && !effects.includes(effect)) {
      problems.push(unsupportedValue([...at, 'effect'], effect, effects));
    }
  }
}

/** Taints of a node: well formed, and no two with the same key and effect. */
export function checkTaints(
  taints: readonly Taint[] | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  const seen = new Set<string>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const at = [...path, index];
    checkName(taint.key ?? '', qualifiedNameProblems, [...at, 'key'], problems);
    checkName(taint.value ?? '', labelValueProblems, [...at, 'value'], problems);
    if (
      checkPresent(taint.effect, [...at, 'effect'], problems) &&
      !effects.includes(taint.effect)
    ) {
      problems.push(unsupportedValue([...at, 'effect'], taint.effect, effects));
    }
    const identity = `${taint.key}:${taint.effect}`;
    if (seen.has(identity)) {
      const detail = 'taints must be unique by key and effect pair';
      problems.push(invalidValue(at, identity, detail));
    }
    seen.add(identity);
  }
}
