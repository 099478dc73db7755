/**
 * FlowSchemas that Kubernetes accepts in silence, and that do not do what they seem to: two at one
 * precedence, of which the name decides, and those whose priority level is not there.
 */

import type { FlowSchema, PriorityLevelConfiguration } from '../api/flow-control.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Problem } from '../api/problem.js';
import { flowControlObjects } from '../cluster/bootstrap.js';
import type { ScenarioObject } from './objects.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';

/** A warning each. Quadratic in the FlowSchemas. */
export function checkFlowSchemas(objects: readonly ScenarioObject[]): readonly Problem[] {
  const brought = objects.filter(({ object }) => object.kind === 'FlowSchema');
  if (brought.length === 0) return [];
  const all = [...flowControlObjects(), ...objects.map(({ object }) => object)];
  return brought.flatMap((entry) => [
    ...overlap(entry, all.filter(isSchema)),
    ...missingLevel(entry, all.filter(isLevel)),
  ]);
}

function isSchema(object: KubernetesObject): object is FlowSchema {
  return object.kind === 'FlowSchema';
}

function isLevel(object: KubernetesObject): object is PriorityLevelConfiguration {
  return object.kind === 'PriorityLevelConfiguration';
}

/** Of two that overlap the one that loses by its name is told of. */
function overlap(entry: ScenarioObject, schemas: readonly FlowSchema[]): readonly Problem[] {
  const { metadata, spec } = entry.object as FlowSchema;
  const { name } = metadata;
  const first = schemas.find(
    (other) =>
      other.spec.matchingPrecedence === spec.matchingPrecedence && other.metadata.name < name,
  );
  if (first === undefined) return [];
  const message =
    `FlowSchema "${name}" has the matchingPrecedence of "${first.metadata.name}", ` +
    `${spec.matchingPrecedence}: what both match goes to "${first.metadata.name}", ` +
    'whose name comes first';
  const { overlappingFlowSchemas: code } = scenarioProblemCodes;
  return [warning(entry, 'matchingPrecedence', code, message)];
}

function missingLevel(
  entry: ScenarioObject,
  levels: readonly PriorityLevelConfiguration[],
): readonly Problem[] {
  const { metadata, spec } = entry.object as FlowSchema;
  const { name } = spec.priorityLevelConfiguration;
  if (levels.some((level) => level.metadata.name === name)) return [];
  const message =
    `FlowSchema "${metadata.name}" is Dangling: there is no PriorityLevelConfiguration "${name}" ` +
    'in this workload, and requests pass it over';
  const { missingPriorityLevel: code } = scenarioProblemCodes;
  return [warning(entry, 'priorityLevelConfiguration', code, message)];
}

function warning(
  { manifest }: ScenarioObject,
  field: 'matchingPrecedence' | 'priorityLevelConfiguration',
  code: Problem['code'],
  message: string,
): Problem {
  const path = ['spec', field];
  const place = { file: manifest.file, ...manifest.positionOf(path, 'key') };
  return problemAt(place, code, message, { path, severity: 'warning' });
}
