/**
 * Checks of single values that many kinds share: numbers, enumerations, quantities, resources.
 *
 * Source: Kubernetes v1.36 apimachinery `api/validation`, `pkg/apis/core/validation`.
 */

import type { ResourceRequirements } from './container.js';
import { sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import {
  invalidValue,
  type ProblemList,
  requiredValue,
  unsupportedValue,
} from './field-problem.js';
import { type IntOrString, parsePercent } from './int-or-string.js';
import { checkName, qualifiedNameProblems } from './name-validation.js';
import {
  compareQuantities,
  parseQuantity,
  quantityProblem,
  type ResourceList,
} from './quantity.js';
import { checkResourceNames } from './resource-names.js';

/** The value must be at least 0 when it is there. */
export function checkNonNegative(
  value: number | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (value !== undefined && value < 0) {
    problems.push(invalidValue(path, value, 'must be greater than or equal to 0'));
  }
}

/** The value must be at least 1 when it is there. */
export function checkPositive(
  value: number | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (value !== undefined && value < 1) {
    problems.push(invalidValue(path, value, 'must be greater than 0'));
  }
}

/** The value must be one of a few words when it is there. */
export function checkOneOf(
  value: string | undefined,
  supported: readonly string[],
  path: FieldPath,
  problems: ProblemList,
): void {
  if (value !== undefined && !supported.includes(value)) {
    problems.push(unsupportedValue(path, value, supported));
  }
}

/** The value must be there, and text must not be empty. */
export function checkPresent(
  value: string | number | object | undefined,
  path: FieldPath,
  problems: ProblemList,
): boolean {
  if (value !== undefined && value !== '') return true;
  problems.push(requiredValue(path));
  return false;
}

/** A port number, 1 to 65535. */
export function checkPort(value: number | undefined, path: FieldPath, problems: ProblemList): void {
  if (value !== undefined && (value < 1 || value > 65_535)) {
    problems.push(invalidValue(path, value, 'must be between 1 and 65535, inclusive'));
  }
}

/** A port number, or the name of a port: at most 15 of a-z, 0-9 and inner hyphens. */
export function checkPortReference(
  value: IntOrString | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (typeof value === 'number') checkPort(value, path, problems);
  else if (value !== undefined) checkPortName(value, path, problems);
}

/** The name of a port. */
export function checkPortName(value: string, path: FieldPath, problems: ProblemList): void {
  const explain = (detail: string): void => {
    problems.push(invalidValue(path, value, detail));
  };
  if (value.length > 15) explain('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value)) {
    explain('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) explain('must contain at least one letter (a-z)');
  if (value.includes('--')) explain('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) explain('must not begin or end with a hyphen');
}

/** A count of at least 0, or a percentage of at most `mostPercent`. */
export function checkCountOrPercent(
  value: IntOrString | undefined,
  path: FieldPath,
  problems: ProblemList,
  mostPercent: number = Number.POSITIVE_INFINITY,
): void {
  if (value === undefined) return;
  if (typeof value === 'number') {
    checkNonNegative(value, path, problems);
    return;
  }
  const percent = parsePercent(value);
  if (percent === undefined) {
    problems.push(
      invalidValue(
        path,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' " +
          "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    );
  } else if (percent > mostPercent) {
    problems.push(invalidValue(path, value, `must not be greater than ${mostPercent}%`));
  }
}

/** Quantities of at least 0 under well-formed names. */
export function checkResourceList(
  list: ResourceList | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (list === undefined) return;
  for (const name of sortedKeys(list)) {
    const quantity = list[name] ?? '0';
    const at = [...path, name];
    checkName(name, qualifiedNameProblems, at, problems);
    const problem = quantityProblem(quantity);
    if (problem !== undefined) problems.push(invalidValue(at, quantity, problem));
    else if (parseQuantity(quantity).nano < 0n) {
      problems.push(invalidValue(at, quantity, 'must be greater than or equal to 0'));
    }
  }
}

/** Resources that may not be promised more than once, so that request and limit are equal. */
function isOvercommitAllowed(name: string): boolean {
  if (name.startsWith('hugepages-')) return false;
  return !name.includes('/') || name.split('/')[0]?.endsWith('kubernetes.io') === true;
}

/** Requests and limits: each well formed, no request above its limit. */
export function checkRequirements(
  resources: ResourceRequirements | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (resources === undefined) return;
  const { requests = {}, limits = {} } = resources;
  checkResourceList(limits, [...path, 'limits'], problems);
  checkResourceList(requests, [...path, 'requests'], problems);
  checkResourceNames(limits, 'containers', [...path, 'limits'], problems);
  checkResourceNames(requests, 'containers', [...path, 'requests'], problems);
  for (const name of sortedKeys(requests)) {
    const request = requests[name] ?? '0';
    const limit = limits[name];
    const at = [...path, 'requests'];
    if (quantityProblem(request) !== undefined) continue;
    if (limit === undefined) {
      if (!isOvercommitAllowed(name)) {
        problems.push(
          requiredValue([...path, 'limits'], 'Limit must be set for non overcommitable resources'),
        );
      }
      continue;
    }
    if (quantityProblem(limit) !== undefined) continue;
    const order = compareQuantities(request, limit);
    if (!isOvercommitAllowed(name) && order !== 0) {
      problems.push(invalidValue(at, request, `must be equal to ${name} limit of ${limit}`));
    } else if (order > 0) {
      problems.push(
        invalidValue(at, request, `must be less than or equal to ${name} limit of ${limit}`),
      );
    }
  }
}
