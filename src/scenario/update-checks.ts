/**
 * Changes of objects that the scenario itself creates: a patch is laid over its object, and what
 * comes of it is checked as the API server would; a new image is for a container that is there.
 *
 * Left out: objects that controllers create, and what other operations have changed in between.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ApiObject } from '../api/object-meta.js';
import { prepareObject } from '../api/prepare-object.js';
import type { Problem } from '../api/problem.js';
import { mergePatch } from '../cluster/merge-patch.js';
import { namespaceOf } from './objects.js';
import type { BuiltOperation } from './operations-of.js';
import { podTemplateOf } from './pod-templates.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { Locate } from './schema-problems.js';
import { formatTarget } from './targets.js';
import { isTree } from './yaml-tree.js';

/** An object as it is written, and as the API server would store it. */
interface Known {
  readonly raw: ApiObject;
  readonly object: KubernetesObject;
}

/** Problems of updates and new images, at their places in the scenario. All objects are sound. */
export function checkUpdates(built: readonly BuiltOperation[], locate: Locate): readonly Problem[] {
  const known = new Map<string, Known>();
  const problems: Problem[] = [];
  for (const { operation, path, objects } of built) {
    if (operation.op === 'apply' || operation.op === 'create') {
      for (const { object, manifest } of objects) {
        known.set(nameOf(object), { raw: manifest.object, object });
      }
    } else if (operation.op === 'update') {
      const name = formatTarget(operation.target);
      const before = known.get(name);
      if (before === undefined) continue;
      const raw = mergePatch(before.raw, operation.patch) as ApiObject;
      const at = [...path, 'patch'];
      const { object, problems: found } = prepareObject(
        {
          object: raw,
          ...locate(at, 'value'),
          positionOf: (inner, wants = 'value') =>
            locate([...at, ...placeInPatch(operation.patch, raw, inner)], wants),
        },
        { namespace: 'default' },
      );
      const errors = found.filter(({ severity }) => severity === 'error');
      problems.push(...errors);
      if (object !== undefined && errors.length === 0) {
        known.set(name, { raw, object: object as KubernetesObject });
      }
    } else if (operation.op === 'setImage') {
      const { object } = known.get(formatTarget(operation.target)) ?? {};
      if (object === undefined) continue;
      problems.push(...unknownContainers(object, operation.images, [...path, 'images'], locate));
    }
  }
  return problems;
}

function nameOf(object: KubernetesObject): string {
  const { name } = object.metadata;
  return formatTarget({ kind: object.kind, namespace: namespaceOf(object), name });
}

/** The way to a field of the patched object, as far as the patch states it. */
function placeInPatch(patch: unknown, patched: unknown, path: FieldPath): FieldPath {
  const found: (string | number)[] = [];
  let part = patch;
  let whole = patched;
  for (const step of path) {
    const next = Array.isArray(whole) || isTree(whole) ? Reflect.get(whole, step) : undefined;
    const own = Array.isArray(part) ? part.findIndex((item) => isSameItem(item, next)) : step;
    if (own === -1 || typeof part !== 'object' || part === null || !Object.hasOwn(part, own)) break;
    found.push(own);
    part = Reflect.get(part, own);
    whole = next;
  }
  return found;
}

/** Whether an item of a list in a patch has become, or was merged into, an item of the object. */
function isSameItem(stated: unknown, item: unknown): boolean {
  if (!isTree(stated) || !isTree(item)) return stated === item;
  return ['mountPath', 'name'].some((key) => key in stated && stated[key] === item[key]);
}

function unknownContainers(
  object: KubernetesObject,
  images: readonly (readonly [container: string, image: string])[],
  path: FieldPath,
  locate: Locate,
): readonly Problem[] {
  const { containers = [], initContainers = [] } = podTemplateOf(object)?.spec ?? {};
  const names = [...initContainers, ...containers].map(({ name }) => name);
  return images
    .map(([container]) => container)
    .filter((container) => container !== '*' && !names.includes(container))
    .map((container) => {
      const message = `${nameOf(object)} has no container "${container}"`;
      const near = didYouMean(container, names);
      return problemAt(
        locate([...path, container], 'key'),
        scenarioProblemCodes.unknownTarget,
        message,
        {
          path: [...path, container],
          expected: `one of ${names.join(', ')}`,
          suggestion: near === undefined ? undefined : `${near}:`,
        },
      );
    });
}
