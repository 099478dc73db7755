/**
 * What the annotations of pods say about their programs: a key or a value that is not understood
 * would have no effect, and nobody would notice.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Annotations, ObjectMeta } from '../api/object-meta.js';
import type { PodSpec } from '../api/pod.js';
import { behaviourFaults } from '../api/pod-behaviour.js';
import type { Problem } from '../api/problem.js';
import { problemCodes } from '../api/problem.js';
import type { ScenarioObject } from './objects.js';
import { podTemplateOf } from './pod-templates.js';
import { problemAt } from './scenario-problems.js';

/** A problem for each annotation about behaviour that is not understood. */
export function checkBehaviour(objects: readonly ScenarioObject[]): readonly Problem[] {
  return objects.flatMap(({ object, manifest }) => {
    const template = podTemplateOf(object);
    if (template === undefined) return [];
    const steps = [...template.specPath.slice(0, -1), 'metadata'];
    const annotations = metadataAt(object, steps)?.annotations;
    if (annotations === undefined) return [];
    return faultsOf(annotations, template.spec).map(({ key, message, expected }) => {
      const path: FieldPath = [...steps, 'annotations', key];
      const place = { file: manifest.file, ...manifest.positionOf(path, 'value') };
      return problemAt(place, problemCodes.invalid, message, { path, expected });
    });
  });
}

function faultsOf(annotations: Annotations, { initContainers = [], containers }: PodSpec) {
  const names = [...initContainers, ...containers].map(({ name }) => name);
  return behaviourFaults(annotations, names);
}

function metadataAt(object: object, path: FieldPath): Partial<ObjectMeta> | undefined {
  let value: unknown = object;
  for (const step of path) value = (value as Record<string, unknown> | undefined)?.[step];
  return value as Partial<ObjectMeta> | undefined;
}
