/**
 * What no schema can see: operations that refer to things that are not there, selectors that match
 * nothing, numbers that contradict each other.
 */

import { didYouMean } from '../api/did-you-mean.js';
import { findDuplicateObjects } from '../api/duplicate-objects.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { resourceKindOfResource, resourceKinds } from '../api/resource-kinds.js';
import { flowControlObjects } from '../cluster/bootstrap.js';
import type { ObjectReference, RestartOperation } from '../cluster/operation.js';
import { hostsOf } from './cluster-of.js';
import { electedProblems, replicasOf } from './elected-of.js';
import { etcdProblems } from './etcd-of.js';
import { checkEtcdOperation } from './etcd-operations.js';
import { namespaceOf } from './objects.js';
import type { BuiltOperation, PlaceOf } from './operations-of.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import { formatTarget } from './targets.js';

const codes = scenarioProblemCodes;

/** Kinds that `scale` works on. */
const scalable: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/** Everything wrong with the cluster as a whole. `spec` has its defaults. */
export function checkCluster(spec: ScenarioSpec, placeOf: PlaceOf): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (
    steps: FieldPath,
    message: string,
    more: Parameters<typeof problemAt>[3] = {},
  ) => {
    const path = ['spec', ...steps];
    problems.push(problemAt(placeOf(path), codes.impossible, message, { path, ...more }));
  };
  const names = hostsOf(spec.controlPlane?.hosts).map(({ name }) => name);
  const hosts = names.length;
  for (const { steps, message, expected, suggestion } of etcdProblems(spec, names)) {
    report(steps, message, { expected, suggestion });
  }
  for (const { steps, message, expected, suggestion } of electedProblems(spec, hosts)) {
    report(steps, message, { expected, suggestion });
  }
  checkPools(spec, placeOf, problems);
  return problems;
}

function checkPools(spec: ScenarioSpec, placeOf: PlaceOf, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const [index, pool] of (spec.nodePools ?? []).entries()) {
    const path: FieldPath = ['spec', 'nodePools', index];
    if (seen.has(pool.name)) {
      const at = [...path, 'name'];
      const message = `a node pool named "${pool.name}" is there already`;
      problems.push(problemAt(placeOf(at), codes.duplicateName, message, { path: at }));
    }
    seen.add(pool.name);
    for (const size of ['cpu', 'memory', 'pods'] as const) {
      if (pool.template === undefined || pool[size] === undefined) continue;
      const at = [...path, size];
      const message = `${size} and template both say how large a node is`;
      problems.push(problemAt(placeOf(at), codes.impossible, message, { path: at }));
    }
  }
}

const everyClusters = flowControlObjects().map(({ kind, metadata }) =>
  formatTarget({ kind, namespace: '', name: metadata.name }),
);

/** Everything wrong with the operations as a sequence: duplicates, unknown pools and targets. */
export function checkOperations(
  built: readonly BuiltOperation[],
  spec: ScenarioSpec,
  placeOf: PlaceOf,
): readonly Problem[] {
  const problems: Problem[] = [];
  const pools = (spec.nodePools ?? []).map(({ name }) => name);
  // Those that every cluster has may be changed.
  const objects = new Set(everyClusters);
  for (const { operation, path, objects: brought } of built) {
    const report = (steps: FieldPath, message: string, near: string | undefined): void => {
      const at = [...path, ...steps];
      const code = operation.op === 'createNodes' ? codes.unknownPool : codes.unknownTarget;
      problems.push(problemAt(placeOf(at), code, message, { path: at, suggestion: near }));
    };
    const requireTarget = (target: ObjectReference, steps: FieldPath): void => {
      const name = formatTarget(target);
      if (objects.has(name)) return;
      report(steps, `no operation before this one creates ${name}`, didYouMean(name, objects));
    };
    switch (operation.op) {
      case 'apply':
      case 'create':
        problems.push(...findDuplicateObjects(brought.map(({ manifest }) => manifest)));
        for (const { object } of brought) {
          const reference = { kind: object.kind, namespace: namespaceOf(object) };
          objects.add(formatTarget({ ...reference, name: object.metadata.name }));
        }
        break;
      case 'createNodes':
        if (!pools.includes(operation.pool)) {
          const near = didYouMean(operation.pool, pools);
          report(['pool'], `there is no node pool "${operation.pool}"`, near && `pool: ${near}`);
        }
        break;
      case 'requests':
        if (resourceKindOfResource(operation.resource) === undefined) {
          const resources = resourceKinds.map(({ resource }) => resource);
          const near = didYouMean(operation.resource, resources);
          const message = `no resource is called "${operation.resource}"`;
          report(['resource'], message, near && `resource: ${near}`);
        }
        break;
      case 'restart':
        checkReplica(operation, spec, report);
        break;
      case 'etcdFault':
      case 'defrag':
        checkEtcdOperation(operation, spec.controlPlane?.etcd?.members ?? 1, report);
        break;
      case 'scale':
        if (!scalable.has(operation.target.kind)) {
          report(['target'], `a ${operation.target.kind} cannot be scaled`, undefined);
        } else requireTarget(operation.target, ['target']);
        break;
      case 'update':
        requireTarget(operation.target, ['target']);
        break;
      case 'delete':
        for (const [index, target] of operation.targets.entries()) {
          requireTarget(target, ['targets', index]);
          objects.delete(formatTarget(target));
        }
        break;
      default:
    }
  }
  return problems;
}

function checkReplica(
  { component, replica = 0 }: RestartOperation,
  spec: ScenarioSpec,
  report: (steps: FieldPath, message: string, near: string | undefined) => void,
): void {
  const hosts = hostsOf(spec.controlPlane?.hosts).length;
  const replicas = replicasOf(component, spec, hosts);
  if (replica < replicas) return;
  const count = replicas === 1 ? 'there is 1 replica' : `there are ${replicas} replicas`;
  report(['replica'], `${count} of ${component}, numbered from 0`, undefined);
}
