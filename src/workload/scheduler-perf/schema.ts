// A `performance-config.yaml` of scheduler_perf as a schema: test cases, each a list of operations
// with parameters, and workloads that give the parameters their values. Operations that are not
// simulated are read by their names alone. Left out: createPodGroups and other operations newer
// than Kubernetes 1.36.
// Source: Kubernetes v1.36 test/integration/scheduler_perf (reference: scheduler 5.2).

import { z } from 'zod';
import {
  duration,
  flag,
  list,
  mapping,
  oneOf,
  text,
  textLike,
  wholeNumber,
} from '../../scenario/schema-parts.js';

const strings = (what: string): z.ZodRecord<z.ZodString, z.ZodString> =>
  z.record(z.string(), text(what), { error: `a mapping of names to ${what}` });
const gates = z.record(z.string(), flag(), {
  error: 'a mapping of feature gates to true or false',
});
const labels = list(text('a label'), 'labels').optional();
const path = text('a path, relative to this file').optional();
const param = textLike(/^\$\w+$/, 'a parameter such as $initNodes').optional();
const count = { count: wholeNumber(0).optional(), countParam: param };
const namespace = text('a namespace').optional();
const labelSelector = strings('label values').optional();
const templateParams = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]), {
    error: 'a mapping of names to numbers, texts or booleans',
  })
  .optional();
const opcode = <const T extends string>(name: T) => ({ opcode: z.literal(name) });

const createPods = mapping({
  ...opcode('createPods'),
  ...count,
  steadyState: flag().optional(),
  steadyStateParam: param,
  duration: duration().optional(),
  durationParam: param,
  collectMetrics: flag().optional(),
  namespace,
  podTemplatePath: path,
  skipWaitToCompletion: flag().optional(),
  persistentVolumeTemplatePath: path,
  persistentVolumeClaimTemplatePath: path,
  templateParams,
});

/** The operations that are simulated, by opcode. */
export const operationSchemas = {
  createNodes: mapping({
    ...opcode('createNodes'),
    ...count,
    nodeTemplatePath: path,
    nodeAllocatableStrategy: mapping({
      nodeAllocatable: z
        .record(z.string(), z.union([z.string(), z.number()]), { error: 'a mapping of quantities' })
        .optional(),
      csiNodeAllocatable: z
        .record(z.string(), mapping({ count: wholeNumber(0).optional() }), {
          error: 'a mapping of drivers to {count: N}',
        })
        .optional(),
      migratedPlugins: list(text('a volume plugin'), 'volume plugins').optional(),
    }).optional(),
    labelNodePrepareStrategy: mapping({
      labelKey: text('a label key'),
      labelValues: list(z.string({ error: 'a label value' }), 'label values', 1),
    }).optional(),
    uniqueNodeLabelStrategy: mapping({ labelKey: text('a label key') }).optional(),
    templateParams,
  }),
  createNamespaces: mapping({
    ...opcode('createNamespaces'),
    prefix: text('the beginning of the names'),
    ...count,
    namespaceTemplatePath: path,
  }),
  createPods,
  createPodSets: mapping({
    ...opcode('createPodSets'),
    ...count,
    namespacePrefix: text('the beginning of the names'),
    createPodsOp: createPods,
  }),
  deletePods: mapping({
    ...opcode('deletePods'),
    namespace: text('a namespace'),
    labelSelector,
    deletePodsPerSecond: wholeNumber(0).optional(),
    skipWaitToCompletion: flag().optional(),
  }),
  churn: mapping({
    ...opcode('churn'),
    mode: oneOf(['create', 'recreate']),
    number: wholeNumber(0).optional(),
    intervalMilliseconds: wholeNumber(0).optional(),
    templatePaths: list(text('a path, relative to this file'), 'paths', 1),
    namespace,
  }),
  barrier: mapping({
    ...opcode('barrier'),
    namespaces: list(text('a namespace'), 'namespaces').optional(),
    labelSelector,
    stageRequirement: oneOf(['Scheduled', 'Attempted']).optional(),
  }),
  sleep: mapping({ ...opcode('sleep'), duration: duration().optional(), durationParam: param }),
  startCollectingMetrics: mapping({
    ...opcode('startCollectingMetrics'),
    name: z.string({ error: 'a name' }).optional(),
    namespaces: list(text('a namespace'), 'namespaces', 1),
    labelSelector,
  }),
  stopCollectingMetrics: mapping({ ...opcode('stopCollectingMetrics') }),
  createAny: mapping({
    ...opcode('createAny'),
    namespace,
    templatePath: text('a path, relative to this file'),
    ...count,
    templateParams,
  }),
  updateAny: mapping({
    ...opcode('updateAny'),
    namespace,
    templatePath: text('a path, relative to this file'),
    ...count,
    updatePerSecond: wholeNumber(0).optional(),
    subresources: list(oneOf(['resize', 'status']), 'subresources').optional(),
  }),
} as const;

export type OperationSchemas = typeof operationSchemas;
export type Opcode = keyof OperationSchemas;

/** An operation as written. */
export type OperationText = z.infer<OperationSchemas[Opcode]>;

/** A createPods as written; a createPodSets holds one. */
export type CreatePodsText = z.infer<typeof createPods>;

const thresholdSelector = mapping({
  name: text('the name of a metric'),
  labels: strings('label values').optional(),
  dataBucket: oneOf(['Average', 'Perc50', 'Perc90', 'Perc95', 'Perc99', 'Duration']),
  expectLower: flag().optional(),
});

const thresholdNumber = z.number({ error: 'a number, 0 or more' }).min(0, {
  error: 'a number, 0 or more',
});

const workload = mapping({
  name: text('a name'),
  params: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]), {
      error: 'a mapping of parameters to numbers, texts or booleans',
    })
    .optional(),
  labels,
  threshold: z
    .union([thresholdNumber, z.record(z.string(), thresholdNumber)], {
      error: 'a number, or a mapping of topics to numbers',
    })
    .optional(),
  thresholdMetricSelector: thresholdSelector.optional(),
  featureGates: gates.optional(),
});

/** One test case; its operations are read one by one, by `operationSchemas`. */
export const testCaseSchema = mapping({
  name: text('a name'),
  featureGates: gates.optional(),
  metricsCollectorConfig: mapping({
    metrics: z.record(
      z.string(),
      list(
        mapping({ label: text('a label'), values: list(text('a value'), 'values') }),
        'mappings {label, values}',
      ).nullable(),
      { error: 'a mapping of metrics to lists of {label, values}' },
    ),
  }).optional(),
  workloadTemplate: list(
    z.looseObject({ opcode: text('an opcode') }, { error: 'an operation' }),
    'operations',
    1,
  ),
  workloads: list(workload, 'workloads'),
  schedulerConfigPath: path,
  defaultPodTemplatePath: path,
  labels,
  defaultThresholdMetricSelector: thresholdSelector.optional(),
});

export type TestCaseText = z.infer<typeof testCaseSchema>;
export type WorkloadText = TestCaseText['workloads'][number];
export type ThresholdSelectorText = z.infer<typeof thresholdSelector>;
