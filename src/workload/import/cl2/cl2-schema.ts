/**
 * A test of ClusterLoader2 as a schema, after its templates have been filled in. Fields that only
 * matter to a real cluster are let through unread.
 *
 * Source: perf-tests clusterloader2/api/types.go; reference real-inputs.md §2.2.
 */

import { z } from 'zod';
import {
  list,
  looseMapping,
  positiveDuration,
  positiveNumber,
  text,
  values,
  wholeNumber,
} from '../../../scenario/schema-parts.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';

const tuningSet = looseMapping({
  name: text('a name'),
  qpsLoad: looseMapping({ qps: positiveNumber() }).optional(),
  globalQPSLoad: looseMapping({ qps: positiveNumber(), burst: wholeNumber(1) }).optional(),
  randomizedLoad: looseMapping({ averageQps: positiveNumber() }).optional(),
  steppedLoad: looseMapping({
    burstSize: wholeNumber(1),
    stepDelay: positiveDuration(),
  }).optional(),
  timeLimitedLoad: looseMapping({ timeLimit: positiveDuration() }).optional(),
  randomizedTimeLimitedLoad: looseMapping({ timeLimit: positiveDuration() }).optional(),
  parallelismLimitedLoad: looseMapping({ parallelismLimit: wholeNumber(1) }).optional(),
});

const phase = looseMapping({
  namespaceRange: looseMapping({
    min: wholeNumber(0),
    max: wholeNumber(0),
    basename: text('a name').optional(),
  }).optional(),
  replicasPerNamespace: wholeNumber(0, 1_000_000),
  tuningSet: text('the name of a tuning set'),
  objectBundle: list(
    looseMapping({
      basename: text('a name'),
      objectTemplatePath: text('a path'),
      templateFillMap: values.nullish(),
      listUnknownObjectOptions: values.nullish(),
    }),
    'objects',
    1,
  ),
});

const measurement = looseMapping({
  method: text('the name of a measurement'),
  identifier: text('a name').optional(),
  params: values.nullish(),
  instances: list(
    looseMapping({ identifier: text('a name').optional(), params: values.nullish() }),
    'instances',
  ).nullish(),
});

const step = looseMapping({
  name: z.string({ error: 'a name' }).optional(),
  phases: list(phase, 'phases').nullish(),
  measurements: list(measurement, 'measurements').nullish(),
  module: looseMapping({ path: text('a path'), params: values.nullish() }).nullish(),
});

/** A test, or a module of one. */
export const testSchema = looseMapping({
  name: z.string({ error: 'a name' }).optional(),
  namespace: looseMapping({
    number: wholeNumber(0, 100_000).optional(),
    prefix: text('the beginning of the names').optional(),
  }).nullish(),
  automanagedNamespaces: wholeNumber(0, 100_000).optional(),
  tuningSets: list(tuningSet, 'tuning sets').nullish(),
  chaosMonkey: values.nullish(),
  steps: list(step, 'steps').nullish(),
});

export type TestText = z.infer<typeof testSchema>;
export type StepText = NonNullable<TestText['steps']>[number];
export type PhaseText = NonNullable<StepText['phases']>[number];
export type MeasurementText = NonNullable<StepText['measurements']>[number];
export type TuningSetText = NonNullable<TestText['tuningSets']>[number];

/** Mappings whose keys are the user's own. */
const free: ReadonlySet<string> = new Set(['params', 'templateFillMap']);

/** The tree with field names as the schema has them: Go reads `Method` as `method`. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isTree(value)) return value;
  const entries = Object.keys(value).map((key): readonly [string, unknown] => {
    const name = key.charAt(0).toLowerCase() + key.slice(1);
    return [name, free.has(name) ? value[key] : canonical(value[key])];
  });
  return Object.fromEntries(entries) satisfies Tree;
}
