/**
 * The objects that are stored when a run begins. They are treated as an operation before all
 * others, so that namespaces, storage and run times that they need are added to them and whatever
 * comes later may refer to them; the run has them in its cluster instead.
 */

import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Problem } from '../api/problem.js';
import type { Operation } from '../cluster/operation.js';
import { objectsFrom, type SourceContext } from './object-sources.js';
import type { BuiltOperation } from './operations-of.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

const path = ['spec', 'initialObjects'] as const;

/** Told apart from the operations by this. */
const source = 'initialObjects';

/** The objects of a spec as the first operation; none when it states none. */
export function initialOperation(
  { initialObjects }: ScenarioSpec,
  context: SourceContext,
): readonly BuiltOperation[] {
  if (initialObjects === undefined) return [];
  const objects = objectsFrom(initialObjects, path, source, context);
  const plain = objects.map(({ object }) => object);
  return [{ operation: { op: 'create', atUs: 0, source, objects: plain }, path, objects }];
}

/** The objects with what was added to them, apart from what is performed in the run. */
export function splitInitial(operations: readonly Operation[]): {
  readonly initial: readonly KubernetesObject[];
  readonly performed: readonly Operation[];
} {
  const isInitial = (each: Operation): boolean => each.source === source;
  const initial = operations.flatMap((each) =>
    isInitial(each) && 'objects' in each ? each.objects : [],
  );
  return { initial, performed: operations.filter((each) => !isInitial(each)) };
}

/** Nodes are pools, and pods are on nodes that there are. */
export function checkInitialObjects(
  { operation, objects }: BuiltOperation,
  hasNode: (name: string) => boolean,
): readonly Problem[] {
  if (operation.source !== source) return [];
  return objects.flatMap(({ object, manifest }): readonly Problem[] => {
    const at = (steps: readonly string[]) => ({
      file: manifest.file,
      ...manifest.positionOf(steps, 'value'),
    });
    if (object.kind === 'Node') {
      const message = 'a Node is not an initial object, because it needs a machine';
      const expected = 'a node pool with this name among its nodeNames, and this template';
      return [problemAt(at([]), scenarioProblemCodes.impossible, message, { expected })];
    }
    const node = object.kind === 'Pod' ? object.spec.nodeName : undefined;
    if (node === undefined || hasNode(node)) return [];
    const steps = ['spec', 'nodeName'];
    const message = `there is no node "${node}"`;
    const expected = 'a node of a pool: its nodeNames, or NAME-0 and so on';
    const { unknownTarget } = scenarioProblemCodes;
    return [problemAt(at(steps), unknownTarget, message, { path: steps, expected })];
  });
}
