/**
 * A configuration of kube-burner as a schema, after its templates have been filled in. Fields that
 * only matter to a real cluster are let through unread.
 *
 * Source: kube-burner pkg/config/types.go; reference real-inputs.md §2.8.
 */

import { z } from 'zod';
import {
  duration,
  flag,
  list,
  looseMapping,
  oneOf,
  positiveNumber,
  text,
  values,
  wholeNumber,
} from '../../../scenario/schema-parts.js';

const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]), {
  error: 'a mapping of keys to texts',
});

const object = looseMapping({
  objectTemplate: text('a path').optional(),
  kind: text('a kind').optional(),
  labelSelector: labels.nullish(),
  replicas: wholeNumber(0, 1_000_000).optional(),
  inputVars: values.nullish(),
  runOnce: flag().optional(),
  repeatEveryNIterations: wholeNumber(1).optional(),
  churn: flag().optional(),
  kubeVirtOp: text('an operation').optional(),
});

const churn = looseMapping({
  percent: wholeNumber(0, 100).optional(),
  cycles: wholeNumber(0, 10_000).optional(),
  duration: duration().optional(),
  delay: duration().optional(),
  mode: oneOf(['namespaces', 'objects']).optional(),
});

const measurement = looseMapping({
  name: text('the name of a measurement'),
  thresholds: list(
    looseMapping({
      conditionType: text('a condition'),
      metric: text('P99, P95, P50, Avg or Max'),
      threshold: duration(),
    }),
    'thresholds',
  ).nullish(),
});

const job = looseMapping({
  name: text('a name'),
  jobType: oneOf(['create', 'delete', 'patch', 'read', 'kubevirt']).optional(),
  jobIterations: wholeNumber(0, 1_000_000).optional(),
  jobIterationDelay: duration().optional(),
  jobPause: duration().optional(),
  qps: positiveNumber().optional(),
  burst: wholeNumber(1).optional(),
  namespace: text('a namespace').optional(),
  namespacedIterations: flag().optional(),
  iterationsPerNamespace: wholeNumber(1).optional(),
  namespaceLabels: labels.nullish(),
  podWait: flag().optional(),
  waitWhenFinished: flag().optional(),
  waitForDeletion: flag().optional(),
  preLoadImages: flag().optional(),
  churnConfig: churn.nullish(),
  measurements: list(measurement, 'measurements').nullish(),
  objects: list(object, 'objects').nullish(),
});

/** A configuration. */
export const burnerSchema = looseMapping({
  global: looseMapping({
    gc: flag().nullish(),
    functionTemplates: list(text('a path'), 'paths').nullish(),
    measurements: list(measurement, 'measurements').nullish(),
  }).nullish(),
  jobs: list(job, 'jobs', 1),
});

export type BurnerText = z.infer<typeof burnerSchema>;
export type JobText = BurnerText['jobs'][number];
export type BurnerObjectText = NonNullable<JobText['objects']>[number];
export type ChurnText = NonNullable<JobText['churnConfig']>;
