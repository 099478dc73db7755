/**
 * Validation of containers, their probes and their mounts.
 *
 * Left out: security contexts, environment sources and lifecycle details, none of which changes
 * what a simulation does.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/validation/validation.go`.
 */

import type { Container, ContainerPort } from './container.js';
import type { FieldPath } from './field-path.js';
import {
  duplicateValue,
  forbidden,
  invalidValue,
  notFound,
  type ProblemList,
  requiredValue,
} from './field-problem.js';
import { checkName, dnsLabelProblems } from './name-validation.js';
import type { LifecycleHandler, Probe } from './probe.js';
import {
  checkNonNegative,
  checkOneOf,
  checkPort,
  checkPortName,
  checkPortReference,
  checkPositive,
  checkPresent,
  checkRequirements,
} from './value-checks.js';

const protocols: readonly string[] = ['TCP', 'UDP', 'SCTP'];
const pullPolicies: readonly string[] = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies: readonly string[] = ['File', 'FallbackToLogsOnError'];

function checkPorts(
  ports: readonly ContainerPort[],
  path: FieldPath,
  names: Set<string>,
  problems: ProblemList,
): void {
  for (const [index, port] of ports.entries()) {
    const at = [...path, index];
    if (port.name !== undefined && port.name !== '') {
      checkPortName(port.name, [...at, 'name'], problems);
      if (names.has(port.name)) problems.push(duplicateValue([...at, 'name'], port.name));
      names.add(port.name);
    }
    if (port.containerPort === undefined) problems.push(requiredValue([...at, 'containerPort']));
    else checkPort(port.containerPort, [...at, 'containerPort'], problems);
    if (port.hostPort !== 0) checkPort(port.hostPort, [...at, 'hostPort'], problems);
    checkOneOf(port.protocol, protocols, [...at, 'protocol'], problems);
  }
}

function checkHandler(
  handler: Probe | LifecycleHandler,
  path: FieldPath,
  problems: ProblemList,
): void {
  const { httpGet, tcpSocket, exec } = handler;
  const grpc = 'grpc' in handler ? handler.grpc : undefined;
  const sleep = 'sleep' in handler ? handler.sleep : undefined;
  let isAnySet = false;
  const add = (name: string, isSet: boolean, check: (at: FieldPath) => void): void => {
    if (!isSet) return;
    const at = [...path, name];
    if (isAnySet) problems.push(forbidden(at, 'may not specify more than 1 handler type'));
    else check(at);
    isAnySet = true;
  };
  add('exec', exec !== undefined, (at) => {
    if ((exec?.command ?? []).length === 0) problems.push(requiredValue([...at, 'command']));
  });
  add('httpGet', httpGet !== undefined, (at) => {
    checkPresent(httpGet?.path, [...at, 'path'], problems);
    if (httpGet?.port === undefined) problems.push(requiredValue([...at, 'port']));
    else checkPortReference(httpGet.port, [...at, 'port'], problems);
    checkOneOf(httpGet?.scheme, ['HTTP', 'HTTPS'], [...at, 'scheme'], problems);
  });
  add('tcpSocket', tcpSocket !== undefined, (at) => {
    if (tcpSocket?.port === undefined) problems.push(requiredValue([...at, 'port']));
    else checkPortReference(tcpSocket.port, [...at, 'port'], problems);
  });
  add('grpc', grpc !== undefined, (at) => {
    checkPort(grpc?.port ?? 0, [...at, 'port'], problems);
  });
  add('sleep', sleep !== undefined, (at) => {
    checkNonNegative(sleep?.seconds, [...at, 'seconds'], problems);
  });
  if (!isAnySet) problems.push(requiredValue(path, 'must specify a handler type'));
}

function checkProbe(probe: Probe, path: FieldPath, problems: ProblemList): void {
  checkHandler(probe, path, problems);
  const numbers = [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const;
  for (const name of numbers) checkNonNegative(probe[name], [...path, name], problems);
  checkPositive(
    probe.terminationGracePeriodSeconds,
    [...path, 'terminationGracePeriodSeconds'],
    problems,
  );
}

function checkProbes(container: Container, path: FieldPath, problems: ProblemList): void {
  for (const name of ['livenessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (probe === undefined) continue;
    checkProbe(probe, [...path, name], problems);
    const { successThreshold = 1 } = probe;
    if (successThreshold !== 1) {
      const at = [...path, name, 'successThreshold'];
      problems.push(invalidValue(at, successThreshold, 'must be 1'));
    }
  }
  const { readinessProbe } = container;
  if (readinessProbe === undefined) return;
  const at = [...path, 'readinessProbe'];
  checkProbe(readinessProbe, at, problems);
  if (readinessProbe.terminationGracePeriodSeconds !== undefined) {
    problems.push(
      invalidValue(
        [...at, 'terminationGracePeriodSeconds'],
        readinessProbe.terminationGracePeriodSeconds,
        'must not be set for readinessProbes',
      ),
    );
  }
}

function checkMounts(
  container: Container,
  path: FieldPath,
  volumes: ReadonlySet<string>,
  problems: ProblemList,
): void {
  const mountPaths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = [...path, 'volumeMounts', index];
    if (checkPresent(mount.name, [...at, 'name'], problems) && !volumes.has(mount.name)) {
      problems.push(notFound([...at, 'name'], mount.name));
    }
    if (!checkPresent(mount.mountPath, [...at, 'mountPath'], problems)) continue;
    if (mountPaths.has(mount.mountPath)) {
      problems.push(invalidValue([...at, 'mountPath'], mount.mountPath, 'must be unique'));
    }
    mountPaths.add(mount.mountPath);
  }
}

/** What the containers of one pod have in common. */
export interface ContainerScope {
  /** Names of the pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  /** Container names seen so far; a name is added when it is checked. */
  readonly names: Set<string>;
}

/**
 * One container.
 *
 * @param role sidecars and regular containers have probes and hooks, plain init containers do not.
 */
export function checkContainer(
  container: Container,
  path: FieldPath,
  role: 'container' | 'initContainer',
  scope: ContainerScope,
  problems: ProblemList,
): void {
  if (checkPresent(container.name, [...path, 'name'], problems)) {
    checkName(container.name, dnsLabelProblems, [...path, 'name'], problems);
    if (scope.names.has(container.name)) {
      problems.push(duplicateValue([...path, 'name'], container.name));
    }
    scope.names.add(container.name);
  }
  const imagePath = [...path, 'image'];
  if (checkPresent(container.image, imagePath, problems)) {
    const image = container.image ?? '';
    if (image.trim() !== image) {
      const detail = 'must not have leading or trailing whitespace';
      problems.push(invalidValue(imagePath, image, detail));
    }
  }
  checkOneOf(container.imagePullPolicy, pullPolicies, [...path, 'imagePullPolicy'], problems);
  const messagePath = [...path, 'terminationMessagePolicy'];
  checkOneOf(container.terminationMessagePolicy, messagePolicies, messagePath, problems);
  checkPorts(container.ports ?? [], [...path, 'ports'], new Set(), problems);
  checkRequirements(container.resources, [...path, 'resources'], problems);
  checkMounts(container, path, scope.volumes, problems);
  for (const [index, variable] of (container.env ?? []).entries()) {
    checkPresent(variable.name, [...path, 'env', index, 'name'], problems);
  }
  if (role === 'initContainer' && container.restartPolicy !== 'Always') {
    for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const) {
      if (container[name] !== undefined) {
        const detail = 'may not be set for init containers without restartPolicy=Always';
        problems.push(forbidden([...path, name], detail));
      }
    }
    return;
  }
  checkProbes(container, path, problems);
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[hook];
    if (handler !== undefined) checkHandler(handler, [...path, 'lifecycle', hook], problems);
  }
}
