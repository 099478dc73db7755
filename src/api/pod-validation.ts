/**
 * Validation of pods, pod templates and scheduling constraints.
 *
 * Left out: security contexts, DNS configuration, resource claims and other fields that do not
 * change what a simulation does.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/validation/validation.go`.
 */

import type {
  Affinity,
  PodAffinity,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from './affinity.js';
import { checkContainer } from './container-validation.js';
import { sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import {
  duplicateValue,
  forbidden,
  invalidValue,
  type ProblemList,
  requiredValue,
} from './field-problem.js';
import {
  checkLabels,
  checkName,
  dnsLabelProblems,
  dnsSubdomainProblems,
  qualifiedNameProblems,
} from './name-validation.js';
import type { PodSpec, PodTemplateSpec } from './pod.js';
import {
  checkLabelSelector,
  checkNodeSelector,
  checkNodeSelectorTerm,
  checkTolerations,
} from './selector-validation.js';
import {
  checkNonNegative,
  checkOneOf,
  checkPresent,
  checkRequirements,
  checkResourceList,
} from './value-checks.js';
import type { Volume } from './volume.js';

function checkVolumes(
  volumes: readonly Volume[],
  path: FieldPath,
  problems: ProblemList,
): Set<string> {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = [...path, index];
    if (checkPresent(volume.name, [...at, 'name'], problems)) {
      checkName(volume.name, dnsLabelProblems, [...at, 'name'], problems);
      if (names.has(volume.name)) problems.push(duplicateValue([...at, 'name'], volume.name));
      names.add(volume.name);
    }
    const sources = sortedKeys({ ...volume }).filter((key) => key !== 'name');
    if (sources.length === 0) problems.push(requiredValue(at, 'must specify a volume type'));
    for (const source of sources.slice(1)) {
      problems.push(forbidden([...at, source], 'may not specify more than 1 volume type'));
    }
    const claim = volume.persistentVolumeClaim;
    if (claim !== undefined) {
      checkPresent(claim.claimName, [...at, 'persistentVolumeClaim', 'claimName'], problems);
    }
  }
  return names;
}

function checkWeight(weight: number | undefined, path: FieldPath, problems: ProblemList): void {
  if (weight === undefined || weight < 1 || weight > 100) {
    problems.push(invalidValue(path, weight ?? 0, 'must be in the range 1-100'));
  }
}

function checkPodAffinityTerm(term: PodAffinityTerm, path: FieldPath, problems: ProblemList): void {
  checkLabelSelector(term.labelSelector, [...path, 'labelSelector'], problems);
  checkLabelSelector(term.namespaceSelector, [...path, 'namespaceSelector'], problems);
  const at = [...path, 'topologyKey'];
  if ((term.topologyKey ?? '') === '') problems.push(requiredValue(at, 'can not be empty'));
  else checkName(term.topologyKey, qualifiedNameProblems, at, problems);
}

function checkPodAffinity(
  affinity: PodAffinity | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, term] of required.entries()) {
    const at = [...path, 'requiredDuringSchedulingIgnoredDuringExecution', index];
    checkPodAffinityTerm(term, at, problems);
  }
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { weight, podAffinityTerm }] of preferred.entries()) {
    const at = [...path, 'preferredDuringSchedulingIgnoredDuringExecution', index];
    checkWeight(weight, [...at, 'weight'], problems);
    if (podAffinityTerm === undefined) problems.push(requiredValue([...at, 'podAffinityTerm']));
    else checkPodAffinityTerm(podAffinityTerm, [...at, 'podAffinityTerm'], problems);
  }
}

function checkAffinity(affinity: Affinity, path: FieldPath, problems: ProblemList): void {
  const { nodeAffinity } = affinity;
  const nodePath = [...path, 'nodeAffinity'];
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined) {
    const at = [...nodePath, 'requiredDuringSchedulingIgnoredDuringExecution'];
    checkNodeSelector(required, at, problems);
  }
  const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { weight, preference }] of preferred.entries()) {
    const at = [...nodePath, 'preferredDuringSchedulingIgnoredDuringExecution', index];
    checkWeight(weight, [...at, 'weight'], problems);
    if (preference === undefined) problems.push(requiredValue([...at, 'preference']));
    else checkNodeSelectorTerm(preference, [...at, 'preference'], problems);
  }
  checkPodAffinity(affinity.podAffinity, [...path, 'podAffinity'], problems);
  checkPodAffinity(affinity.podAntiAffinity, [...path, 'podAntiAffinity'], problems);
}

function checkSpread(
  constraints: readonly TopologySpreadConstraint[],
  path: FieldPath,
  problems: ProblemList,
): void {
  const seen = new Set<string>();
  for (const [index, constraint] of constraints.entries()) {
    const at = [...path, index];
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew <= 0) {
      problems.push(invalidValue([...at, 'maxSkew'], maxSkew, 'must be greater than zero'));
    }
    if (topologyKey === '')
      problems.push(requiredValue([...at, 'topologyKey'], 'can not be empty'));
    else checkName(topologyKey, qualifiedNameProblems, [...at, 'topologyKey'], problems);
    const when = [...at, 'whenUnsatisfiable'];
    if (checkPresent(whenUnsatisfiable, when, problems)) {
      checkOneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], when, problems);
    }
    if (minDomains !== undefined && minDomains <= 0) {
      problems.push(invalidValue([...at, 'minDomains'], minDomains, 'must be greater than zero'));
    } else if (minDomains !== undefined && whenUnsatisfiable === 'ScheduleAnyway') {
      const detail =
        'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway';
      problems.push(invalidValue([...at, 'minDomains'], minDomains, detail));
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      checkOneOf(constraint[policy], ['Honor', 'Ignore'], [...at, policy], problems);
    }
    checkLabelSelector(constraint.labelSelector, [...at, 'labelSelector'], problems);
    const identity = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(identity)) problems.push(duplicateValue(at, identity));
    seen.add(identity);
  }
}

const restartPolicies: readonly string[] = ['Always', 'OnFailure', 'Never'];
const dnsPolicies: readonly string[] = [
  'ClusterFirst',
  'ClusterFirstWithHostNet',
  'Default',
  'None',
];

function checkContainers(
  spec: PodSpec,
  path: FieldPath,
  claims: readonly string[],
  problems: ProblemList,
): void {
  const volumes = checkVolumes(spec.volumes ?? [], [...path, 'volumes'], problems);
  for (const claim of claims) volumes.add(claim);
  const names = new Set<string>();
  if ((spec.containers ?? []).length === 0) problems.push(requiredValue([...path, 'containers']));
  for (const [index, container] of (spec.containers ?? []).entries()) {
    const at = [...path, 'containers', index];
    checkContainer(container, at, 'container', { volumes, names }, problems);
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const at = [...path, 'initContainers', index];
    checkContainer(container, at, 'initContainer', { volumes, names }, problems);
  }
}

/**
 * A pod spec after defaulting.
 *
 * @param claims names of volumes that a StatefulSet's claim templates will add.
 */
export function checkPodSpec(
  spec: PodSpec,
  path: FieldPath,
  problems: ProblemList,
  claims: readonly string[] = [],
): void {
  checkContainers(spec, path, claims, problems);
  checkOneOf(spec.restartPolicy, restartPolicies, [...path, 'restartPolicy'], problems);
  checkOneOf(spec.dnsPolicy, dnsPolicies, [...path, 'dnsPolicy'], problems);
  const gracePath = [...path, 'terminationGracePeriodSeconds'];
  checkNonNegative(spec.terminationGracePeriodSeconds, gracePath, problems);
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined && activeDeadlineSeconds < 1) {
    const detail = 'must be between 1 and 2147483647, inclusive';
    const at = [...path, 'activeDeadlineSeconds'];
    problems.push(invalidValue(at, activeDeadlineSeconds, detail));
  }
  checkLabels(spec.nodeSelector, [...path, 'nodeSelector'], problems);
  if (spec.affinity !== undefined) checkAffinity(spec.affinity, [...path, 'affinity'], problems);
  checkTolerations(spec.tolerations, [...path, 'tolerations'], problems);
  const spreadPath = [...path, 'topologySpreadConstraints'];
  checkSpread(spec.topologySpreadConstraints ?? [], spreadPath, problems);
  checkResourceList(spec.overhead, [...path, 'overhead'], problems);
  checkRequirements(spec.resources, [...path, 'resources'], problems);
  for (const name of ['nodeName', 'serviceAccountName', 'priorityClassName'] as const) {
    const value = spec[name];
    if (value !== undefined && value !== '') {
      checkName(value, dnsSubdomainProblems, [...path, name], problems);
    }
  }
  const gates = new Set<string>();
  for (const [index, gate] of (spec.schedulingGates ?? []).entries()) {
    const at = [...path, 'schedulingGates', index, 'name'];
    checkName(gate.name ?? '', qualifiedNameProblems, at, problems);
    if (gates.has(gate.name)) problems.push(duplicateValue(at, gate.name));
    gates.add(gate.name);
  }
  if (gates.size > 0 && spec.nodeName !== undefined && spec.nodeName !== '') {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    problems.push(forbidden([...path, 'nodeName'], detail));
  }
}

/** A pod template after defaulting; `claims` as for `checkPodSpec`. */
export function checkPodTemplate(
  template: PodTemplateSpec | undefined,
  path: FieldPath,
  problems: ProblemList,
  claims: readonly string[] = [],
): void {
  if (template === undefined) {
    problems.push(requiredValue(path));
    return;
  }
  checkLabels(template.metadata?.labels, [...path, 'metadata', 'labels'], problems);
  if (template.spec === undefined) problems.push(requiredValue([...path, 'spec', 'containers']));
  else checkPodSpec(template.spec, [...path, 'spec'], problems, claims);
}
