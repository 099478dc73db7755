/**
 * The API server's validation of objects, for the fields that matter to a simulation.
 *
 * Source: Kubernetes v1.36 `pkg/apis/<group>/validation`; the rules are in `pod-validation.ts`,
 * `workload-validation.ts`, `cluster-validation.ts` and `flow-control-validation.ts`.
 */

import {
  checkLimitRange,
  checkNode,
  checkPersistentVolume,
  checkPersistentVolumeClaim,
  checkPriorityClass,
  checkResourceQuota,
  checkService,
  checkStorageClass,
} from './cluster-validation.js';
import { type FieldProblem, type ProblemList, requiredValue } from './field-problem.js';
import { checkFlowSchema, checkPriorityLevelConfiguration } from './flow-control-validation.js';
import type { KubernetesObject } from './kubernetes-object.js';
import {
  checkLabels,
  checkName,
  dnsLabelProblems,
  dnsSubdomainProblems,
  type NameCheck,
} from './name-validation.js';
import type { ApiObject } from './object-meta.js';
import { checkPodSpec } from './pod-validation.js';
import { resourceKindNamed } from './resource-kinds.js';
import {
  checkCronJob,
  checkDaemonSet,
  checkDeployment,
  checkHorizontalPodAutoscaler,
  checkJob,
  checkPodDisruptionBudget,
  checkReplicaSet,
  checkReplicationController,
  checkStatefulSet,
} from './workload-validation.js';

function nameCheckOf(kind: string): NameCheck {
  return kind === 'Namespace' || kind === 'Service' ? dnsLabelProblems : dnsSubdomainProblems;
}

function checkMetadata(object: ApiObject, problems: ProblemList): void {
  const { name, generateName, namespace, labels } = object.metadata;
  if ((name ?? '') !== '')
    checkName(name, nameCheckOf(object.kind), ['metadata', 'name'], problems);
  else if ((generateName ?? '') === '') {
    problems.push(requiredValue(['metadata', 'name'], 'name or generateName is required'));
  }
  if (namespace !== undefined && resourceKindNamed(object.kind)?.namespaced === true) {
    checkName(namespace, dnsLabelProblems, ['metadata', 'namespace'], problems);
  }
  checkLabels(labels, ['metadata', 'labels'], problems);
}

/** Kinds whose spec must be there before anything in it can be checked. */
const specRequired: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'LimitRange',
  'FlowSchema',
  'PriorityLevelConfiguration',
]);

function checkByKind(object: KubernetesObject, problems: ProblemList): void {
  switch (object.kind) {
    case 'Pod':
      return checkPodSpec(object.spec, ['spec'], problems);
    case 'Deployment':
      return checkDeployment(object, problems);
    case 'ReplicaSet':
      return checkReplicaSet(object, problems);
    case 'ReplicationController':
      return checkReplicationController(object, problems);
    case 'StatefulSet':
      return checkStatefulSet(object, problems);
    case 'DaemonSet':
      return checkDaemonSet(object, problems);
    case 'Job':
      return checkJob(object, problems);
    case 'CronJob':
      return checkCronJob(object, problems);
    case 'HorizontalPodAutoscaler':
      return checkHorizontalPodAutoscaler(object, problems);
    case 'PodDisruptionBudget':
      return checkPodDisruptionBudget(object, problems);
    case 'Service':
      return checkService(object, problems);
    case 'Node':
      return checkNode(object, problems);
    case 'PersistentVolume':
      return checkPersistentVolume(object, problems);
    case 'PersistentVolumeClaim':
      return checkPersistentVolumeClaim(object, problems);
    case 'StorageClass':
      return checkStorageClass(object, problems);
    case 'PriorityClass':
      return checkPriorityClass(object, problems);
    case 'FlowSchema':
      return checkFlowSchema(object, problems);
    case 'PriorityLevelConfiguration':
      return checkPriorityLevelConfiguration(object, problems);
    case 'LimitRange':
      return checkLimitRange(object, problems);
    case 'ResourceQuota':
      return checkResourceQuota(object, problems);
    default:
      return undefined;
  }
}

/** The problems of an object's metadata, whatever its kind. Linear in its labels. */
export function validateMetadata(object: ApiObject): readonly FieldProblem[] {
  const problems: ProblemList = [];
  checkMetadata(object, problems);
  return problems;
}

/**
 * Every validation problem of an object, metadata first, then in the order of the API server.
 * Expects a decoded and defaulted object whose field types are right. Linear in its size.
 */
export function validateObject(object: ApiObject): readonly FieldProblem[] {
  const problems: ProblemList = [];
  checkMetadata(object, problems);
  const { spec } = object as { readonly spec?: unknown };
  if (specRequired.has(object.kind) && spec === undefined) problems.push(requiredValue(['spec']));
  else checkByKind(object as unknown as KubernetesObject, problems);
  return problems;
}
