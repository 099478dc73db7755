/**
 * The operation createPodMix: pods of several kinds, as they are written and as they are created.
 */

import { z } from 'zod';
import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { nodeAllocatable, podRequests, quantitiesOf } from '../api/resource-requests.js';
import { quantityAmount } from '../cluster/node-capacity.js';
import type { CreatePodMixOperation, PodKind, Timed } from '../cluster/operation.js';
import { nodePoolOf } from './node-pools.js';
import { inNamespace, type ObjectReader, type ScenarioObject } from './objects.js';
import {
  type Place,
  problemAt,
  type SpecProblem,
  scenarioProblemCodes,
} from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import {
  list,
  mapping,
  numberWithin,
  oneOf,
  positiveNumber,
  template,
  text,
  timing,
  wholeNumber,
} from './schema-parts.js';
import type { YamlTree } from './yaml-tree.js';

/** createPodMix as written. */
export const podMixSchema = mapping({
  op: z
    .literal('createPodMix')
    .describe('Creates pods of several kinds in an order that the seed decides.'),
  ...timing,
  kinds: list(
    mapping({
      count: wholeNumber(1, 10_000_000).describe('Pods of this kind; with a load their share.'),
      template: template.describe('A Pod, or the file that holds it.'),
    }),
    'kinds of pods {count, template}',
    1,
  ).describe('What is mixed.'),
  order: oneOf(['listed', 'shuffled'])
    .optional()
    .describe('shuffled: another order for each seed; listed, the default: kind by kind.'),
  load: mapping({
    resource: text('a resource such as cpu or nvidia.com/gpu').describe(
      'Such as cpu or nvidia.com/gpu.',
    ),
    ratio: numberWithin(0.000_001, 100).describe('1.3 asks for 130 % of it.'),
  })
    .optional()
    .describe(
      'As many pods as ask for this part of what the nodes have: fewer than counted, or more, ' +
        'drawn from the mix.',
    ),
  namespace: text('a namespace').optional().describe('default when absent.'),
  namePrefix: text('the beginning of the pod names')
    .optional()
    .describe('Before their numbers; pod- when absent.'),
  qps: positiveNumber().optional().describe('Pods a second; as fast as possible when absent.'),
  workers: wholeNumber(1).optional().describe('Requests in flight at most.'),
}).describe('Bare pods of several kinds.');

/** createPodMix as written. */
export type PodMixText = z.infer<typeof podMixSchema>;

/** What templates are read with. */
interface TemplateSource {
  readonly reader: ObjectReader;
  readonly tree: YamlTree;
  readonly placeOf: (path: FieldPath) => Place;
}

/** The operation and its templates; undefined when one of them is of no use. */
export function podMixOf(
  text: PodMixText,
  common: Timed,
  path: FieldPath,
  { reader, tree, placeOf }: TemplateSource,
): { operation: CreatePodMixOperation; objects: readonly ScenarioObject[] } | undefined {
  const namespace = text.namespace ?? 'default';
  const kinds: PodKind[] = [];
  const objects: ScenarioObject[] = [];
  const before = errorsIn(reader);
  for (const [index, kind] of text.kinds.entries()) {
    const at = [...path, 'kinds', index, 'template'];
    const found = reader.template(kind.template, tree, at);
    if (found === undefined) continue;
    const placed = inNamespace(found, namespace);
    const { object } = placed;
    if (object.kind === 'Pod') {
      kinds.push({ template: object, count: kind.count });
      objects.push(placed);
    } else {
      const message = `the template is a ${object.kind}; createPodMix creates bare Pods`;
      const { impossible } = scenarioProblemCodes;
      reader.problems.push(problemAt(placeOf(at), impossible, message, { path: at }));
    }
  }
  if (errorsIn(reader) > before) return undefined;
  reader.problems.push(...unaskedLoad(text, kinds, path, placeOf));
  const { order = 'listed', namePrefix = 'pod-', workers = 1 } = text;
  const { qps = Number.POSITIVE_INFINITY, load } = text;
  const how = { isShuffled: order === 'shuffled', load, qps, workers };
  return {
    operation: { op: 'createPodMix', ...common, namespace, namePrefix, kinds, ...how },
    objects,
  };
}

function errorsIn({ problems }: ObjectReader): number {
  return problems.filter(({ severity }) => severity === 'error').length;
}

/** A load of something that no pod asks for would never be reached. */
function unaskedLoad(
  { load }: PodMixText,
  kinds: readonly PodKind[],
  path: FieldPath,
  placeOf: TemplateSource['placeOf'],
): readonly Problem[] {
  if (load === undefined) return [];
  const { resource } = load;
  const amounts = kinds.map(({ template: { spec } }) => podRequests(spec));
  if (amounts.some((each) => quantityAmount(each, resource) > 0)) return [];
  const at = [...path, 'load', 'resource'];
  const asked = new Set(amounts.flatMap((each) => [...quantitiesOf(each).keys()]));
  const suggestion = didYouMean(resource, [...asked]);
  const message = `none of the kinds asks for "${resource}"`;
  const { impossible } = scenarioProblemCodes;
  return [problemAt(placeOf(at), impossible, message, { path: at, suggestion })];
}

/** A load of something that no node has. */
export function podMixProblems({ workload, nodePools = [] }: ScenarioSpec): readonly SpecProblem[] {
  if (nodePools.length === 0) return [];
  return (workload?.operations ?? []).flatMap((operation, index): readonly SpecProblem[] => {
    if (operation.op !== 'createPodMix' || operation.load === undefined) return [];
    const { resource } = operation.load;
    const amounts = nodePools.map((pool) => nodeAllocatable(nodePoolOf(pool).template));
    if (amounts.some((each) => quantityAmount(each, resource) > 0)) return [];
    const steps = ['workload', 'operations', index, 'load', 'resource'];
    const known = ['cpu', 'memory', ...amounts.flatMap(({ scalars }) => [...scalars.keys()])];
    const suggestion = didYouMean(resource, known);
    const message = `no node has the resource "${resource}"`;
    return [{ steps, message, ...(suggestion !== undefined && { suggestion }) }];
  });
}
