/**
 * Validation of nodes, services, storage and the small kinds around them.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/validation`, `storage/validation`,
 * `scheduling/validation`.
 */

import { sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import {
  duplicateValue,
  forbidden,
  invalidValue,
  type ProblemList,
  requiredValue,
} from './field-problem.js';
import type { LimitRange } from './limit-range.js';
import { checkName, dnsLabelProblems } from './name-validation.js';
import type { Node } from './node.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './persistent-volume.js';
import type { PriorityClass } from './priority-class.js';
import { compareQuantities, quantityProblem } from './quantity.js';
import { checkResourceNames } from './resource-names.js';
import type { ResourceQuota } from './resource-quota.js';
import { checkLabelSelector, checkNodeSelector, checkTaints } from './selector-validation.js';
import type { Service, ServiceSpec } from './service.js';
import {
  checkOneOf,
  checkPort,
  checkPortReference,
  checkPresent,
  checkResourceList,
} from './value-checks.js';

const root: FieldPath = ['spec'];
const accessModes: readonly string[] = [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  'ReadWriteOncePod',
];

/** Validates a Node. */
export function checkNode({ spec, status }: Node, problems: ProblemList): void {
  checkTaints(spec?.taints, [...root, 'taints'], problems);
  checkResourceList(status?.capacity, ['status', 'capacity'], problems);
  checkResourceList(status?.allocatable, ['status', 'allocatable'], problems);
}

function checkServicePorts(spec: ServiceSpec, problems: ProblemList): void {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = [...root, 'ports', index];
    const { name = '', protocol = 'TCP' } = port;
    if (name === '') {
      if (ports.length > 1) problems.push(requiredValue([...at, 'name']));
    } else {
      checkName(name, dnsLabelProblems, [...at, 'name'], problems);
      if (names.has(name)) problems.push(duplicateValue([...at, 'name'], name));
      names.add(name);
    }
    checkPort(port.port ?? 0, [...at, 'port'], problems);
    checkOneOf(protocol, ['SCTP', 'TCP', 'UDP'], [...at, 'protocol'], problems);
    checkPortReference(port.targetPort, [...at, 'targetPort'], problems);
    if (port.nodePort !== undefined && port.nodePort !== 0 && spec.type === 'ClusterIP') {
      const detail = "may not be used when `type` is 'ClusterIP'";
      problems.push(forbidden([...at, 'nodePort'], detail));
    }
    const identity = `${protocol}/${port.port}`;
    if (seen.has(identity)) {
      problems.push(duplicateValue(at, { port: port.port, protocol }));
    }
    seen.add(identity);
  }
}

/** Validates a Service. */
export function checkService({ spec }: Service, problems: ProblemList): void {
  if (spec === undefined) {
    problems.push(requiredValue([...root, 'ports']));
    return;
  }
  const isHeadless = spec.clusterIP === 'None';
  const needsPorts = spec.type !== 'ExternalName' && !isHeadless;
  if (needsPorts && (spec.ports ?? []).length === 0) {
    problems.push(requiredValue([...root, 'ports']));
  }
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  checkOneOf(spec.type, types, [...root, 'type'], problems);
  checkOneOf(spec.sessionAffinity, ['ClientIP', 'None'], [...root, 'sessionAffinity'], problems);
  const policies = ['Cluster', 'Local'];
  const internal = [...root, 'internalTrafficPolicy'];
  checkOneOf(spec.internalTrafficPolicy, policies, internal, problems);
  const external = [...root, 'externalTrafficPolicy'];
  checkOneOf(spec.externalTrafficPolicy, policies, external, problems);
  if (spec.type === 'ExternalName') {
    checkPresent(spec.externalName, [...root, 'externalName'], problems);
  }
  const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
  checkOneOf(spec.trafficDistribution, distributions, [...root, 'trafficDistribution'], problems);
  checkSessionAffinityConfig(spec, problems);
  checkClusterIp(spec, problems);
  checkServicePorts(spec, problems);
}

/** A day. */
const longestAffinitySeconds = 86_400;

function checkSessionAffinityConfig(spec: ServiceSpec, problems: ProblemList): void {
  const { sessionAffinity = 'None', sessionAffinityConfig } = spec;
  if (sessionAffinityConfig === undefined) return;
  const at = [...root, 'sessionAffinityConfig'];
  if (sessionAffinity === 'None') {
    problems.push(forbidden(at, 'must not be set when session affinity is None'));
    return;
  }
  const { timeoutSeconds } = sessionAffinityConfig.clientIP ?? {};
  const path = [...at, 'clientIP', 'timeoutSeconds'];
  if (timeoutSeconds === undefined) problems.push(requiredValue(path));
  else if (timeoutSeconds <= 0 || timeoutSeconds > longestAffinitySeconds) {
    const detail = `must be greater than 0 and less than ${longestAffinitySeconds}`;
    problems.push(invalidValue(path, timeoutSeconds, detail));
  }
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** Which colons may be left out is not checked. */
const ipv6 = /^(?=.*:.*:)[0-9a-fA-F:]+(?:\.\d+){0,3}$/;

function checkClusterIp({ clusterIP, type }: ServiceSpec, problems: ProblemList): void {
  if (clusterIP === undefined || clusterIP === '') return;
  const at = [...root, 'clusterIP'];
  if (type === 'ExternalName') {
    problems.push(forbidden(at, "may not be set when `type` is 'ExternalName'"));
  } else if (clusterIP !== 'None' && !ipv4.test(clusterIP) && !ipv6.test(clusterIP)) {
    const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    problems.push(invalidValue(at, clusterIP, detail));
  }
}

function checkAccessModes(modes: readonly string[] | undefined, problems: ProblemList): void {
  const at = [...root, 'accessModes'];
  if (modes === undefined || modes.length === 0) {
    problems.push(requiredValue(at, 'at least 1 access mode is required'));
  }
  for (const [index, mode] of (modes ?? []).entries()) {
    checkOneOf(mode, accessModes, [...at, index], problems);
  }
  if ((modes ?? []).length > 1 && modes?.includes('ReadWriteOncePod') === true) {
    problems.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
  }
}

/** A size that is read, and not negative, must not be 0 either. */
function checkNotZero(size: string | undefined, at: FieldPath, problems: ProblemList): void {
  if (size === undefined || quantityProblem(size) !== undefined) return;
  if (compareQuantities(size, '0') === 0) {
    problems.push(invalidValue(at, size, 'must be greater than zero'));
  }
}

/** Validates a PersistentVolume. */
export function checkPersistentVolume({ spec }: PersistentVolume, problems: ProblemList): void {
  checkAccessModes(spec.accessModes, problems);
  const capacityPath = [...root, 'capacity'];
  if (spec.capacity === undefined) problems.push(requiredValue(capacityPath));
  else if (spec.capacity['storage'] === undefined) {
    problems.push(requiredValue([...capacityPath, 'storage']));
  }
  checkResourceList(spec.capacity, capacityPath, problems);
  checkNotZero(spec.capacity?.['storage'], [...capacityPath, 'storage'], problems);
  const policies = ['Delete', 'Recycle', 'Retain'];
  const policyPath = [...root, 'persistentVolumeReclaimPolicy'];
  checkOneOf(spec.persistentVolumeReclaimPolicy, policies, policyPath, problems);
  checkOneOf(spec.volumeMode, ['Block', 'Filesystem'], [...root, 'volumeMode'], problems);
  const required = spec.nodeAffinity?.required;
  if (required !== undefined) {
    checkNodeSelector(required, [...root, 'nodeAffinity', 'required'], problems);
  }
  if (spec.local !== undefined && required === undefined) {
    problems.push(requiredValue([...root, 'nodeAffinity'], 'Local volume requires node affinity'));
  }
}

/** Validates a PersistentVolumeClaim. */
export function checkPersistentVolumeClaim(
  { spec }: PersistentVolumeClaim,
  problems: ProblemList,
): void {
  checkAccessModes(spec.accessModes, problems);
  checkLabelSelector(spec.selector, [...root, 'selector'], problems);
  const at = [...root, 'resources'];
  if (spec.resources?.requests?.['storage'] === undefined) {
    problems.push(requiredValue([...at, 'requests', 'storage']));
  }
  checkResourceList(spec.resources?.requests, [...at, 'requests'], problems);
  checkNotZero(spec.resources?.requests?.['storage'], [...at, 'requests', 'storage'], problems);
  checkOneOf(spec.volumeMode, ['Block', 'Filesystem'], [...root, 'volumeMode'], problems);
}

/** Validates a StorageClass. */
export function checkStorageClass(storage: StorageClass, problems: ProblemList): void {
  checkPresent(storage.provisioner, ['provisioner'], problems);
  checkOneOf(storage.reclaimPolicy, ['Delete', 'Retain'], ['reclaimPolicy'], problems);
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  checkOneOf(storage.volumeBindingMode, modes, ['volumeBindingMode'], problems);
}

/** The highest value that a class of a user may have. */
const highestUserPriority = 1_000_000_000;

/** Validates a PriorityClass. */
export function checkPriorityClass(priorityClass: PriorityClass, problems: ProblemList): void {
  const { metadata, value = 0, preemptionPolicy } = priorityClass;
  const isSystem = metadata.name?.startsWith('system-') === true;
  if (!isSystem && value > highestUserPriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
    problems.push(forbidden(['value'], detail));
  }
  const policies = ['Never', 'PreemptLowerPriority'];
  checkOneOf(preemptionPolicy, policies, ['preemptionPolicy'], problems);
}

/** Pairs of lists of a LimitRange item of which the first may not exceed the second. */
const orderedLists = [
  ['min', 'max'],
  ['min', 'default'],
  ['min', 'defaultRequest'],
  ['defaultRequest', 'max'],
  ['default', 'max'],
  ['defaultRequest', 'default'],
] as const;

/** Validates a LimitRange. */
export function checkLimitRange({ spec }: LimitRange, problems: ProblemList): void {
  for (const [index, item] of (spec.limits ?? []).entries()) {
    const at = [...root, 'limits', index];
    checkPresent(item.type, [...at, 'type'], problems);
    for (const name of ['max', 'min', 'default', 'defaultRequest'] as const) {
      checkResourceList(item[name], [...at, name], problems);
    }
    for (const [lower, upper] of orderedLists) {
      for (const name of sortedKeys(item[lower] ?? {})) {
        const low = item[lower]?.[name] ?? '0';
        const high = item[upper]?.[name];
        if (high === undefined || quantityProblem(low) !== undefined) continue;
        if (quantityProblem(high) === undefined && compareQuantities(low, high) > 0) {
          const detail = `${lower} value ${low} is greater than ${upper} value ${high}`;
          problems.push(invalidValue([...at, lower, name], low, detail));
        }
      }
    }
  }
}

/** Validates a ResourceQuota. */
export function checkResourceQuota({ spec }: ResourceQuota, problems: ProblemList): void {
  checkResourceList(spec?.hard, [...root, 'hard'], problems);
  checkResourceNames(spec?.hard, 'quota', [...root, 'hard'], problems);
  const scopes = [
    'BestEffort',
    'CrossNamespacePodAffinity',
    'NotBestEffort',
    'NotTerminating',
    'PriorityClass',
    'Terminating',
    'VolumeAttributesClass',
  ];
  for (const [index, scope] of (spec?.scopes ?? []).entries()) {
    checkOneOf(scope, scopes, [...root, 'scopes', index], problems);
  }
}
