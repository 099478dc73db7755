/**
 * The Kubernetes objects that a node pool holds: its Node template, the static pods of its nodes.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Pod } from '../api/pod.js';
import type { Problem } from '../api/problem.js';
import type { ObjectReference } from '../cluster/operation.js';
import { checkBehaviour } from './behaviour-checks.js';
import type { ObjectReader, ScenarioObject } from './objects.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { NodePoolText } from './schema.js';
import type { YamlTree } from './yaml-tree.js';

/** A pool whose objects are checked and decoded, without those that are bad. */
export interface DecodedPool {
  readonly pool: NodePoolText;
  /** Beside those that the reader keeps. */
  readonly problems: readonly Problem[];
}

/** Reads the objects of the pool that stands at `index`. */
export function decodePool(
  pool: NodePoolText,
  index: number,
  reader: ObjectReader,
  source: YamlTree,
): DecodedPool {
  const { template, staticPods, ...rest } = pool;
  const steps: FieldPath = ['spec', 'nodePools', index];
  const node = template && { spec: {}, ...template, kind: 'Node' };
  const decoded = node && reader.template(node, source, [...steps, 'template'])?.object;
  const entries = (staticPods ?? []).flatMap((pod, place): ScenarioObject[] => {
    const read = reader.template(pod, source, [...steps, 'staticPods', place]);
    return read === undefined ? [] : [read];
  });
  const pods = entries.filter(({ object }) => object.kind === 'Pod');
  return {
    pool: {
      ...rest,
      ...(decoded && { template: { ...decoded } }),
      ...(staticPods && { staticPods: pods.map(({ object }) => ({ ...object })) }),
    },
    problems: [...checkBehaviour(pods), ...entries.flatMap(kindProblem)],
  };
}

function kindProblem({ object, manifest }: ScenarioObject): readonly Problem[] {
  if (object.kind === 'Pod') return [];
  const place = { file: manifest.file, line: manifest.line, column: manifest.column };
  const message = `a static pod cannot be a ${object.kind}`;
  return [problemAt(place, scenarioProblemCodes.impossible, message, { expected: 'a Pod' })];
}

/** The mirror pods of a pool's static pods on the nodes that it has at the start. */
export function mirrorsOf({
  name,
  count,
  nodeNames = [],
  staticPods = [],
}: NodePoolText): readonly ObjectReference[] {
  const pods = staticPods.filter((pod) => typeof pod !== 'string') as unknown as readonly Pod[];
  return pods.flatMap(({ metadata }) =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'Pod',
      namespace: metadata.namespace ?? 'default',
      name: `${metadata.name}-${nodeNames[index] ?? `${name}-${index}`}`,
    })),
  );
}
